"""A stream against the baseline: the ratio of two percentiles, or of two rates, by both intervals.

Each of the two intervals holds in 97.5 of 100 measurements, so both hold in 95, and then the ratio lies
between their extremes. Nothing is assumed of what the two have in common.
"""

import math

from ..comparison import Comparison
from ..interval import Interval

UNIT = "requests"


def compared(baseline, stream, by: str) -> Comparison:
    """Times faster than the baseline by "p50", "p95" or "p99"; by "rate" times as many answers a second."""
    rounds = min(baseline.count, stream.count)
    if by == "rate":
        middle = _quotient(stream.rate_per_s, baseline.rate_per_s)
        return Comparison(_ratio(stream.strict_rate, baseline.strict_rate), rounds, middle, UNIT)
    ours, theirs = baseline.percentile(by), stream.percentile(by)
    if ours is None or theirs is None:
        return Comparison(None, rounds, unit=UNIT)
    middle = None if ours.over or theirs.over else _quotient(ours.ms, theirs.ms)
    return Comparison(_ratio(ours.strict, theirs.strict), rounds, middle, UNIT)


def _ratio(over: Interval | None, under: Interval | None) -> Interval | None:
    if over is None or under is None or not under.middle:
        return None
    low = 0.0 if math.isinf(under.high) else over.low / under.high
    return Interval(low, over.middle / under.middle, over.high / under.low if under.low else math.inf)


def _quotient(over: float | None, under: float | None) -> float | None:
    return over / under if over is not None and under else None
