"""Tasks: work that a request hands over, in the same ledger as the requests.

    enqueued(task_id)              # in the request, when the task has been handed over
    with doing(task_id): ...       # in whichever process or thread does it

    report("/var/tmp/site.ledger") # once, in a process that works outside of requests

Three kinds of entries tell of a task: "enqueued", from when handing it over began until it was done; "begun";
and "task", one for each run that ended, with what it asked of databases and caches. Their name is the task's
id. Without a ledger nothing is written.
"""

from __future__ import annotations

import os
from dataclasses import replace
from time import monotonic, thread_time_ns
from types import TracebackType

from .installation import install
from .ledger import Entry, Ledger
from .outside import Outside
from .scope import Scope, current, hear_elsewhere, hear_no_more, here_or_elsewhere, leave, with_recorders
from .tally import Counting, Tally


def report(ledger: str | os.PathLike, label: str = "") -> Outside:
    """From now on this process writes what it asks of databases and caches into the ledger.

    The label is that of its tasks. Raises OSError when the ledger cannot be written. Give what it returns to
    ``report_no_more()`` to end it.
    """
    install()
    opened = Ledger(ledger)
    opened.opened()
    outside = Outside(opened, label)
    hear_elsewhere(outside)
    return outside


def report_no_more(outside: Outside) -> None:
    """The inverse of report(); what was heard is written."""
    hear_no_more(outside)
    outside.flush()


def enqueued(task: object, began: float | None = None) -> None:
    """The task with this id has been handed over, which began at this moment of the monotonic clock."""
    listener, now = _listener(), monotonic()
    if listener is not None:
        began = now if began is None else began
        listener.ledger.write(Entry("enqueued", str(task), listener.label, os.getpid(), began, now))


class doing:
    """A block that is one run of the task with this id; its entry has status 500 when it raised."""

    def __init__(self, task: object):
        self._task = str(task)

    def __enter__(self) -> doing:
        self._listener = _listener()
        if self._listener is None:
            return self
        self._began, self._cpu = monotonic(), thread_time_ns()
        self._write("begun", self._began)
        self._tally = Tally(_outside(self._listener), self._listener.label)
        self._token = current.set(_taken_over_by(self._tally))
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._listener is None:
            return
        leave(self._token)
        work, cpu = self._tally.end(), thread_time_ns() - self._cpu
        self._write("task", monotonic(), 0 if kind is None else 500, *work, 0, cpu / 1e6)

    def _write(self, kind: str, ended: float, *rest: float) -> None:
        told = (self._task, self._listener.label, os.getpid(), self._began, ended)
        self._listener.ledger.write(Entry(kind, *told, *rest))


def _listener() -> Counting | None:
    """The innermost that listens here and has a ledger: a request's, else the process's."""
    known = [each for each in here_or_elsewhere().recorders if getattr(each, "ledger", None)]
    return known[-1] if known else None


def _outside(listener: Counting) -> Outside:
    """Where what outlives the run is heard."""
    return listener if isinstance(listener, Outside) else listener.outside


def _taken_over_by(tally: Tally) -> Scope:
    """All that listens here, and the run's tally in place of the request's: each statement is one entry's."""
    scope = here_or_elsewhere()
    others = tuple(each for each in scope.recorders if not isinstance(each, Counting))
    return with_recorders(replace(scope, recorders=others), (tally,))
