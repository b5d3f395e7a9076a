"""Ports of the loopback, of which another program may take one at any moment."""

import socket

from labapp.services.errors import ServiceError

TRIES = 5  # ports, when somebody else is quicker


class Taken(ServiceError):
    """The port that was free a moment ago is not."""


def free_port():
    """A port of the loopback that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def on_a_free_port(name, start, port=None):
    """Call ``start`` with this port or, where that is taken or none, with another; the port it accepted."""
    for _ in range(TRIES):
        port = port or free_port()
        try:
            start(port)
            return port
        except Taken:
            port = None
    raise ServiceError(f"{name} found {TRIES} ports taken that had been free.")
