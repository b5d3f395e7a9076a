"""How sure a median is: an interval from the rounds alone, true at every look.

If m is the true median, each round falls above or below m like the toss of a coin. After n rounds, s of them
on the smaller side, m is ruled out when a coin would hardly ever be so one-sided. "Hardly ever" must hold
although the panel looks after every round and stops when it likes what it sees; an ordinary 95 % interval
(bootstrap or t) does not: looked at fifty times it is wrong in about a quarter of all runs. So Ville's
inequality is used: a coin's Bayes factor against all biases (Jeffreys' prior) reaches 20 in at most 5 % of
all runs, however often one looks. The interval is what is not ruled out, from one order statistic to another.
Nothing is assumed of the noise (spikes, drift, clock steps), and no random numbers are needed. A bootstrap of
the median converges to the same kind of interval, about 0.6 as wide.

A coin can decide from 7 rounds on. At 5 and 6 the interval is the range of the values, stretched; fewer claim
nothing.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

LEAST = 5
DOUBT = 1.5


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
    """The median of positive samples, in the order of the rounds, with its interval; None for fewer than 5.

    Rounds that resemble the one before (the machine drifts) count for less, so that the interval widens.
    """
    if len(samples) < LEAST:
        return None
    ordered = sorted(samples)
    middle = _middle(ordered)
    low, high = _limits(ordered, _independent(samples, middle), level)
    return Interval(low, middle, high)


def ratio_interval(
    baseline: Sequence[float], samples: Sequence[float], level: float = 0.95
) -> Interval | None:
    """How many times faster than the baseline, paired by round (what slows a whole round slows both).

    2.0 means that the typical round took half the baseline's time. None when fewer than 5 rounds allow no
    claim. Of 5 or 6 rounds only a difference of more than a half is believed: some machines slow every second
    call.
    """
    if len(baseline) != len(samples):
        raise ValueError(
            f"ratio_interval pairs rounds: baseline has {len(baseline)} and samples has {len(samples)}; "
            "they must be equally many"
        )
    return ratios_interval(ratios(baseline, samples), level)


def ratios_interval(paired: Sequence[float], level: float = 0.95) -> Interval | None:
    """As ratio_interval(), from the ratios of the rounds; they know no drift, the order within is drawn."""
    if len(paired) < LEAST:
        return None
    ordered = sorted(paired)
    low, high = _limits(ordered, len(paired), level)
    if one_sided(len(paired), level) < 0:
        low, high = low / DOUBT, high * DOUBT
    return Interval(low, _middle(ordered), high)


def ratios(baseline: Sequence[float], samples: Sequence[float]) -> list[float]:
    """Baseline over variant, round by round."""
    return [_ratio(ours, theirs) for ours, theirs in zip(baseline, samples, strict=True)]


def _ratio(ours: float, theirs: float) -> float:
    if theirs:
        return ours / theirs
    return math.inf if ours else 1.0


@lru_cache(maxsize=4096)
def one_sided(rounds: int, level: float = 0.95, share: float = 0.5) -> int:
    """The largest number of rounds on one side that still rules a value out; -1 when not even 0 does.

    `share` is how many of all rounds should lie on that side: a half of them beside the median, a hundredth
    above the 99th percentile.
    """
    ruled_out = bisect_right(
        range(int(rounds * share) + 1),
        math.log(1 - level),
        key=lambda side: -_log_odds(rounds, side, share),
    )
    return ruled_out - 1


def _log_odds(rounds: int, side: int, share: float) -> float:
    """How strongly so many rounds on one side speak against a coin that falls there with chance `share`.

    The logarithm of its Bayes factor against all other coins; for a fair one of 2ⁿ B(s+½, n-s+½) / π. The
    prior has its mean at `share`, and half a round on the rarer side, which for a fair coin is Jeffreys'.
    """
    seen = 0.5 / min(share, 1 - share)
    here, there = share * seen, (1 - share) * seen
    both = _log_beta(side + here, rounds - side + there) - _log_beta(here, there)
    return both - side * math.log(share) - (rounds - side) * math.log(1 - share)


def _log_beta(one: float, other: float) -> float:
    return math.lgamma(one) + math.lgamma(other) - math.lgamma(one + other)


def _independent(samples: Sequence[float], middle: float) -> float:
    """How many independent rounds these are worth: few when neighbours lie on the same side of the median."""
    rounds = len(samples)
    changes = sum((one > middle) != (next_one > middle) for one, next_one in pairwise(samples))
    likeness = 1 - 2 * changes / (rounds - 1)
    if likeness * math.sqrt(rounds) < 1:
        return rounds
    return rounds * (1 - likeness) / (1 + likeness)


def _limits(ordered: list[float], worth: float, level: float) -> tuple[float, float]:
    """The order statistics that bound the median when the rounds are worth so many independent ones."""
    if one_sided(len(ordered), level) >= 0:
        side = one_sided(int(worth), level) + 1
        place = max(0, int(side * len(ordered) / worth) - 1) if side else 0
        return ordered[place], ordered[-1 - place]
    lowest, highest = ordered[0], ordered[-1]
    if lowest <= 0 or math.isinf(highest):
        return 0.0, math.inf
    stretch = highest / lowest
    return lowest / stretch, highest * stretch


def _middle(ordered: list[float]) -> float:
    if not ordered:
        raise ValueError("the median of no samples does not exist")
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
