"""What the probe itself costs, measured where it runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter_ns

from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.utils import ConnectionHandler

from .installation import install
from .recorder import record
from .scope import unrecorded

ROUNDS = 30
QUERIES = 20


def overhead() -> float:
    """Microseconds that recording, with call sites, adds to one query on this machine.

    The median of interleaved rounds of ``SELECT 1`` on an SQLite database in memory, with and without a
    recording; takes a few milliseconds. Recording adds about the same to any query, however long it takes.
    """
    install()
    # in a thread of its own, as Django refuses to connect where an event loop runs (any notebook cell)
    with unrecorded(), ThreadPoolExecutor(1) as pool:
        return pool.submit(_measured).result()


def _measured() -> float:
    defaults = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
    connection = DatabaseWrapper(defaults.settings["default"], "overhead")
    with connection.cursor() as cursor:
        added = [_recorded(cursor) - _bare(cursor) for _ in range(ROUNDS)]
    connection.connection.close()
    return max(0.0, median(added)) / QUERIES / 1e3


def _bare(cursor) -> int:
    started = perf_counter_ns()
    for _ in range(QUERIES):
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return perf_counter_ns() - started


def _recorded(cursor) -> int:
    with record(eager=False):
        started = perf_counter_ns()
        for _ in range(QUERIES):
            cursor.execute("SELECT 1")
            cursor.fetchone()
        return perf_counter_ns() - started
