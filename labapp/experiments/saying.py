"""What a measurement waits for before it can begin, told to whoever watches it."""

from contextlib import contextmanager
from contextvars import ContextVar

_listener = ContextVar("labapp_saying", default=None)


@contextmanager
def heard(listener):
    """A block in which ``listener(sentence)`` is told what takes a while."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def say(sentence):
    """Tell it, if anybody listens: "Starting PostgreSQL."."""
    listener = _listener.get()
    if listener is not None:
        listener(sentence)
