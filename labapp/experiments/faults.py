"""What went wrong in a variant, in one sentence with its place."""

import traceback
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError

from labapp.probe.sites import label

REFUSED = "readonly database", "read-only transaction", "permission denied for"
# PostgreSQL shuts down, has crashed, is starting; and what the driver says when nobody answers it.
ENDED = "57P01", "57P02", "57P03"
SILENT = (
    "closed the connection", "connection is lost", "Connection refused", "reset by peer",
    "the database system is",
)


class ServerDied(Exception):
    """PostgreSQL has died while it was measured; its text is one sentence."""

    def __init__(self, during="this"):
        super().__init__(
            f"PostgreSQL has died while {during} ran; the next run starts it again, with its data."
        )


@contextmanager
def told():
    """A measurement in which a server's death ends all, as ServerDied, whatever follows from it."""
    try:
        yield
    except Exception as error:
        deaths = [each for each in chain(error) if isinstance(each, ServerDied)]
        if deaths:
            raise deaths[0] from None
        if any(map(lost, chain(error))):
            raise ServerDied from error
        raise


def lost(error):
    """Whether an error, Django's or the driver's, is PostgreSQL being gone, and not an answer of it."""
    if isinstance(error, ServerDied):
        return True
    driver = error.__cause__ if isinstance(error, DatabaseError | InterfaceError) else error
    if not hasattr(driver, "sqlstate"):
        return False
    code = driver.sqlstate  # None for what the driver says by itself
    return code in ENDED or (code is None and any(words in str(driver) for words in SILENT))


def chain(error):
    """The error, and those that it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def sentence(error, variant):
    """"ValueError: no such board (In [7], line 3)", or what a known fault means in plain words.

    ServerDied where it means the end of the whole measurement.
    """
    if lost(error):
        raise ServerDied(variant.name) from error
    text = " ".join(str(error).split()) or "no message"
    if any(words in text for words in REFUSED):
        return f"{variant.name} writes to the database, and this experiment only reads; nothing was changed."
    return f"{type(error).__name__}: {text}{_place(error, variant)}"


def _place(error, variant):
    """The innermost line of the variant's own file that the exception passed through."""
    own = getattr(getattr(variant.function, "__code__", None), "co_filename", None)
    frames = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in frames if frame.f_code.co_filename == own]
    return f" ({label(own, lines[-1])})" if lines else ""
