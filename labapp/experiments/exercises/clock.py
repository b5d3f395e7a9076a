"""A clock that is moved on, so that nobody has to wait for a lifetime to end.

Django's caches, and whoever asks `time` or `timezone.now()`, see it; only the thread that moves it and those
begun meanwhile do. The other threads of the kernel keep the real one, as their timers need it.
"""

import inspect
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

LONGEST = 600.0  # seconds of waiting, after which it is said never to end


class WaitsForEver(BaseException):
    """Somebody has slept for ten minutes of the moved clock. No Exception, so that no retry swallows it."""


class Clock:
    """How far the time has been moved on; ``slept`` seconds of it by sleeping, as long as time ``passes`` so.

    ``others`` are the threads that keep the real time.
    """

    def __init__(self):
        self.offset = self.slept = 0.0
        self.passes = True
        self.others = {each.ident for each in threading.enumerate()} - {threading.get_ident()}

    def forward(self, seconds):
        """So many seconds later."""
        self.offset += seconds

    def sees(self):
        """Whether the thread that asks is one of those with this clock."""
        return threading.get_ident() not in self.others

    def sleep(self, seconds):
        """Sleeping takes no time: the clock is moved on."""
        if not self.passes:
            return
        self.offset += seconds
        self.slept += seconds
        if self.slept > LONGEST:
            raise WaitsForEver


@contextmanager
def moved(*functions):
    """Yields a Clock that counts inside the block, also where these functions have imported its parts."""
    clock = Clock()
    known = {each: _later(clock, each) for each in (time.time, time.monotonic, time.perf_counter)}
    known |= {time.sleep: _asleep(clock, time.sleep), timezone.now: _now(clock, timezone.now)}
    homes = [vars(time), vars(timezone), *(_globals(each) for each in functions)]
    replaced = [
        (home, name, value) for home in homes for name, value in list(home.items())
        if callable(value) and _hashable(value) and value in known
    ]
    try:
        for home, name, value in replaced:
            home[name] = known[value]
        yield clock
    finally:
        for home, name, value in replaced:
            home[name] = value


def _later(clock, real):
    return lambda: real() + (clock.offset if clock.sees() else 0.0)


def _asleep(clock, real):
    return lambda seconds: clock.sleep(seconds) if clock.sees() else real(seconds)


def _now(clock, real):
    return lambda: real() + timedelta(seconds=clock.offset if clock.sees() else 0.0)


def _globals(function):
    return getattr(inspect.unwrap(function), "__globals__", {})


def _hashable(value):
    return getattr(type(value), "__hash__", None) is not None
