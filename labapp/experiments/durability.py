"""What a commit waits for: the condition on which the price of a write depends."""

from contextlib import contextmanager

from labapp import databases
from labapp.experiments.homes import SQLITE, here, session
from labapp.experiments.parameters import Choice, Condition

# journal_mode, synchronous. A journal in memory still lets a transaction be rolled back.
SQLITE_LEVELS = {
    "full": ("DELETE", "FULL"),
    "WAL": ("WAL", "FULL"),
    "relaxed": ("WAL", "NORMAL"),
    "none": ("MEMORY", "OFF"),
}
# synchronous_commit, fsync. PostgreSQL's log is always written ahead, so that "WAL" is what "full" is.
POSTGRESQL_LEVELS = {
    "full": ("on", "on"),
    "WAL": ("on", "on"),
    "relaxed": ("off", "on"),
    "none": ("off", "off"),
}
_unsafe = set()  # servers whose fsync is off


def durability(default="full"):
    """What a commit waits for, for experiments that write; after ``database(writes=True)``.

    "full" and "WAL" survive a power cut (SQLite with a rollback journal, then with a write-ahead log),
    "relaxed" may lose the last commits, "none" may lose everything.
    """
    parameter = Choice("durability", default, help="durability", choices=tuple(SQLITE_LEVELS))
    return Condition(parameter, _entered, describe=_words)


@contextmanager
def _entered(level):
    server = here().server
    if server is None:
        journal, synchronous = SQLITE_LEVELS[level]
        pragmas = f"PRAGMA journal_mode = {journal}; PRAGMA synchronous = {synchronous}"
        with session(lambda settings: with_pragmas(settings, pragmas)):
            yield
    else:
        commit, fsync = POSTGRESQL_LEVELS[level]
        with _fsync(server, fsync == "on"):
            with session(lambda settings: databases.with_session(settings, synchronous_commit=commit)):
                yield


def with_pragmas(settings, pragmas):
    """The settings of an SQLite database whose connections begin with these statements."""
    return {**settings, "OPTIONS": {**(settings.get("OPTIONS") or {}), "init_command": pragmas}}


@contextmanager
def _fsync(server, on):
    """The server's fsync, switched on again at the end; after a server's death, at the next run."""
    if not on:
        _unsafe.add(server)
        server.fsync(False)
    elif server in _unsafe:
        _restore(server)
    try:
        yield
    finally:
        if server in _unsafe and server.alive:
            _restore(server)


def _restore(server):
    server.fsync(True)
    _unsafe.discard(server)


def _words(settings):
    level = settings["durability"]
    if settings.get("database", SQLITE) == SQLITE:
        journal, synchronous = SQLITE_LEVELS[level]
        return f"journal_mode {journal}, synchronous {synchronous}"
    commit, fsync = POSTGRESQL_LEVELS[level]
    return f"synchronous_commit {commit}, fsync {fsync}"
