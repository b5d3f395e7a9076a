"""Two writers, each with a connection of its own, who meet at the same moment every time.

Whether an update is lost depends on who reads and who writes first. Here that is decided beforehand: the
first writer goes as far as its pause, the second too (or until it ends, or waits for a lock that the first
holds), then the first goes on to its end, then the second. Nothing is left to luck, and nothing sleeps.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Barrier, Event

from django.db import connection

from labapp import probe

GLANCE = 0.001  # seconds between two looks at whether the second writer waits for a lock
_writers = ContextVar("labapp_writers")

WAITING = """
    SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND locktype IN ('transactionid', 'tuple') AND datname = current_database()
"""


class Pause:
    """What a writer calls between reading and writing: it stays there until it may go on."""

    def __init__(self):
        self.reached, self.over = Event(), Event()

    def __call__(self):
        self.reached.set()
        self.over.wait()


class Writers:
    """Two threads whose connections stay open until ``close()``."""

    def __init__(self):
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="writer")

    def meet(self, work):
        """Both do ``work(pause)`` once. What either raises, reaches you when both have ended."""
        first, second = Pause(), Pause()
        one = two = None
        try:
            one = self._start(work, first)
            two = self._start(work, second)
            first.over.set()
            _ended(one)
        finally:
            first.over.set()
            second.over.set()
            for future in filter(None, (one, two)):
                _ended(future)
        one.result()
        two.result()

    def _start(self, work, pause):
        """Send a writer off; returns when it is at its pause, has ended, or waits for the other."""
        future = self._threads.submit(work, pause)
        future.add_done_callback(lambda _: pause.reached.set())
        while not (pause.reached.wait(GLANCE) or _waits_for_lock()):
            continue
        return future

    def close(self):
        """End the threads and their connections."""
        both = Barrier(2)

        def close():
            both.wait()
            connection.close()

        for future in [self._threads.submit(close) for _ in range(2)]:
            future.result()
        self._threads.shutdown()


def _ended(future):
    """Return when it has an outcome, whatever that is."""
    future.exception()


def _waits_for_lock():
    """Whether one of the writers waits for a row that the other has locked. SQLite has no such locks."""
    if connection.vendor != "postgresql":
        return False
    with probe.unrecorded(), connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0


@contextmanager
def two_writers():
    """The block in which ``both()`` works."""
    writers = Writers()
    token = _writers.set(writers)
    try:
        yield
    finally:
        _writers.reset(token)
        writers.close()


def both(work, times):
    """Let two writers do ``work(pause)`` at the same time, so many times."""
    for _ in range(times):
        _writers.get().meet(work)
