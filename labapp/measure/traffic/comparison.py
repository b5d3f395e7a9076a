"""A stream against the baseline: the ratio of two percentiles, or of two rates, by both intervals."""

import math

from ..comparison import Comparison
from ..interval import Interval

LEVEL = 0.975  # of each of the two, so that both hold in 95 of 100


def of_latencies(baseline, variant) -> Comparison:
    """Times faster by two Percentiles; above 1 where the variant is faster."""
    middle = baseline.ms / variant.ms if baseline and variant and variant.ms else None
    return Comparison(_ratio(baseline and baseline.interval, variant and variant.interval), 0, middle)


def of_rates(baseline: Interval | None, variant: Interval | None) -> Comparison:
    """Times as many requests a second."""
    ratio = _ratio(variant, baseline)
    return Comparison(ratio, 0, ratio and ratio.middle)


def _ratio(over: Interval | None, under: Interval | None) -> Interval | None:
    if over is None or under is None or not under.middle:
        return None
    low = over.low / under.high if not math.isinf(under.high) else 0.0
    high = over.high / under.low if under.low else math.inf
    return Interval(low, over.middle / under.middle, high)
