"""How sure a mean is: an interval of values in a row that is true at every look.

The values are taken as normal with a spread that nobody knows: sums over windows of time are nearly so. What
a t-test would hardly ever say at any moment (Lai's mixture, whose prior is worth one value) rules a mean out.
Neighbours that resemble each other count for less (see neighbours.py).
"""

import math
from collections.abc import Sequence

from .interval import Interval
from .neighbours import discount

LEAST = 8  # independent values that it takes to claim anything
PRESUMED = 1.0  # standard errors of likeness between neighbours, before they have shown what they have


def mean_interval(values: Sequence[float], level: float = 0.95) -> Interval | None:
    """The mean with its interval; None while the values are worth fewer than 8 independent ones."""
    count = len(values)
    if count < LEAST:
        return None
    mean = sum(values) / count
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / count)
    independent = count / discount(values, PRESUMED)
    reach = _reach(independent, level) if independent >= LEAST else None
    return None if reach is None else Interval(mean - reach * spread, mean, mean + reach * spread)


def _reach(count: float, level: float) -> float | None:
    """Half the width in standard deviations; None where nothing is ruled out."""
    likely = (count + 1) * (1 - ((1 - level) ** 2 / (count + 1)) ** (1 / count))
    return math.sqrt(likely / (count - likely)) if likely < count else None
