"""Making a page anew in a thread: once, when somebody has found it old, or while it is asked for."""

from threading import Lock, Thread
from time import monotonic, sleep

from django.core.cache import cache, caches
from django.db import connection

from labapp.experiments.caching.stampede_lock import made_by_one

ASKED = 0.3  # seconds without a request, after which a page is not made anew any more
GLANCE = 0.05  # seconds between two looks at whether it still is


def in_thread(work):
    """Do it in a thread of its own, with a database connection that is closed afterwards."""

    def run():
        # The cache of this moment is the thread's from now on, whatever others begin with meanwhile.
        assert caches["default"] is not None
        try:
            work()
        finally:
            connection.close()

    Thread(target=run, name="regenerating", daemon=True).start()


class Refresher:
    """Keeps an entry of the cache fresh from a thread of this process, for as long as somebody asks for it.

    Time is cut into periods of ``every`` seconds; of several processes the first in a period makes it. It is
    kept for ever, so that who asks never waits, unless it is missing: the first time, or when the cache was
    emptied.
    """

    def __init__(self, key, make, every):
        self.key, self.make, self.every = key, make, every
        self._asked, self._keeper, self._lock = monotonic(), None, Lock()

    def get(self):
        """The entry as it is now."""
        self._asked = monotonic()
        value = made_by_one(self.key, self._begin)
        with self._lock:
            if self._keeper is None:
                self._keeper = keeper = object()
                in_thread(lambda: self._keep(keeper))
        return value

    def period(self, now):
        """The name of what whoever makes it in this period adds to the cache."""
        return f"{self.key}-{int(now // self.every)}"

    def _begin(self):
        """It is missing: this request makes it, and a new thread will; the one before knows another cache."""
        with self._lock:
            self._keeper = None
        cache.add(self.period(monotonic()), True, 2 * self.every)
        return self._anew()

    def _anew(self):
        value = self.make()
        cache.set(self.key, value, None)
        return value

    def _keep(self, keeper):
        try:
            while self._wait(keeper):
                if cache.add(self.period(monotonic()), True, 2 * self.every):
                    self._anew()
        finally:
            with self._lock:
                if self._keeper is keeper:
                    self._keeper = None

    def _wait(self, keeper):
        """Until it is time again; whether it still is this thread's work."""
        until = monotonic() + self.every
        while self._keeper is keeper and monotonic() - self._asked < ASKED:
            if (left := until - monotonic()) <= 0:
                return True
            sleep(min(left, GLANCE))
        return False


_refreshers, _lock = {}, Lock()


def refresher(key, make, *settings, every):
    """This process's Refresher of the entry, which is ``make(*settings)``; another one for other settings."""
    with _lock:
        known, found = _refreshers.get(key, (None, None))
        if known != (settings, every):
            found = Refresher(key, lambda: make(*settings), every)
            _refreshers[key] = (settings, every), found
        return found
