"""An application behind an edge: answers from a table, and remembers what it was asked."""

import http.client
import threading
from collections import Counter
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class Origin:
    """A WSGI application. ``pages`` has {path: (body, headers)}; ``asked`` counts requests by path."""

    def __init__(self, pages):
        self.pages, self.asked, self.cookies = pages, Counter(), {}

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        self.asked[path] += 1
        self.cookies.setdefault(path, []).append(environ.get("HTTP_COOKIE"))
        body, headers = self.pages.get(path, ("nothing", None))
        status = "200 OK" if headers is not None else "404 Not Found"
        content = body.format(number=self.asked[path], cookie=environ.get("HTTP_COOKIE", "")).encode()
        start_response(status, [*(headers or {}).items(), ("Content-Length", str(len(content)))])
        return [content]


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict
    text: str


class Client:
    """Asks whoever listens on this port."""

    def __init__(self, port):
        self.port = port

    def get(self, path, method="GET", **headers):
        """The Answer; underscores in the names of headers stand for hyphens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()
        given = Answer(answer.status, dict(answer.getheaders()), answer.read().decode())
        connection.close()
        return given


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        return


@contextmanager
def listening(application):
    """The port on which the application is served over HTTP while the block runs."""
    server = make_server("127.0.0.1", 0, application, _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
