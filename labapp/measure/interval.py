"""How sure a median is: an interval from the rounds alone, true at every look.

If m is the true median, each round falls above or below m like a fair coin. After n rounds a value with only
s rounds on one side of it is ruled out when a coin would hardly ever look so one-sided. "Hardly ever" has to
hold although the panel looks after every round and stops when it likes what it sees, and an ordinary 95 %
interval (bootstrap or t) does not: looked at fifty times it is wrong in a quarter of all runs. So the rule is
Ville's inequality for the coin's Bayes factor against all biases: s is too one-sided when ``2^n / ((n + 1)
C(n, s)) >= 1 / (1 - level)``. The interval is what is left, two order statistics. It assumes nothing of the
noise (spikes, drift, clock steps) and needs no random numbers; it is what a bootstrap of the median converges
to, about 1.6 times wider.

Fewer than `LEAST` rounds claim nothing. From there to the first n where the coin can decide (8 rounds at 95
%), the range of the values is stretched on both sides.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

LEAST = 5
STRETCH = {5: 1.0, 6: 0.6, 7: 0.3}
STRETCH_LATER = 1.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its limits: `low` <= `middle` <= `high`, all in the unit of what was measured."""

    low: float
    middle: float
    high: float

    @property
    def half(self) -> float:
        """The larger of the two distances from the middle, so that middle ± half covers the interval."""
        return max(self.high - self.middle, self.middle - self.low)

    @property
    def relative(self) -> float:
        """`half` as a share of the middle; 0.05 reads "within 5 %"."""
        if self.middle == 0:
            return 0.0 if self.half == 0 else math.inf
        return self.half / abs(self.middle)

    def inverted(self) -> "Interval":
        """The interval of 1 / x: times slower from times faster."""
        return Interval(1 / self.high, 1 / self.middle, 1 / self.low if self.low else math.inf)


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two middle ones."""
    return _middle(sorted(values))


def median_interval(samples: Sequence[float], level: float = 0.95) -> Interval | None:
    """The median of positive samples with its interval; None when fewer than 5 samples allow no claim."""
    if len(samples) < LEAST:
        return None
    ordered = sorted(samples)
    low, high = _limits(ordered, level)
    return Interval(low, _middle(ordered), high)


def ratio_interval(
    baseline: Sequence[float], samples: Sequence[float], level: float = 0.95
) -> Interval | None:
    """How many times faster than the baseline, paired by round (what slows a whole round slows both).

    2.0 means that the typical round took half the baseline's time. None when fewer than 5 rounds allow no
    claim.
    """
    if len(baseline) != len(samples):
        raise ValueError(
            f"ratio_interval pairs rounds: baseline has {len(baseline)} and samples has {len(samples)}; "
            "they must be equally many"
        )
    return median_interval(ratios(baseline, samples), level)


def ratios(baseline: Sequence[float], samples: Sequence[float]) -> list[float]:
    """Baseline over variant, round by round."""
    return [ours / theirs if theirs else math.inf for ours, theirs in zip(baseline, samples, strict=True)]


@lru_cache(maxsize=4096)
def one_sided(rounds: int, level: float = 0.95) -> int:
    """The largest number of rounds on one side that still rules a value out; -1 when not even 0 does."""
    odds, total = round(1 / (1 - level)), 2**rounds
    side = -1
    while side + 1 < rounds / 2 and odds * (rounds + 1) * math.comb(rounds, side + 1) <= total:
        side += 1
    return side


def _limits(ordered: list[float], level: float) -> tuple[float, float]:
    side = one_sided(len(ordered), level)
    if side >= 0:
        return ordered[side], ordered[-1 - side]
    lowest, highest = ordered[0], ordered[-1]
    if lowest <= 0 or math.isinf(highest):
        return 0.0, math.inf
    stretch = (highest / lowest) ** STRETCH.get(len(ordered), STRETCH_LATER)
    return lowest / stretch, highest * stretch


def _middle(ordered: list[float]) -> float:
    if not ordered:
        raise ValueError("the median of no samples does not exist")
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
