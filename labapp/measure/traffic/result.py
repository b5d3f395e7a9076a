"""The streams of one setting, as one thing to look at, keep, export and compare."""

from dataclasses import dataclass, field

from . import comparison, sameness
from .rate import rate_interval, windows
from .stream import Stream


@dataclass
class TrafficResult:
    """One experiment at one setting, under traffic; the face is that of labapp.measure.Result.

    `compares` is what is set against the baseline: "p50", "p95", "p99" or "rate". `asks` are the names of
    the pages that were asked for, by Request.ask. `checked` says that pages must look the same in all.
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
    status: str = ""
    final: bool = False

    def __getitem__(self, variant: str) -> Stream:
        for stream in self.measurements:
            if stream.variant == variant:
                return stream
        known = ", ".join(stream.variant for stream in self.measurements) or "none"
        raise KeyError(f"{self.experiment} has no variant {variant!r}; it has {known}")

    def __iter__(self):
        return iter(self.measurements)

    @property
    def baseline(self) -> Stream | None:
        """The stream that the others are compared with."""
        return next((stream for stream in self.measurements if stream.baseline), None)

    def refresh(self) -> None:
        """Sum up what the streams have taken since the last time: figures, sameness, comparisons."""
        changed = [stream.refresh() for stream in self.measurements]
        if not any(changed) or self.baseline is None:
            return
        baseline = self.baseline
        reference = sameness.digests(baseline.requests)
        for stream in self.measurements:
            if self.checked:
                stream.same, stream.difference = sameness.difference(
                    reference, sameness.digests(stream.requests)
                )
            compared = stream is not baseline and not stream.wrong and stream.count
            stream.comparison = self._compared(stream) if compared else None

    def _compared(self, stream: Stream):
        if self.compares == "rate":
            rates = [
                rate_interval(windows(each.turns, each._answered_at), comparison.LEVEL)
                for each in (self.baseline, stream)
            ]
            return comparison.of_rates(*rates)
        return comparison.of_latencies(self.baseline._strict[self.compares], stream._strict[self.compares])
