"""
A site for tests: a WSGI application whose answers are known, and which notes each request that it sees.

Where it notes is the folder that LAB_FOLDER names: one line of JSON in `seen` for each request.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

FOLDER = Path(os.environ.get("LAB_FOLDER", ""))
PAGE = """<h1>Photo</h1>
<p data-viewer="{viewer}">Hello {viewer}</p>
<div class="bar" data-fragment="/fragments/bar/?a=1&amp;b=2"><div>wait</div></div>
<div data-fragment="/fragments/foot/"></div>"""


def application(environ, start):
    """Note the request and answer it; the first part of the path says how."""
    path, body = environ["PATH_INFO"], environ["wsgi.input"].read()
    note(environ, path, body)
    kind, *rest = path.strip("/").split("/")
    status, headers, body = globals()[f"answer_{kind}"](environ, rest, body)
    start(status, [("Content-Type", "text/html"), ("Content-Length", str(len(body))), *headers])
    return [body]


def note(environ, path, body):
    """One line, written at once."""
    names = (
        "REQUEST_METHOD",
        "REMOTE_PORT",
        "HTTP_COOKIE",
        "HTTP_X_CSRFTOKEN",
        "HTTP_X_LAB",
        "HTTP_IF_NONE_MATCH",
    )
    line = {name: environ.get(name, "") for name in names}
    line.update(path=path, query=environ["QUERY_STRING"], body=body.decode(errors="replace"), pid=os.getpid())
    with open(FOLDER / "seen", "ab", buffering=0) as file:
        file.write(json.dumps(line).encode() + b"\n")


def answer_hello(environ, rest, body):
    """The same for everybody."""
    return "200 OK", [], "/".join(["hello", *rest]).encode()


def answer_wait(environ, rest, body):
    """When the folder has a file `go`."""
    while not (FOLDER / "go").exists():
        time.sleep(0.001)
    return "200 OK", [], b"at last"


def answer_status(environ, rest, body):
    """Whatever is asked for."""
    return f"{rest[0]} As Asked", [], b"so"


def answer_page(environ, rest, body):
    """A page for a person, with fragments; the person is whom the path names."""
    return "200 OK", [("Server-Timing", "app;dur=1")], PAGE.format(viewer=rest[0]).encode()


def answer_fragments(environ, rest, body):
    """A part of it."""
    return "200 OK", [("Server-Timing", f'{rest[0]};desc="1 query"')], f"<b>{rest[0]}</b>".encode()


def answer_form(environ, rest, body):
    """What was sent, and a cookie."""
    return "302 Found", [("Location", "/hello/"), ("Set-Cookie", "seen=yes; Path=/; HttpOnly")], body


def answer_posted(environ, rest, body):
    """To the page that has it, later."""
    return "303 See Other", [("Location", "/late/?posted=7")], b"posted"


def answer_late(environ, rest, body):
    """It is there when this has been asked for the third time."""
    seen = (FOLDER / "seen").read_text().splitlines()
    again = sum('"/late/"' in line for line in seen) < 3
    return "200 OK", [], b'<p data-again="0.01">Soon</p>' if again else b"<p>Here: 7</p>"


def answer_upload(environ, rest, body):
    """How many bytes came; they are kept for the test, below their Content-Type."""
    (FOLDER / f"upload-{time.monotonic_ns()}").write_bytes(environ["CONTENT_TYPE"].encode() + b"\n" + body)
    return "200 OK", [], f"{len(body)} bytes".encode()


def answer_cached(environ, rest, body):
    """For so many seconds, and with a tag to ask again."""
    tag = f'"for {rest[0]} s"'
    headers = [("Cache-Control", f"max-age={rest[0]}"), ("ETag", tag), ("Vary", "Cookie")]
    if environ.get("HTTP_IF_NONE_MATCH") == tag:
        return "304 Not Modified", headers, b""
    return "200 OK", headers, b"kept"


def answer_header(environ, rest, body):
    """With the header that the path names."""
    return "200 OK", [(rest[0], rest[1])], b"from somewhere"
