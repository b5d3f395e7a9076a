"""What is worked out from the requests of a stream, and from the work of its server."""

from ..interval import Interval
from ..mean import mean_interval
from .latency import STRICT, WAITED, Percentile, percentiles
from .rate import lengths, windows
from .tally import Requests, Work

MANY_ERRORS = 0.01  # a share from which on the times of the other requests are another matter
PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


class Summary:
    """The figures of a Stream. Counts are always up to date, percentiles and rates since the last sum."""

    def __init__(self, requests=(), work=(), early=()):
        self._answers, self._work = Requests(), Work()
        self._answers.answered_at += early
        for request in requests:
            self._answers.add(request)
        for entry in work:
            self._work.add(entry)

    def sum_up(self, turns) -> None:
        """Bring percentiles and rates up to date."""
        answers = self._answers
        answers.sort()
        self._percentiles = percentiles(answers.timed, PERCENTILES)
        self._windows = windows(turns, answers.answered_at)
        self._rate = _above_zero(mean_interval(self._windows))
        self._by_who = answers.by_who()

    # Latency

    def percentile(self, name: str) -> Percentile | None:
        """ "p50", "p95" or "p99" with what is known of it; None before the first answer."""
        return self._percentiles[name]

    @property
    def p50(self) -> Interval | None:
        """The median latency; None while nothing can be claimed."""
        return self._interval("p50")

    @property
    def p95(self) -> Interval | None:
        """The latency that 95 of 100 requests stay below."""
        return self._interval("p95")

    @property
    def p99(self) -> Interval | None:
        """The latency that 99 of 100 requests stay below."""
        return self._interval("p99")

    @property
    def p50_ms(self) -> float | None:
        """The median so far, also when the requests are too few for an interval."""
        return self._ms("p50")

    @property
    def p95_ms(self) -> float | None:
        """The 95th percentile so far."""
        return self._ms("p95")

    @property
    def p99_ms(self) -> float | None:
        """The 99th percentile so far."""
        return self._ms("p99")

    def _interval(self, name: str) -> Interval | None:
        found = self._percentiles[name]
        return found and found.interval

    def _ms(self, name: str) -> float | None:
        found = self._percentiles[name]
        return found and found.ms

    # Counts

    @property
    def count(self) -> int:
        """Requests that count, errors among them."""
        return len(self.requests)

    @property
    def errors(self) -> int:
        """Requests without a proper answer, those that were given up among them."""
        return self._answers.errors.total()

    @property
    def answered(self) -> int:
        """Requests that were not given up: whose answer, be it an error, has come."""
        given_up = (often for kind, often in self._answers.errors.items() if kind.startswith(WAITED))
        return self.count - sum(given_up)

    @property
    def failing(self) -> bool:
        """More than 1 of 100 requests were answered with an error: the latencies are of what is left."""
        return self.count - len(self._answers.timed) > MANY_ERRORS * self.count

    @property
    def top_error(self) -> str:
        """What went wrong most often: "12 errors, most often: HTTP 500"; "" without errors."""
        if not self.errors:
            return ""
        (kind, _), *others = self._answers.errors.most_common()
        number = f"{self.errors:,} error{'s' if self.errors > 1 else ''}"
        return f"{number}, most often: {kind}" if others else f"{number}: {kind}"

    @property
    def leaks(self) -> int:
        """Answers that showed somebody else's piece."""
        return self._answers.leaks

    @property
    def leak_words(self) -> str:
        """ "2 answers showed somebody else's piece"; "" without leaks."""
        if not self.leaks:
            return ""
        return f"{self.leaks:,} {'answer' if self.leaks == 1 else 'answers'} showed somebody else's piece"

    @property
    def wrong(self) -> bool:
        """Its pages are not the baseline's or not the visitor's own, or what they left behind is not right:
        its times are not comparable."""
        return self.same is False or self.leaks > 0 or bool(self.fault)

    @property
    def pages(self) -> dict[tuple, set[str]]:
        """Digests of what was shown, by (ask, key, person)."""
        return self._answers.pages

    # Rate

    @property
    def seconds(self) -> float:
        """How long was counted, the turn under way up to its last answer."""
        answered = self._answers.answered_at
        return sum(lengths(self.turns, max(answered, default=0.0)))

    @property
    def rate(self) -> Interval | None:
        """Answers a second, with the interval of its mean over windows of time."""
        return self._rate

    @property
    def strict_rate(self) -> Interval | None:
        """The rate with the wider interval for comparisons."""
        return _above_zero(mean_interval(self._windows, STRICT))

    @property
    def rate_per_s(self) -> float | None:
        """Answers a second so far, also without an interval: the mean of its windows."""
        return sum(self._windows) / len(self._windows) if self._windows else None

    # Who answered, and what it took

    @property
    def by_who(self) -> dict[str, tuple[int, float]]:
        """{who: (requests, median in ms)}: browser, edge, application, origin, error, those there are."""
        return self._by_who

    @property
    def hit_ratio(self) -> float | None:
        """Of what the application asked its caches for, the share that was there; None if it never asked."""
        return self._work.hit_ratio

    @property
    def edge_share(self) -> float | None:
        """The share of the requests that the edge answered."""
        return len(self._answers.latencies.get("edge", ())) / self.count if self.count else None

    @property
    def origin_requests(self) -> int:
        """Requests that reached the application."""
        return self._work.requests

    @property
    def origin_queries(self) -> int:
        """Statements that the application sent, in requests and outside of them."""
        return self._work.sums["queries"]

    @property
    def queries_per_request(self) -> float | None:
        """Statements sent for each request of a client that was answered, wherever that was."""
        return self.origin_queries / self.answered if self.answered else None

    @property
    def db_ms(self) -> float | None:
        """Time in the database for each request of a client that was answered."""
        return self._work.sums["db_ms"] / self.answered if self.answered else None

    @property
    def bytes(self) -> int:
        """Bytes of all bodies that the clients received."""
        return self._answers.bytes

    @property
    def origin_bytes(self) -> int:
        """Bytes of all bodies that the application gave."""
        return self._work.sums["bytes"]


def _above_zero(interval: Interval | None) -> Interval | None:
    return interval and Interval(max(0.0, interval.low), interval.middle, interval.high)
