"""Answers a second: a mean over short windows of time, with an interval that knows how they vary."""

import math
from bisect import bisect_left
from collections.abc import Sequence

from ..interval import Interval

WINDOW_S = 0.25
LEAST_WINDOWS = 6


def windows(turns: Sequence, answered_at: Sequence[float]) -> list[float]:
    """Answers a second in each window of each turn that is over, or of the whole windows of one under way."""
    moments = sorted(answered_at)
    last = moments[-1] if moments else 0.0
    rates = []
    for began, ended in turns:
        length = (max(last, began) if ended is None else ended) - began
        number = int(length / WINDOW_S + 0.5) if ended is not None else int(length / WINDOW_S)
        size = length / number if ended is not None and number else WINDOW_S
        edges = [bisect_left(moments, began + size * place) for place in range(number + 1)]
        rates += [(after - before) / size for before, after in zip(edges, edges[1:], strict=False)]
    return rates


def rate_interval(rates: Sequence[float], level: float = 0.95) -> Interval | None:
    """The mean of the windows with its interval; None for fewer than 6 of them."""
    if len(rates) < LEAST_WINDOWS:
        return None
    mean = sum(rates) / len(rates)
    spread = math.sqrt(sum((each - mean) ** 2 for each in rates) / (len(rates) - 1))
    half = 3.5 * spread / math.sqrt(len(rates))
    return Interval(max(0.0, mean - half), mean, mean + half)
