"""Wakes greenlets when it is time, closer to it than gevent's own timers, which count in milliseconds."""

import ctypes
import heapq
import os
import sys
from itertools import count
from time import monotonic

import gevent

CLOCK_MONOTONIC, CLOSE_ON_EXEC, NON_BLOCKING, ABSOLUTE = 1, 0o2000000, 0o4000, 1


class Clock:
    """``at(moment, event)`` sets a gevent event at a moment of ``time.monotonic()``."""

    def __init__(self):
        self._waiting, self._numbers = [], count()
        self._timer = Timer(self._ring) if sys.platform == "linux" else CoarseTimer(self._ring)

    def at(self, moment, event):
        """Set the event then."""
        first = not self._waiting or moment < self._waiting[0][0]
        heapq.heappush(self._waiting, (moment, next(self._numbers), event))
        if first:
            self._timer.set(moment)

    def _ring(self):
        now = monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            heapq.heappop(self._waiting)[2].set()
        if self._waiting:
            self._timer.set(self._waiting[0][0])


class Spec(ctypes.Structure):
    """Linux' itimerspec: two times of seconds and nanoseconds, of which the first repeats."""

    _fields_ = [(name, ctypes.c_long) for name in ("again_s", "again_ns", "s", "ns")]


class Timer:
    """Linux' timerfd: a file that becomes readable at the nanosecond wanted."""

    def __init__(self, ring):
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._file = self._libc.timerfd_create(CLOCK_MONOTONIC, CLOSE_ON_EXEC | NON_BLOCKING)
        if self._file < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._ring = ring
        self._watcher = gevent.get_hub().loop.io(self._file, 1)
        self._watcher.start(self._readable)

    def set(self, moment):
        """Ring then, and not when it was wanted before; at once for a moment that is past."""
        seconds, nanoseconds = divmod(int(moment * 1e9), 10**9)
        spec = Spec(0, 0, seconds, nanoseconds or 1)
        self._libc.timerfd_settime(self._file, ABSOLUTE, ctypes.byref(spec), None)

    def _readable(self):
        try:
            os.read(self._file, 8)
        except BlockingIOError:
            return  # it was set anew meanwhile
        self._ring()


class CoarseTimer:
    """The same out of what gevent has."""

    def __init__(self, ring):
        self._ring, self._watcher = ring, None

    def set(self, moment):
        """Ring then, and not when it was wanted before."""
        if self._watcher:
            self._watcher.stop()
        self._watcher = gevent.get_hub().loop.timer(max(0.0, moment - monotonic()))
        self._watcher.start(self._ring)
