"""An edge inside the process, where there is no Varnish: the same markup, the same headers, the same rules.

It stands in front of a WSGI application, keeps what that marks with Surrogate-Control and fills
<esi:include src="..."/> by asking the application for the fragment. Each process has an edge of its own; it
knows no stale-while-revalidate, and two that miss at once both ask. Unlike Varnish 7.1 it leaves a fragment
out that is missing and says onerror="continue".
"""

import re
import threading
import time
from io import BytesIO
from typing import NamedTuple
from urllib.parse import unquote

DEEPEST = 5  # includes inside includes, as in Varnish
MOST = 2000  # answers kept
MISSING = b'<p class="quiet">This part of the page cannot be had at the moment.</p>'
INCLUDE = re.compile(rb"<esi:include\s([^>]*?)/?>(?:\s*</esi:include>)?")
ATTRIBUTE = re.compile(rb'([\w-]+)\s*=\s*"([^"]*)"')
MAX_AGE = re.compile(r"\bmax-age=(\d+(?:\.\d+)?)")
SHARED = "/shared/"  # in an address: made without knowing who asks
CONDITIONAL = "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE"
OURS = {"surrogate-control", "content-length"}  # headers that are not passed on
LOOPBACK = "127.0.0.1", "::1", ""


def chosen(environ):
    """Whether this request is for the edge inside the process."""
    return environ.get("HTTP_X_LAB_EDGE") == "in-process"


class Answer(NamedTuple):
    """What the application answered, whole."""

    status: str
    headers: list
    body: bytes

    @property
    def ok(self):
        """Whether it is a page and no error."""
        return self.status.startswith("200")

    def header(self, name):
        """All values of a header, joined by commas; empty where it is missing."""
        return ", ".join(value for key, value in self.headers if key.lower() == name)

    @property
    def lifetime(self):
        """Seconds that it may be kept for everybody; 0 when it was made from a cookie."""
        personal = "cookie" in self.header("vary").lower() or self.header("set-cookie")
        found = MAX_AGE.search(self.header("surrogate-control"))
        return float(found[1]) if found and self.ok and not personal else 0.0

    @property
    def composed(self):
        """Whether it has holes that the edge fills."""
        return "ESI/1.0" in self.header("surrogate-control")


class Edge:
    """
    A WSGI application that keeps the answers of another one and puts pages together from fragments.

    Requests that are not ``wanted(environ)`` go to the application as they are. A request of another turn
    finds it empty.
    """

    def __init__(self, application, wanted=chosen, clock=time.monotonic):
        self._application = application
        self._wanted = wanted
        self._clock = clock
        self._turn = None
        self._kept = {}  # address: (Answer, until when)
        self._lock = threading.Lock()

    def __call__(self, environ, start_response):
        method = environ["REQUEST_METHOD"]
        if not self._wanted(environ) or method not in ("GET", "PURGE", "BAN"):
            return self._application(environ, start_response)
        self._begin(environ.get("HTTP_X_LAB_TURN"))
        answer = self._page(environ) if method == "GET" else self._forget(method, environ)
        start_response(answer.status, answer.headers)
        return [answer.body]

    def _begin(self, turn):
        with self._lock:
            if turn is not None and turn != self._turn:
                self._turn = turn
                self._kept.clear()

    def _page(self, environ):
        found, said = self._get(environ)
        body = self._filled(found, environ, 0)
        dropped = OURS if said == "MISS" else OURS | {"server-timing"}
        headers = [(name, value) for name, value in found.headers if name.lower() not in dropped]
        return Answer(found.status, [*headers, ("X-Edge", said), ("Content-Length", str(len(body)))], body)

    def _get(self, environ):
        """The answer, kept or new, its holes open; and HIT or MISS."""
        address = _address(environ)
        with self._lock:
            answer, until = self._kept.get(address, (None, 0.0))
        if answer is not None and self._clock() < until:
            return answer, "HIT"
        answer = self._ask(environ)
        self._keep(address, answer)
        return answer, "MISS"

    def _keep(self, address, answer):
        with self._lock:
            self._kept.pop(address, None)
            if lifetime := answer.lifetime:
                self._kept[address] = answer, self._clock() + lifetime
                if len(self._kept) > MOST:
                    del self._kept[next(iter(self._kept))]

    def _ask(self, environ):
        environ = {name: value for name, value in environ.items() if name not in CONDITIONAL}
        environ["HTTP_SURROGATE_CAPABILITY"] = "edge=ESI/1.0"
        if SHARED in environ["PATH_INFO"]:
            environ.pop("HTTP_COOKIE", None)
        said = []

        def start_response(status, headers, error=None):
            said.append((status, headers))

        pieces = self._application(environ, start_response)
        try:
            body = b"".join(pieces)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()
        status, headers = said[-1]
        return Answer(status, headers, body)

    def _filled(self, answer, environ, depth):
        """Its body, with each hole filled: with the fragment, or with a sentence where that cannot be had."""
        if not answer.composed:
            return answer.body
        return INCLUDE.sub(lambda tag: self._fragment(tag[1], environ, depth + 1), answer.body)

    def _fragment(self, attributes, environ, depth):
        said = {name.decode(): value.decode() for name, value in ATTRIBUTE.findall(attributes)}
        inside = said.get("src", "").startswith("/") and depth < DEEPEST
        if inside:
            environ = _fragment_environ(environ, said["src"])
            answer, _ = self._get(environ)
            if answer.ok:
                return self._filled(answer, environ, depth)
        return b"" if said.get("onerror") == "continue" else MISSING

    def _forget(self, method, environ):
        if environ.get("REMOTE_ADDR", "") not in LOOPBACK:
            return _said("403 Forbidden", "Only this machine may do that.")
        with self._lock:
            if method == "PURGE":
                self._kept.pop(_address(environ), None)
                return _said("200 Purged", "Purged.")
            try:
                pattern = re.compile(environ["HTTP_X_BAN"])
            except (KeyError, re.error):
                needed = "BAN needs a header X-Ban, a regular expression on the address."
                return _said("400 Bad Request", needed)
            self._kept = {at: kept for at, kept in self._kept.items() if not pattern.search(at)}
        return _said("200 Banned", "Banned.")


def _address(environ):
    query = environ.get("QUERY_STRING", "")
    return environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"] + (f"?{query}" if query else "")


def _fragment_environ(environ, source):
    """The request for a fragment: by the same visitor, with the same headers."""
    path, _, query = source.replace("&amp;", "&").partition("?")
    path = unquote(path).removeprefix(environ.get("SCRIPT_NAME", ""))
    return {
        **environ,
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "RAW_URI": source,
        "CONTENT_LENGTH": "0", "wsgi.input": BytesIO(),
    }  # fmt: skip


def _said(status, sentence):
    body = f"<p>{sentence}</p>".encode()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    return Answer(status, headers, body)
