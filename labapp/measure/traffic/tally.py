"""Sums over requests and over the ledger that are kept up to date, so that a look at them costs little."""

from collections import Counter, defaultdict

from ..interval import median
from .latency import Timed, is_timed, timed

ORDER = ("browser", "edge", "application", "origin", "error")  # nearest to the visitor first
SUMMED = ("queries", "db_ms", "hits", "misses", "bytes")


class Requests:
    """What is known of the requests that count."""

    def __init__(self):
        self.timed: list[Timed] = []
        self.answered_at: list[float] = []
        self.latencies: dict[str, list[float]] = defaultdict(list)  # in ms, by who answered
        self.errors: Counter[str] = Counter()
        self.leaks = 0
        self.bytes = 0
        self.pages: dict[tuple, set[str]] = defaultdict(set)  # digests by (ask, key, person)

    def add(self, request) -> None:
        """One more."""
        if is_timed(request):
            self.timed.append(timed(request))
        if request.error:
            self.errors[request.error] += 1
        else:
            self.answered_at.append(request.done)
        self.latencies["error" if request.error else request.who].append(1000 * (request.done - request.due))
        self.leaks += request.foreign > 0
        self.bytes += request.size
        if request.digest:
            self.pages[request.ask, request.key, request.person].add(request.digest)

    def sort(self) -> None:
        """By time, and latencies by length; since the last time they are nearly sorted, so it is quick."""
        self.timed.sort()
        self.answered_at.sort()
        for latencies in self.latencies.values():
            latencies.sort()

    def by_who(self) -> dict[str, tuple[int, float]]:
        """{who: (requests, median latency in ms)}, those there are."""
        known = sorted(self.latencies, key=_place)
        return {who: (len(self.latencies[who]), median(self.latencies[who])) for who in known}


class Work:
    """What is known of the work of the server in the counted parts."""

    def __init__(self):
        self.requests = 0
        self.sums = dict.fromkeys(SUMMED, 0)

    def add(self, entry) -> None:
        """One more entry of the ledger."""
        self.requests += entry.kind == "request"
        for name in SUMMED:
            self.sums[name] += getattr(entry, name)

    @property
    def hit_ratio(self) -> float | None:
        """Of what caches were asked for, the share that was there; None if they were never asked."""
        asked = self.sums["hits"] + self.sums["misses"]
        return self.sums["hits"] / asked if asked else None


def _place(who: str) -> int:
    return ORDER.index(who) if who in ORDER else len(ORDER)
