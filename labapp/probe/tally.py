"""Counts of what one request sends: a recorder without sites, spans and SQL.

A statement or cache call that is still under way when the request ends, or begins after, in a thread that
outlives it, is moved to the Outside, so that it is counted exactly once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from .entry import RUNNING, Entry
from .queries import as_text, statements_of

if TYPE_CHECKING:
    from .ledger import Ledger
    from .outside import Outside


class Work(NamedTuple):
    """What was asked of databases and caches; durations in milliseconds."""

    queries: int = 0
    rows: int = 0
    db_ms: float = 0.0
    hits: int = 0
    misses: int = 0
    sets: int = 0
    deletes: int = 0
    cache_ms: float = 0.0


def summed(statements: list, calls: list) -> Work:
    """The sums over statements and cache calls."""
    queries = rows = spent = 0
    for entry in statements:
        queries += entry.statements if entry.vendor == "sqlite" else statements_of(entry, as_text(entry.sql))
        rows += entry.rows
        spent += entry.fetched + max(0, entry.executed)
    hits = misses = sets = deletes = cached = 0
    for call in calls:
        hits += call.hits
        misses += call.misses
        sets += call.sets
        deletes += call.deletes
        if call.ended is not None:
            cached += call.ended - call.started - call.aside
    return Work(queries, rows, spent / 1e6, hits, misses, sets, deletes, cached / 1e6)


def is_done(thing) -> bool:
    """Whether a statement was executed, or a cache call answered."""
    return thing.executed != RUNNING if isinstance(thing, Entry) else thing.ended is not None


def parted(heard: list, done: Callable[[object], bool]) -> tuple[list, list]:
    """(what is done, what is not)."""
    both: tuple[list, list] = ([], [])
    for each in heard:
        both[not done(each)].append(each)
    return both


class Counting:
    """What both have in common: recorders that want to know no more than that something was sent."""

    sites = hears_spans = eager = everywhere = False
    open = True  # also afterwards, for threads that still carry it
    boundary = None

    def __init__(self, ledger: Ledger | None, label: str):
        self.ledger, self.label = ledger, label
        self._lock = threading.RLock()  # an interruption of this thread may send a statement, too
        self._statements: list = []
        self._calls: list = []

    def hear_span(self, span) -> None:
        """Spans are for the other recorders."""

    def hear_eager(self, load) -> None:
        """Eager loads are for the other recorders."""


class Tally(Counting):
    """One request's. What is heard after its end goes to ``outside``, if there is one."""

    def __init__(self, outside: Outside | None = None, label: str = ""):
        super().__init__(outside and outside.ledger, label)
        self.outside = outside
        self._ended = False

    def hear(self, entry) -> None:
        """A statement is about to be sent."""
        with self._lock:
            if not self._ended:
                self._statements.append(entry)
                return
        if self.outside is not None:
            self.outside.hear(entry, self.label)

    def hear_cache(self, call) -> None:
        """A call of a cache began."""
        with self._lock:
            if not self._ended:
                self._calls.append(call)
                return
        if self.outside is not None:
            self.outside.hear_cache(call, self.label)

    def so_far(self) -> Work:
        """The sums up to now."""
        with self._lock:
            return summed(self._statements, self._calls)

    def end(self) -> Work:
        """The sums of what is done; what is not, other threads do, and it goes outside."""
        with self._lock:
            self._ended = True
            statements, running = parted(self._statements, is_done)
            calls, asking = parted(self._calls, is_done)
            self._statements, self._calls = [], []
        for entry in running:
            self.hear(entry)
        for call in asking:
            self.hear_cache(call)
        return summed(statements, calls)
