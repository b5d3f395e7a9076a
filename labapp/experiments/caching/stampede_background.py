"""Making a page anew in a thread: once, when somebody has found it old, or while it is asked for."""

from threading import Event, Lock, Thread
from time import monotonic

from django.core.cache import cache
from django.db import connection

ASKED = 0.3  # seconds without a request, after which a page is not made anew any more
FIRST = 10.0  # seconds that the first visitors wait for the first page


def in_thread(work):
    """Do it in a thread of its own, with a database connection that is closed afterwards."""

    def run():
        try:
            work()
        finally:
            connection.close()

    Thread(target=run, name="regenerating", daemon=True).start()


class Refresher:
    """Keeps an entry of the cache fresh from a thread of this process, for as long as somebody asks for it.

    With several processes the one that has the entry's turn makes it; the others look again after ``every``
    seconds. It is kept for ever: who asks never waits, but for the very first one.
    """

    def __init__(self, key, make, every):
        self.key, self.make, self.every = key, make, every
        self._made, self._asked = Event(), monotonic()
        self._lock, self._running = Lock(), False

    def get(self):
        """The entry as it is now."""
        self._asked = monotonic()
        with self._lock:
            if not self._running:
                self._running = True
                in_thread(self._keep)
        value = cache.get(self.key)
        if value is None:
            self._made.wait(FIRST)
            value = cache.get(self.key)
        return value

    def _keep(self):
        try:
            while monotonic() - self._asked < ASKED:
                began = monotonic()
                if cache.add(f"{self.key}-turn", True, self.every * 0.9):
                    cache.set(self.key, self.make(), None)
                    self._made.set()
                Event().wait(max(0.0, self.every - (monotonic() - began)))
        finally:
            self._running = False


_refreshers, _lock = {}, Lock()


def refresher(key, make, *settings, every):
    """This process's Refresher of the entry, which is ``make(*settings)``; another one for other settings."""
    with _lock:
        known, found = _refreshers.get(key, (None, None))
        if known != (settings, every):
            found = Refresher(key, lambda: make(*settings), every)
            _refreshers[key] = (settings, every), found
        return found
