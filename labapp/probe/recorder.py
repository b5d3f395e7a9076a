"""record(): listens to the statements and cache calls of a block and hands out the Recording."""

from __future__ import annotations

import inspect
import sys
from datetime import UTC, datetime
from functools import wraps
from time import perf_counter_ns, thread_time_ns
from types import FrameType

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from . import eager as eager_loads
from .installation import install
from .queries import Reader
from .recording import Recording
from .scope import (
    current,
    hear_everything,
    hear_no_more,
    here_or_elsewhere,
    leave,
    with_recorders,
    without_closed,
)

NOT_CONFIGURED = (
    "record() needs a configured Django: set DJANGO_SETTINGS_MODULE and call django.setup() first "
    "(in one of our notebooks, labapp.boot() does both)."
)


class NotConfigured(ImproperlyConfigured):
    """record() was used before Django was configured."""


class record:
    """Record every statement that the block sends to any database, and every call of a cache.

    ``label`` names the recording. ``sites`` notes where each statement comes from, ``spans`` templates,
    connections and requests, ``eager`` which relations loaded ahead were never used (this one costs time
    for each instance). With ``everywhere`` it hears all threads of the process, otherwise the block, the
    threads and pieces of work it starts, and its async code.

    Gives a Recording, which can be read inside the block too. As a decorator it records each call; the
    newest recording is the function's attribute ``recording``. Raises NotConfigured without Django settings.
    """

    def __init__(self, label: str = "", *, sites=True, spans=True, eager=True, everywhere=False):
        if not isinstance(label, str):
            raise TypeError(f"record() takes a label of text, got {label!r}.")
        self._options = {
            "label": label,
            "sites": sites,
            "spans": spans,
            "eager": eager,
            "everywhere": everywhere,
        }
        self._recorders: list[Recorder] = []

    def __enter__(self) -> Recording:
        recorder = Recorder(**self._options)
        self._recorders.append(recorder)
        recorder.start(_entering(sys._getframe(1)))
        return recorder.recording

    def __exit__(self, *exception) -> None:
        self._recorders.pop().stop()

    def __call__(self, function):
        if inspect.iscoroutinefunction(function):

            @wraps(function)
            async def recorded(*args, **kwargs):
                with record(**self._options) as recorded.recording:
                    return await function(*args, **kwargs)

        else:

            @wraps(function)
            def recorded(*args, **kwargs):
                with record(**self._options) as recorded.recording:
                    return function(*args, **kwargs)

        recorded.recording = None
        return recorded


def _entering(frame: FrameType) -> FrameType:
    """The frame whose with statement this is, also through ExitStack."""
    while frame.f_globals.get("__name__") == "contextlib" and frame.f_back is not None:
        frame = frame.f_back
    return frame


class Recorder:
    """One recording in progress."""

    hears_spans = True  # even where none are shown, they tell the queries of one request from another's

    def __init__(self, label: str, sites: bool, spans: bool, eager: bool, everywhere: bool):
        self.sites, self.spans, self.eager, self.everywhere = sites, spans, eager, everywhere
        self.open = False
        self.boundary: FrameType | None = None
        self.entries: list = []
        self.open_spans: list = []
        self.eager_loads: list = []
        self.cache_calls: list = []
        self.hear = _ignore
        self.recording = Recording(label=label or "recording")

    def start(self, boundary: FrameType) -> None:
        """Begin to listen."""
        _require_django()
        install()
        if self.eager:
            eager_loads.watch()
        self.boundary = boundary
        self.open = True
        self.hear = self.entries.append
        self.recording.source = self
        self.recording.started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        if self.everywhere:
            hear_everything(self)
        self._scope = with_recorders(here_or_elsewhere(), (self,))
        self._token = current.set(self._scope)
        self._cpu = thread_time_ns()
        self.began = perf_counter_ns()

    def stop(self) -> None:
        """Listen no more, and make plain data of what was heard."""
        ended = perf_counter_ns()
        cpu = thread_time_ns() - self._cpu
        self.open = False
        self.hear = _ignore
        self.boundary = None
        if current.get() is self._scope:
            leave(self._token)
        without_closed()
        if self.everywhere:
            hear_no_more(self)
        if self.eager:
            eager_loads.unwatch()
            eager_loads.settle(self.eager_loads)
        recording = self.recording
        recording.source = None
        recording.wall_ms, recording.cpu_ms = (ended - self.began) / 1e6, cpu / 1e6
        reader = Reader(self, ended)
        recording.queries, recording.spans = reader.queries(), reader.spans()
        recording.eager, recording.cache = reader.eager(), reader.cache()
        self.entries, self.open_spans, self.eager_loads, self.cache_calls = [], [], [], []

    def read(self) -> Reader:
        """What was heard so far."""
        return Reader(self)

    def elapsed_ms(self) -> float:
        """Time since the beginning."""
        return (perf_counter_ns() - self.began) / 1e6

    def hear_span(self, span) -> None:
        """A span began."""
        if self.open:
            self.open_spans.append(span)

    def hear_eager(self, load) -> None:
        """A relation was loaded ahead."""
        if self.open:
            self.eager_loads.append(load)

    def hear_cache(self, call) -> None:
        """A call of a cache began."""
        if self.open:
            self.cache_calls.append(call)


def _ignore(_entry) -> None:
    """What a closed recorder does with queries that come late."""


def _require_django() -> None:
    try:
        settings.DATABASES  # noqa: B018, raises when nothing is configured
    except ImproperlyConfigured:
        raise NotConfigured(NOT_CONFIGURED) from None
