"""One variant against the baseline, in words that claim no more than the interval does."""

from collections.abc import Sequence
from dataclasses import dataclass

from .figures import ratio_figure, ratio_range
from .interval import Interval, median, ratios, ratios_interval

FASTER, SLOWER, NO_DIFFERENCE, TOO_FEW = "faster", "slower", "no difference seen", "too few"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Times faster than the baseline.

    `interval` is that of baseline time / variant time (above 1 is faster), None while there are too few
    rounds; `rounds` is how many rounds it rests on; `middle` is the median ratio so far, which is known even
    when no interval is. `unit` is what there may be too few of: rounds, or requests.
    """

    interval: Interval | None
    rounds: int
    middle: float | None = None
    unit: str = "rounds"

    @classmethod
    def of(cls, baseline: Sequence[float], samples: Sequence[float]) -> "Comparison":
        """Compare two lists of times, paired by round; a round that only one of them has is left out."""
        rounds = min(len(baseline), len(samples))
        paired = ratios(baseline[:rounds], samples[:rounds])
        return cls(ratios_interval(paired), rounds, median(paired) if paired else None)

    @property
    def ratio(self) -> float | None:
        """Baseline time / variant time in the typical round."""
        return self.interval.middle if self.interval else self.middle

    @property
    def verdict(self) -> str:
        """ "faster", "slower", "no difference seen" or "too few rounds" (or requests)."""
        if self.interval is None:
            return f"{TOO_FEW} {self.unit}"
        if self.interval.low > 1:
            return FASTER
        return SLOWER if self.interval.high < 1 else NO_DIFFERENCE

    @property
    def text(self) -> str:
        """The verdict with its figure: "27.8× faster", "1.3× slower", "no difference seen"."""
        if self.verdict not in (FASTER, SLOWER):
            return self.verdict
        return f"{ratio_figure(self._away.middle)} {self.verdict}"

    @property
    def detail(self) -> str:
        """The limits behind the text: "25.4–30.1"; without a verdict what is known so far."""
        if self.interval is None:
            return f"{ratio_figure(self.middle)} so far" if self.middle else ""
        if self.verdict == NO_DIFFERENCE:
            return f"{ratio_range(self.interval)}×"
        return ratio_range(self._away)

    @property
    def _away(self) -> Interval:
        return self.interval if self.verdict == FASTER else self.interval.inverted()

    def __str__(self) -> str:
        return f"{self.text} ({self.detail})" if self.detail else self.text
