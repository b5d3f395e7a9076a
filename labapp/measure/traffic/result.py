"""The streams of one setting, as one thing to look at, keep, export and compare."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .. import storage
from ..aspect import Aspect, of_traffic
from ..figures import milliseconds
from ..outcome import Outcome
from . import sameness
from .comparison import compared
from .stream import Stream
from .stream_data import stream_from, stream_to

if TYPE_CHECKING:
    from pandas import DataFrame

LATE, LATE_MS = 0.3, 1.0  # a share of the quickest p95, and at least so much: then its own lag matters


@dataclass(repr=False, eq=False)
class TrafficResult(Outcome):
    """One experiment at one setting, under traffic; the face is that of labapp.measure.Result.

    `measurements` are Streams, in the order in which they are shown, and result["whole page"] is one of them.
    `status` is one sentence on how far it is, `final` says that no more requests follow; `rounds` is how many
    turns each variant had. `includes` are sentences on what the latencies contain. `figures` are the columns
    besides: dicts of name, unit and help. `compares` is what is set against the baseline: "p50", "p95", "p99"
    or "rate". `asks` are the names of the pages that were asked for, by Request.ask. `checked` says that all
    variants must show the same pages. `late_ms` is how late the load generator itself was with sending (p95).
    `warning` is one sentence that must be seen while it holds: nobody listens to the queue. `defers` says
    that work may be put off: then there are figures of tasks, from the beginning.
    """

    experiment: str
    question: str = ""
    claims: list[str] = field(default_factory=list)
    settings: dict = field(default_factory=dict)
    environment: dict = field(default_factory=dict)
    includes: list[str] = field(default_factory=list)
    figures: list[dict] = field(default_factory=list)
    compares: str = "p50"
    measurements: list[Stream] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    checked: bool = True
    rounds: int = 0
    elapsed_ms: float = 0.0
    late_ms: float | None = None
    status: str = ""
    final: bool = False
    warning: str = ""
    defers: bool = False

    kind = "traffic"

    def __post_init__(self):
        self._seen: dict[str, tuple[int, int]] = {}  # by variant, how far the two compared were then

    @property
    def compared_by(self) -> str:
        """The aspect that the variants are compared by: "rate" or "latency"."""
        return "rate" if self.compares == "rate" else "latency"

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        """The figures that grow: answers a second, and the percentile that is compared.

        A figure of the experiment's own that `grows` takes the place of the one that is not compared.
        """
        rate, latency = of_traffic(self.compares)
        about = next((_own(figure) for figure in self.figures if figure.get("grows")), None)
        if self.compares == "rate":
            return rate, about or latency
        return about or rate, latency

    @property
    def limit(self) -> str:
        """One sentence where the load generator was the limit, and not the site; else nothing."""
        known = [each.p95_ms for each in self.measurements if each.p95_ms is not None]
        if not known or (self.late_ms or 0.0) < max(LATE_MS, LATE * min(known)):
            return ""
        return (
            f"The load generator itself is late by {milliseconds(self.late_ms)} (p95): "
            "the figures are its limit, not the site's."
        )

    def refresh(self) -> None:
        """Sum up what the streams have taken since the last time: figures, sameness, comparisons."""
        for stream in self.measurements:
            stream.refresh()
        self.defers = self.defers or any(stream.jobs for stream in self.measurements)
        baseline = self.baseline
        if baseline is None:
            return
        for stream in self.measurements:
            looks = baseline.looks, stream.looks
            if self._seen.get(stream.variant) != looks:
                self._seen[stream.variant] = looks
                self._set_against(baseline, stream)

    def _set_against(self, baseline: Stream, stream: Stream) -> None:
        if self.checked:
            stream.same, stream.difference = sameness.difference(baseline.pages, stream.pages)
        comparable = stream is not baseline and stream.count and not stream.wrong
        failing = baseline.failing or stream.failing
        stream.comparison = compared(baseline, stream, self.compares) if comparable and not failing else None

    def to_frame(self, requests: bool = False, jobs: bool = False) -> "DataFrame":
        """A DataFrame with one row for each variant; with requests=True for each request that counts, with
        jobs=True for each task that these put off.

        Columns: experiment, the settings, variant, requests, errors (those that were given up among them),
        seconds (counted), p50_ms, p95_ms and p99_ms, each with the limits of its 95 % interval (p50_low_ms,
        p50_high_ms …; empty where a limit is open), over (the percentiles that are lower limits, because they
        fall among requests that were given up), rate (answers a second) with rate_low and rate_high,
        queries_per_request and db_ms (for each answered request), hit_ratio (of what the application
        asked its caches for), edge_share (of the requests, what the edge answered), answered_browser,
        answered_edge, answered_application and answered_origin (requests), origin_requests, origin_queries
        and origin_bytes (what came to the application), bytes (of bodies, received by the clients), compared
        (by which figure), times_faster with its limits times_faster_low and times_faster_high, verdict, same,
        difference, leaks, top_error, error, unavailable; where work is put off tasks (handed over in the
        counted parts), waiting_p50_ms and waiting_p95_ms (from then until they were begun), finishing_p50_ms
        and finishing_p95_ms (until they were done), with limits like those above, tasks_over (which of these
        are lower limits, because they fall among tasks that had not come so far), longest_queue (of tasks
        that waited, the warm-up's among them), unfinished, failed (raised) and delivered_again (begun more
        than once); then a column for each of the experiment's own figures, called like it.

        With requests=True: experiment, the settings, variant, turn, ask (name of the page), key, user,
        person, second (when it was due, from the first turn on), late_ms (how much later it was sent),
        first_ms (until the first byte) and latency_ms (until the last, or until it was given up), both from
        when it was due, given_up, status, bytes, who (answered), asked (HTTP requests), app_ms, queries,
        db_ms, cache_hits and cache_misses (of the application, by its own report), seen, foreign (pieces of
        somebody else's), error.

        With jobs=True: experiment, the settings, variant, job (its id), second (when it was handed over, from
        the first turn on), waiting_ms (until it was begun) and finishing_ms (until it was done), empty where
        it never was, done, begins (how often it was begun), runs (how many of these ended) and raised.
        `frame.attrs` holds the environment.
        """
        return self._frame(detail(requests, jobs))

    def to_csv(self, path: str | os.PathLike, requests: bool = False, jobs: bool = False) -> Path:
        """Write the rows of to_frame() as CSV, and the environment as env_machine, env_date and so on."""
        return self._csv(path, detail(requests, jobs))

    def rows(self, detailed: bool | str = False) -> list[dict]:
        """The rows of to_frame() as plain values; detailed: those of the requests, or of the "jobs"."""
        from . import tabular

        if not detailed:
            return tabular.summary(self)
        return tabular.jobs(self) if detailed == "jobs" else tabular.requests(self)

    def table(self) -> str:
        """The table as HTML. Needs look.CSS once on the page."""
        from . import render_html

        return render_html.table(self)

    def to_html(self, path: str | os.PathLike) -> Path:
        """Write one HTML file that needs nothing else: table, pictures, who answered, code, machine."""
        from . import page

        return storage.write(path, page.traffic_page(self))

    def save(self, path: str | os.PathLike) -> Path:
        """Write everything, each request included, as JSON for load()."""
        return storage.save(path, self.kind, self.to_dict(), indent=None)

    def to_dict(self) -> dict:
        """Plain data for JSON, the requests as columns."""
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return data | {"measurements": [stream_to(each) for each in self.measurements]}

    @classmethod
    def from_dict(cls, data: dict) -> "TrafficResult":
        """What to_dict() gave."""
        data = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        made = cls(**data | {"measurements": [stream_from(each) for each in data["measurements"]]})
        made.refresh()
        return made

    def _repr_html_(self) -> str:
        from . import render_html

        return render_html.standing(self)

    def __str__(self) -> str:
        from . import render_text

        return render_text.table(self)

    __repr__ = __str__


def _own(figure: dict) -> Aspect:
    """One of the experiment's own figures, as it grows."""
    name, unit = figure["name"], figure.get("unit")
    return Aspect(name, f"{name}, {unit}" if unit else name, "", lambda stream: stream.figures.get(name))


def detail(requests: bool, jobs: bool) -> bool | str:
    """What rows() is asked for; ValueError where it is both."""
    if requests and jobs:
        raise ValueError("requests and jobs are both True: a row is that of a request or that of a job")
    return "jobs" if jobs else requests
