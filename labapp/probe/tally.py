"""Counts of what one request sent, and of what is sent outside of any: recorders without sites, spans, SQL.

A statement or cache call that is still under way when the request ends, or begins after, in a thread that
outlives it, is moved to the Outside, so that it is counted exactly once.
"""

from __future__ import annotations

import atexit
import os
import threading
from time import monotonic, perf_counter_ns
from typing import NamedTuple
from weakref import WeakSet

from .entry import RUNNING
from .ledger import Entry, Ledger
from .queries import as_text, statements_of
from .scope import entered

PATIENCE_S = 0.1  # between the writing of outside entries


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


class _Counting:
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


class Tally(_Counting):
    """One request's. What is heard after its end goes to ``outside``, if there is one."""

    def __init__(self, outside: Outside | None = None, label: str = ""):
        super().__init__(outside and outside.ledger, label)
        self._outside = outside
        self._ended = False

    def hear(self, entry) -> None:
        """A statement is about to be sent."""
        with self._lock:
            if not self._ended:
                self._statements.append(entry)
                return
        if self._outside is not None:
            self._outside.hear(entry, self.label)

    def hear_cache(self, call) -> None:
        """A call of a cache began."""
        with self._lock:
            if not self._ended:
                self._calls.append(call)
                return
        if self._outside is not None:
            self._outside.hear_cache(call, self.label)

    def so_far(self) -> Work:
        """The sums up to now."""
        with self._lock:
            return summed(self._statements, self._calls)

    def end(self) -> Work:
        """The sums of what is done; what is not, other threads do, and it goes outside."""
        with self._lock:
            self._ended = True
            statements = [each for each in self._statements if each.executed != RUNNING]
            calls = [each for each in self._calls if each.ended is not None]
        for entry in self._statements if len(statements) < len(self._statements) else ():
            if entry not in statements:
                self.hear(entry)
        for call in self._calls if len(calls) < len(self._calls) else ():
            if call not in calls:
                self.hear_cache(call)
        return summed(statements, calls)


class Outside(_Counting):
    """What this process sends outside of requests; written to the ledger a moment later, and at exit."""

    def __init__(self, ledger: Ledger):
        super().__init__(ledger, "")
        self._timer: threading.Timer | None = None
        _outsides.add(self)

    def hear(self, entry, label: str = "") -> None:
        """A statement is about to be sent."""
        with self._lock:
            self._statements.append((label, entry.thread, entry))
            self._wake()

    def hear_cache(self, call, label: str = "") -> None:
        """A call of a cache began."""
        with self._lock:
            self._calls.append((label, call.thread, call))
            self._wake()

    def _wake(self) -> None:
        if self._timer is not None or not (self._statements or self._calls):
            return
        self._timer = threading.Timer(PATIENCE_S, self._tick)
        self._timer.daemon = True
        try:
            with entered(None):
                self._timer.start()
        except RuntimeError:  # the interpreter is on its way out: flush_all() comes
            self._timer = None

    def _tick(self) -> None:
        self.flush(before=perf_counter_ns() - int(PATIENCE_S * 5e8))
        with self._lock:
            self._timer = None
            self._wake()

    def flush(self, before: int | None = None) -> None:
        """Write what is done and began before this moment; without one, all there is."""
        with self._lock:
            statements, self._statements = _parted(self._statements, before, lambda entry: entry.executed)
            calls, self._calls = _parted(self._calls, before, _done)
        for label, thread in dict.fromkeys(each[:2] for each in (*statements, *calls)):
            ours = [each[2] for each in statements if each[:2] == (label, thread)]
            asked = [each[2] for each in calls if each[:2] == (label, thread)]
            self.ledger.write(_entry(label, thread, ours, asked))

    def forget(self) -> None:
        """After a fork: what was heard is the parent's to write, and so are its threads."""
        self._lock = threading.RLock()
        self._timer = None
        self._statements, self._calls = [], []


def _done(call) -> int:
    return RUNNING if call.ended is None else call.ended


def _parted(heard: list, before: int | None, done) -> tuple[list, list]:
    """(what is to be written, what is kept)."""
    if before is None:
        return heard, []
    ready = [each for each in heard if each[2].started < before and done(each[2]) != RUNNING]
    chosen = set(map(id, ready))
    return ready, [each for each in heard if id(each) not in chosen]


def _entry(label: str, thread: str, statements: list, calls: list) -> Entry:
    now, offset = perf_counter_ns(), monotonic()
    began = min(each.started for each in (*statements, *calls))
    ends = [each.started + each.waited + max(0, each.executed) + each.fetched for each in statements]
    ends += [now if call.ended is None else call.ended for call in calls]
    moments = (offset + (began - now) / 1e9, offset + (max(ends) - now) / 1e9)
    return Entry("outside", thread, label, os.getpid(), *moments, 0, *summed(statements, calls))


_outsides: WeakSet[Outside] = WeakSet()


def flush_all() -> None:
    """Write what is left, at the end of the process."""
    for outside in list(_outsides):
        outside.flush()


def _forget_all() -> None:
    for outside in list(_outsides):
        outside.forget()


atexit.register(flush_all)
os.register_at_fork(after_in_child=_forget_all)
