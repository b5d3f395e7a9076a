"""What a commit waits for: the condition on which the price of a write depends."""

from contextlib import contextmanager, nullcontext

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
        from labapp import postgres

        commit, fsync = POSTGRESQL_LEVELS[level]
        with nullcontext() if fsync == "on" else postgres.without_fsync(server):
            with session(lambda settings: databases.with_session(settings, synchronous_commit=commit)):
                yield


def with_pragmas(settings, pragmas):
    """The settings of an SQLite database whose connections begin with these statements."""
    return {**settings, "OPTIONS": {**(settings.get("OPTIONS") or {}), "init_command": pragmas}}


def _words(settings):
    level = settings["durability"]
    if settings.get("database", SQLITE) == SQLITE:
        journal, synchronous = SQLITE_LEVELS[level]
        return f"journal_mode {journal}, synchronous {synchronous}"
    commit, fsync = POSTGRESQL_LEVELS[level]
    return f"synchronous_commit {commit}, fsync {fsync}"
