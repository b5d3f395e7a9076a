"""The cache server that fails in the middle of every turn, its return, and what requests tell."""

import os
import signal
import time
from collections import deque
from contextlib import contextmanager, suppress

from labapp.experiments.traffic.backends import MEMCACHED, REDIS
from labapp.measure.quantile import quantile
from labapp.services import memcached, redis

SERVERS = {REDIS: redis.server, MEMCACHED: memcached.server}
DOWN, UP = 1.0, 2.5  # seconds since a turn began to count
KILLED, HANGS = "killed", "hangs"


class Outage:
    """Kills a server once in each turn and starts it again, or stops it and lets it go on.

    ``periods`` are the times without it: [gone, back] in monotonic seconds, ``back`` None while it is gone.
    """

    def __init__(self, servers=None, clock=time.monotonic):
        self._servers = SERVERS if servers is None else servers
        self._clock = clock
        self._due, self._last, self._hanging = [], float("inf"), None
        self.periods = deque(maxlen=1000)

    def during(self, seconds, cache, failure=KILLED, **_):
        """Do to the server of this backend what is due so long after a turn began to count, and say what.

        A new turn has begun where the seconds are fewer than before.
        """
        if seconds < self._last:
            self._due = [(DOWN, self._fail, failure), (UP, self._recover, "is back")]
        self._last = seconds
        said = ""
        while cache in self._servers and self._due and seconds >= self._due[0][0]:
            _, action, word = self._due.pop(0)
            action(self._servers[cache], failure)
            said = f"{cache} {word}"
        return said

    @contextmanager
    def healed(self, **_):
        """A block after which no server hangs; for ``setting=``."""
        try:
            yield
        finally:
            self._go_on()

    def _fail(self, server, failure):
        if failure == HANGS:
            self._hanging = server().pid
            os.kill(self._hanging, signal.SIGSTOP)
        else:
            server().kill()
        self.periods.append([self._clock(), None])

    def _recover(self, server, failure):
        self._go_on()
        server()  # which starts one that has died
        self.periods[-1][1] = self._clock()

    def _go_on(self):
        if self._hanging is not None:
            with suppress(ProcessLookupError):  # somebody else has ended it
                os.kill(self._hanging, signal.SIGCONT)
            self._hanging = None

    # What the requests tell

    def p95(self, part):
        """A function for a Figure: the 95th percentile in ms of answers before, in or after the outage."""
        return lambda log, **_: _p95([each for each in self._due_in(log, part) if not each.error])

    def errors(self, log, **_):
        """The share in % of the requests in the outages that got an error; None before the first outage."""
        due = list(self._due_in(log, "in"))
        return 100 * sum(bool(each.error) for each in due) / len(due) if due else None

    def _due_in(self, log, part):
        """The requests that were due before, in or after the outage of their turn."""
        for began, ended in log.turns:
            ended = float("inf") if ended is None else ended
            killed, back = next((each for each in self.periods if began <= each[0] < ended), (ended, None))
            limits = {
                "before": (began, killed), "in": (killed, back or ended), "after": (back or ended, ended),
            }[part]
            yield from (each for each in log.requests if limits[0] <= each.due < limits[1])


def _p95(requests):
    latencies = sorted(1000 * (each.done - each.due) for each in requests)
    return quantile(latencies, 0.95) if latencies else None
