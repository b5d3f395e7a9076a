"""Telling the edge that a page has changed: it is asked at the host that the request was for."""

from contextlib import closing
from http.client import HTTPConnection


class EdgeRefused(Exception):
    """The edge did not do what it was told; the text says what it answered."""


def tell_edge(request, method, headers=None):
    """Send PURGE or BAN for the address of this request to the edge that it came through."""
    with closing(HTTPConnection(request.get_host(), timeout=5)) as edge:
        edge.request(method, request.get_full_path(), headers=headers or {})
        answer = edge.getresponse()
        answer.read()
    if answer.status != 200:
        raise EdgeRefused(f"The edge answered {method} with {answer.status} {answer.reason}.")
