"""One variant under traffic: its requests and the work of its server, summed up."""

from collections import Counter
from dataclasses import dataclass, field

from ..comparison import Comparison
from ..interval import Interval
from .latency import Latencies, Percentile
from .rate import rate_interval, windows
from .who import by_who

PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


@dataclass
class Stream:
    """What is known of one variant; latencies in ms from the moment when a request was due.

    `requests` are those that count, in the order in which they were due; `work` and `marks` are the ledger's
    entries of the same parts of time, and `turns` these parts as (began, ended) in monotonic seconds, `ended`
    None for one under way. `same` is None where no page was compared, `difference` says why it is False.
    `leaks` counts answers with somebody else's piece. `error` and `unavailable` are one sentence each, `note`
    is a remark for the reader, and `figures` holds the experiment's own, by the names in the result's.

    A request has turn, ask, key, user, person, due, sent, first, done (seconds), status, size, who, timing,
    asked, digest, seen, foreign and error, as labapp.services.traffic.Request has. An entry has kind, began,
    queries, db_ms, hits, misses and bytes, as labapp.probe.ledger.Entry has.
    """

    variant: str
    caption: str = ""
    colour: str = "#999999"
    source: str = ""
    baseline: bool = False
    unavailable: str | None = None
    error: str | None = None
    note: str = ""
    figures: dict[str, float | None] = field(default_factory=dict)
    requests: list = field(default_factory=list)
    work: list = field(default_factory=list)
    marks: list = field(default_factory=list)
    turns: list[tuple[float, float | None]] = field(default_factory=list)
    same: bool | None = None
    difference: str | None = None
    comparison: Comparison | None = None

    def __post_init__(self):
        self._began: dict[int, float] = {}
        self._answered_at: list[float] = []
        self._stale = True
        self.refresh()

    # Collecting

    def begin(self, turn: int, at: float) -> None:
        """From `at` (monotonic seconds) on, the requests of this turn count."""
        self._began[turn] = at
        self.turns.append((at, None))

    def end(self, at: float) -> None:
        """The turn under way counts no longer; answers to what was due before are still taken."""
        began, _ = self.turns[-1]
        self.turns[-1] = (began, at)
        self._stale = True

    def add(self, requests, work=()) -> None:
        """Take from these what belongs to the counted parts; the rest may be anybody's.

        A request belongs here when it is of a turn of this stream and was due after that has begun; an
        entry of the ledger when it began within a counted part. A request that was due before and answered
        after is an answer of the rate, and nothing else.
        """
        for request in requests:
            began = self._began.get(request.turn)
            if began is None or request.done < began:
                continue
            if request.due >= began:
                self.requests.append(request)
            if request.status and not request.error:
                self._answered_at.append(request.done)
        for entry in work:
            if self._covers(entry.began):
                (self.marks if entry.kind == "mark" else self.work).append(entry)
        self._stale = True

    def _covers(self, moment: float) -> bool:
        return any(began <= moment and (ended is None or moment < ended) for began, ended in self.turns)

    def refresh(self) -> bool:
        """Sum up what has come; whether anything has."""
        if not self._stale:
            return False
        self._stale = False
        self.requests.sort(key=lambda request: request.due)
        latencies = Latencies(self.requests)
        self._percentiles = {name: latencies.percentile(q) for name, q in PERCENTILES.items()}
        self._strict = {name: latencies.percentile(q, level=0.975) for name, q in PERCENTILES.items()}
        self._rate = rate_interval(windows(self.turns, self._answered_at))
        self._by_who = by_who(self.requests)
        return True

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
        """Requests without a proper answer."""
        return sum(1 for request in self.requests if request.error)

    @property
    def top_error(self) -> str:
        """What went wrong most often: "12 errors, most often: HTTP 500"; "" without errors."""
        kinds = Counter(request.error for request in self.requests if request.error)
        if not kinds:
            return ""
        (kind, _), *others = kinds.most_common()
        number = f"{kinds.total():,} error{'s' if kinds.total() > 1 else ''}"
        return f"{number}, most often: {kind}" if others else f"{number}: {kind}"

    @property
    def leaks(self) -> int:
        """Answers that showed somebody else's piece."""
        return sum(1 for request in self.requests if request.foreign)

    @property
    def wrong(self) -> bool:
        """Its pages are not the baseline's, or not the visitor's own: its times are not comparable."""
        return self.same is False or self.leaks > 0

    @property
    def seconds(self) -> float:
        """How long was counted, the turn under way up to its last answer."""
        last = max(self._answered_at, default=0.0)
        return sum((max(last, began) if ended is None else ended) - began for began, ended in self.turns)

    @property
    def rate(self) -> Interval | None:
        """Answers a second, with the interval of its mean over windows of time."""
        return self._rate

    @property
    def rate_per_s(self) -> float | None:
        """Answers a second so far, also without an interval."""
        return len(self._answered_at) / self.seconds if self.seconds else None

    # Who answered, and what it took

    @property
    def by_who(self) -> dict[str, tuple[int, float]]:
        """{who: (requests, median in ms)}: browser, edge, application, origin, error, those there are."""
        return self._by_who

    @property
    def hit_ratio(self) -> float | None:
        """Of what the application asked its caches for, the share that was there; None if it never asked."""
        hits, misses = self._sum("hits"), self._sum("misses")
        return hits / (hits + misses) if hits + misses else None

    @property
    def edge_share(self) -> float:
        """The share of the requests that the edge answered."""
        return self.by_who.get("edge", (0, 0))[0] / self.count if self.count else 0.0

    @property
    def origin_requests(self) -> int:
        """Requests that reached the application."""
        return sum(1 for entry in self.work if entry.kind == "request")

    @property
    def origin_queries(self) -> int:
        """Statements that the application sent, in requests and outside of them."""
        return self._sum("queries")

    @property
    def queries_per_request(self) -> float | None:
        """Statements sent for each request of a client, wherever it was answered."""
        return self.origin_queries / self.count if self.count and self.work else None

    @property
    def db_ms(self) -> float | None:
        """Time in the database for each request of a client."""
        return self._sum("db_ms") / self.count if self.count and self.work else None

    @property
    def bytes(self) -> int:
        """Bytes of all bodies that the clients received."""
        return sum(request.size for request in self.requests)

    def _sum(self, name: str):
        return sum(getattr(entry, name) for entry in self.work)
