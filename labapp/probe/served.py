"""Reporting: a WSGI application that tells, with each answer, what the answer cost.

    from labapp.probe.served import Reporting

    application = Reporting(get_wsgi_application(), ledger="/var/tmp/site.ledger")

Each response carries a ``Server-Timing`` header, which browsers show among a request's timings, and which
``read()`` understands; each request becomes one entry of the ledger when it is over, that is when the server
has closed the response. What streams after the headers is in the ledger only.
"""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Callable
from dataclasses import replace
from threading import get_ident
from time import monotonic, thread_time_ns
from typing import NamedTuple

from .installation import install
from .ledger import Entry, Ledger
from .outside import Outside
from .scope import Scope, current, hear_elsewhere, hear_no_more, leave, with_recorders
from .style import counted
from .tally import Tally, Work


class Served(NamedTuple):
    """What a response said: its time until the headers, and what it asked of databases and caches."""

    app_ms: float
    queries: int
    db_ms: float
    hits: int
    misses: int
    sets: int
    deletes: int
    cache_ms: float


_NUMBER = r"([\d.]+)"
_WRITTEN = re.compile(
    rf"app;dur={_NUMBER}\s*,\s*"
    rf'db;dur={_NUMBER};desc="(\d+) quer(?:y|ies)"\s*,\s*'
    rf'cache;dur={_NUMBER};desc="(\d+) hits?, (\d+) miss(?:es)?, (\d+) sets?, (\d+) deletes?"'
)


def header(app_ms: float, work: Work) -> str:
    """The value of the Server-Timing header."""
    queries = counted(work.queries, "query", "queries")
    reads = f"{counted(work.hits, 'hit')}, {counted(work.misses, 'miss', 'misses')}"
    writes = f"{counted(work.sets, 'set')}, {counted(work.deletes, 'delete')}"
    return (
        f'app;dur={app_ms:.2f}, db;dur={work.db_ms:.2f};desc="{queries}", '
        f'cache;dur={work.cache_ms:.2f};desc="{reads}, {writes}"'
    )


def read(value: str | None) -> Served | None:
    """What Server-Timing headers say, added up when there are several; None when none of them is ours."""
    found = _WRITTEN.findall(value or "")
    if not found:
        return None
    app, db, queries, cache, hits, misses, sets, deletes = (
        sum(map(float, column)) for column in zip(*found, strict=True)
    )
    counts = (int(each) for each in (hits, misses, sets, deletes))
    return Served(app, int(queries), db, *counts, cache)


class Reporting:
    """A WSGI application around ``application``, any Django project's.

    ``ledger`` is the path of the ledger (or a Ledger), None for headers only; ``label(environ)`` gives the
    text that a request's entry carries. As long as this object lives, what the process sends outside of
    requests goes into the ledger as well. Raises OSError when the ledger cannot be written.
    """

    def __init__(self, application: Callable, ledger=None, label: Callable[[dict], str] | None = None):
        if not callable(application):
            raise TypeError(f"Reporting() takes a WSGI application to call, got {application!r}.")
        install()
        self.application, self.label = application, label
        self.ledger = ledger if ledger is None or isinstance(ledger, Ledger) else Ledger(ledger)
        self.outside = None
        if self.ledger is not None:
            self.ledger.opened()
            self.outside = Outside(self.ledger)
            hear_elsewhere(self.outside)
            weakref.finalize(self, _over, self.outside)

    def __call__(self, environ, start_response):
        return _Request(self, environ, start_response).answer()


def _over(outside: Outside) -> None:
    hear_no_more(outside)
    outside.flush()


class _Request:
    """One request; also the body of its response, in the course of which more may be sent."""

    def __init__(self, reporting: Reporting, environ: dict, start_response: Callable):
        self._began, self._cpu, self._thread = monotonic(), thread_time_ns(), get_ident()
        self._reporting, self._environ, self._start_response = reporting, environ, start_response
        self._name = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        self._tally = Tally(reporting.outside, reporting.label(environ) if reporting.label else "")
        self._scope = _scope(self._tally)
        self._status, self._bytes, self._length = 500, 0, 0
        self._result = self._chunks = None
        self._ended = False

    def __enter__(self) -> None:
        self._token = current.set(self._scope)

    def __exit__(self, kind, error, traceback) -> None:
        leave(self._token)
        if kind is not None and kind is not StopIteration:
            self._status = 500

    def answer(self):
        """Call the application; what the server is to send."""
        try:
            with self:
                self._result = self._reporting.application(self._environ, self._start)
        except BaseException:
            self._end()
            raise
        sends_files = self._environ.get("wsgi.file_wrapper")
        if isinstance(self._result, (list, tuple)):
            self._bytes += sum(map(len, self._result))
        elif isinstance(sends_files, type) and isinstance(self._result, sends_files):
            self._bytes = self._length
        else:
            return self
        self._end()  # complete already, and servers have a faster way for these than for an iterator
        return self._result

    def _start(self, status, headers, exc_info=None):
        self._status = int(status[:3])
        self._length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        timing = header((monotonic() - self._began) * 1e3, self._tally.so_far())
        headers = [*headers, ("Server-Timing", timing)]
        send = self._start_response(status, headers, *([exc_info] if exc_info else []))

        def write(data):
            self._bytes += len(data)
            return send(data)

        return write

    def __iter__(self):
        with self:
            self._chunks = iter(self._result)
        return self

    def __next__(self):
        with self:
            chunk = next(self._chunks)
        self._bytes += len(chunk)
        return chunk

    def close(self) -> None:
        """The server is done with the response."""
        try:
            if hasattr(self._result, "close"):
                with self:
                    self._result.close()
        finally:
            self._end()

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        work, ledger = self._tally.end(), self._reporting.ledger
        if ledger is None:
            return
        name = self._name.encode("latin-1").decode(errors="replace")
        told = (name, self._tally.label, os.getpid(), self._began, monotonic(), self._status)
        size = 0 if self._environ.get("REQUEST_METHOD") == "HEAD" else self._bytes
        cpu = thread_time_ns() - self._cpu if get_ident() == self._thread else 0
        ledger.write(Entry("request", *told, *work, size, cpu / 1e6))


def _scope(tally: Tally) -> Scope:
    """Everything that listens here already, and the request's tally in place of what listens outside."""
    scope = current.get()
    if scope is None:
        return Scope(recorders=(tally,))
    others = tuple(each for each in scope.recorders if not isinstance(each, Outside))
    return with_recorders(replace(scope, recorders=others), (tally,))
