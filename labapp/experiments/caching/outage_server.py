"""The cache server that is killed in the middle of every turn, its return, and what requests tell."""

import time
from collections import deque
from contextlib import contextmanager

from labapp.experiments.parameters import Condition
from labapp.experiments.traffic import cache
from labapp.experiments.traffic.backends import MEMCACHED, REDIS
from labapp.measure.quantile import quantile
from labapp.services import memcached, redis

SERVERS = {REDIS: redis.server, MEMCACHED: memcached.server}
DOWN, UP = 1.0, 2.5  # seconds since a turn began to count


class Outage:
    """Kills a server once in each turn and starts it again.

    ``periods`` are the times without it: [killed, back] in monotonic seconds, ``back`` None while it is gone.
    """

    def __init__(self, servers=None, clock=time.monotonic):
        self._servers = SERVERS if servers is None else servers
        self._clock = clock
        self._server, self._due, self._last = None, [], 0.0
        self.periods = deque(maxlen=1000)

    def condition(self):
        """The condition cache() with the backends that have a server; it is that one which fails."""
        return Condition(cache(default=REDIS, only=tuple(SERVERS)).parameter, self.of)

    @contextmanager
    def of(self, backend):
        """A block in which it is this backend's server that fails."""
        self._server, self._last = self._servers.get(backend), float("inf")
        try:
            yield
        finally:
            self._server = None

    def during(self, seconds):
        """Do what is due so long after a turn began to count; a turn begins where the seconds fall back."""
        if seconds < self._last:
            self._due = [(DOWN, self._kill), (UP, self._revive)]
        self._last = seconds
        while self._server and self._due and seconds >= self._due[0][0]:
            self._due.pop(0)[1]()

    def _kill(self):
        self._server().kill()
        self.periods.append([self._clock(), None])

    def _revive(self):
        self._server()
        self.periods[-1][1] = self._clock()

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
