"""What a process sends outside of requests, written to the ledger a moment later, and at exit."""

from __future__ import annotations

import atexit
import os
import threading
from functools import partial
from time import monotonic, perf_counter_ns
from weakref import WeakSet

from .ledger import Entry, Ledger
from .scope import entered
from .tally import Counting, is_done, parted, summed

PATIENCE_S = 0.1  # from the first that was heard to the writing


class Outside(Counting):
    """Hears what no request asked for, and what threads send that outlive the request that started them."""

    def __init__(self, ledger: Ledger, label: str = ""):
        super().__init__(ledger, label)
        self._timer: threading.Timer | None = None
        _outsides.add(self)

    def hear(self, entry, label: str = "") -> None:
        """A statement is about to be sent."""
        with self._lock:
            self._statements.append((label or self.label, entry.thread, entry))
            self._wake()

    def hear_cache(self, call, label: str = "") -> None:
        """A call of a cache began."""
        with self._lock:
            self._calls.append((label or self.label, call.thread, call))
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
            statements, self._statements = parted(self._statements, partial(_may_be_written, before))
            calls, self._calls = parted(self._calls, partial(_may_be_written, before))
        for label, thread in dict.fromkeys(each[:2] for each in (*statements, *calls)):
            ours = [each[2] for each in statements if each[:2] == (label, thread)]
            asked = [each[2] for each in calls if each[:2] == (label, thread)]
            self.ledger.write(_entry(label, thread, ours, asked))

    def forget(self) -> None:
        """After a fork: what was heard is the parent's to write, and so are its threads."""
        self._lock = threading.RLock()
        self._timer = None
        self._statements, self._calls = [], []


def _may_be_written(before: int | None, heard: tuple) -> bool:
    thing = heard[2]
    return before is None or (is_done(thing) and thing.started < before)


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
