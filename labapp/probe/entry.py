"""One statement while it happens: what the cursor writes down, as cheaply as possible.

Nothing is looked up here; queries.py turns entries into plain data when the recording is read.
"""

from __future__ import annotations

import threading
from time import perf_counter_ns

from .scope import Scope, run_hooks
from .trail import NOWHERE


class _Here(threading.local):
    def __init__(self) -> None:
        self.name = threading.current_thread().name


here = _Here()
RUNNING = -1


class Entry:
    """A statement as the cursor saw it; times are in nanoseconds of perf_counter_ns."""

    __slots__ = (
        "sql", "params", "alias", "vendor", "started", "waited", "executed", "fetched", "rows", "written",
        "statements", "kind", "trail", "thread", "request", "error",
    )  # fmt: skip

    def __init__(self, sql, params, db, scope: Scope, trail=NOWHERE, kind=None, statements=1, always=False):
        self.sql = sql
        self.params = params
        self.alias = db.alias
        self.vendor = db.vendor
        self.waited = self.fetched = self.rows = self.written = 0
        self.executed = RUNNING
        self.statements = statements
        self.kind = kind
        self.trail = trail
        self.thread = here.name
        self.request = scope.request
        self.error = None
        self.started = perf_counter_ns()
        if scope.hooks:
            self.waited = run_hooks(scope, always)
            self.started = perf_counter_ns() - self.waited  # what only looked is not part of the query
        for recorder in scope.recorders:
            recorder.hear(self)

    def done(self, written: int) -> None:
        """The driver has executed it."""
        self.executed = perf_counter_ns() - self.started - self.waited
        self.written = written

    def failed(self, error: BaseException) -> None:
        """The driver, or the database, refused it."""
        if self.executed == RUNNING:
            self.executed = perf_counter_ns() - self.started - self.waited
        self.error = f"{type(error).__name__}: {error}"
