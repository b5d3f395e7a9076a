"""HTTP over sockets that let others go on while they wait: one user's connections to one host."""

from time import monotonic
from typing import NamedTuple

from gevent import select, socket
from geventhttpclient.response import HTTPResponse

CHUNK = 1 << 16


class Unanswered(OSError):
    """The connection was closed before anything of an answer came."""


class Broken(OSError):
    """The connection was closed within an answer."""


class Answer(NamedTuple):
    """An HTTP answer: its headers have names in lower case, ``first`` and ``done`` are monotonic seconds."""

    status: int
    reason: str
    headers: dict
    cookies: list
    body: bytes
    first: float
    done: float


class Connections:
    """Keeps what the server lets it keep. Whoever wants to give up closes all of them."""

    def __init__(self, address, netloc):
        self.address, self._netloc = address, netloc
        self._idle, self._open = [], set()

    def ask(self, wanted, cookies):
        """
        The answer to a request; OSError where there is none.

        A GET on a kept connection that the server closes at this very moment is sent once more on a new one,
        as browsers do.
        """
        data = self._words(wanted, cookies)
        if connection := self._kept():
            try:
                return self._exchange(connection, data, wanted.method)
            except Unanswered:
                if wanted.method != "GET":
                    raise
        return self._exchange(self._connect(), data, wanted.method)

    def close(self):
        """Close all; who waits for an answer gets an OSError."""
        self._idle.clear()
        for connection in list(self._open):
            self._close(connection)

    def _words(self, wanted, cookies):
        lines = [f"{wanted.method} {wanted.url} HTTP/1.1", f"Host: {self._netloc}"]
        lines += [f"{name}: {value}" for name, value in wanted.headers.items()]
        if cookies:
            lines.append(f"Cookie: {cookies}")
        if wanted.method != "GET":
            lines.append(f"Content-Length: {len(wanted.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + wanted.body

    def _kept(self):
        while self._idle:
            connection = self._idle.pop()
            if not select.select([connection], [], [], 0)[0]:
                return connection
            self._close(connection)  # readable when nothing was asked: the server has closed it
        return None

    def _connect(self):
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._open.add(connection)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.connect(self.address)
        except BaseException:
            self._close(connection)
            raise
        return connection

    def _exchange(self, connection, data, method):
        keep = False
        try:
            answer, keep = _exchange(connection, data, method)
            return answer
        finally:
            if keep and connection in self._open:
                self._idle.append(connection)
            else:
                self._close(connection)

    def _close(self, connection):
        self._open.discard(connection)
        connection.close()


def _exchange(connection, data, method):
    """(the answer, whether the connection may be kept)."""
    parser = HTTPResponse(method)
    try:
        connection.sendall(data)
        chunk = connection.recv(CHUNK)
    except ConnectionError as error:
        raise Unanswered("the connection was closed before an answer") from error
    if not chunk:
        raise Unanswered("the connection was closed before an answer")
    first = monotonic()
    parser.feed(chunk)
    while not parser.message_complete:
        chunk = connection.recv(CHUNK)
        parser.feed(chunk)
        if not chunk and not parser.message_complete:
            raise Broken("the connection was closed within the answer")
    return _answer(parser, first, monotonic()), not parser.should_close()


def _answer(parser, first, done):
    headers, cookies = {}, []
    for name, value in parser.items():
        name = name.lower()
        if name == "set-cookie":
            cookies.append(value)
        else:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    body = bytes(parser._body_buffer)
    return Answer(parser.status_code, parser.status_message, headers, cookies, body, first, done)
