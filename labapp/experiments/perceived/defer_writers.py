"""SQLite for a site and its task workers, who all write: they wait for each other instead of failing."""

from contextlib import contextmanager

from labapp.experiments.homes import here, session

JOURNAL = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL"  # readers go on while somebody writes
PATIENCE = 20.0  # seconds that a writer waits for its turn
SAID = (
    "On SQLite: a write-ahead log (synchronous NORMAL); a transaction takes the right to write as it begins "
    f"(IMMEDIATE), and waits for it for up to {PATIENCE:g} s. One writes at a time."
)


@contextmanager
def several_writers(**_):
    """The setting of an experiment after ``database(writes=True)``; other databases stay as they are."""
    if here().server is not None:
        yield
    else:
        with session(patient):
            yield


def patient(settings):
    """The settings of an SQLite database for several processes that write to it.

    A transaction that reads first and writes then would fail at once, however long it may wait, when another
    has written in between. One that is IMMEDIATE waits at its beginning.
    """
    options = {"init_command": JOURNAL, "transaction_mode": "IMMEDIATE", "timeout": PATIENCE}
    return {**settings, "OPTIONS": {**(settings.get("OPTIONS") or {}), **options}}
