"""How sure a percentile is: the median's interval (see interval.py) for any quantile of requests in a row.

A request falls below the true quantile q like a coin that falls there with chance q, and what such a coin
would hardly ever do, at whichever moment one looks, rules a value out. But requests are no independent
tosses: one that waited in a queue follows another that did, and a stall catches many at once. So blocks of
neighbours are looked at, of 2, 4, 8 … requests: if the number of slow ones varies between blocks D times as
much as it would by chance, n requests are worth n / D independent ones, and the interval is that of so many.
"""

import math
from collections.abc import Sequence

from .interval import LEAST, Interval, one_sided

BLOCKS = 8  # so many are needed to tell how much blocks vary


def quantile_interval(latencies_ms: Sequence[float], q: float, level: float = 0.95) -> Interval | None:
    """The quantile q (0 < q < 1) of latencies, in the order of the requests, with its interval.

    It holds the true quantile in `level` of all measurements, however often one looks. `high` is inf while
    the requests bound it from below alone (a 99th percentile takes hundreds); None when they are too few for
    any claim. A latency of inf is that of a request that was never answered.
    """
    if not 0 < q < 1:
        raise ValueError(f"q is {q!r}; a quantile lies between 0 and 1, as 0.95 does")
    ordered = sorted(latencies_ms)
    if len(ordered) < LEAST:
        return None
    middle = quantile(ordered, q)
    low, high = limits(ordered, ordered, q, worth(latencies_ms, middle, q), level)
    return None if low is None else Interval(low, middle, high)


def quantile(ordered: Sequence[float], q: float) -> float:
    """The quantile of sorted values; between two of them as far as q lies between their places."""
    if not ordered:
        raise ValueError("the quantile of no values does not exist")
    place = q * (len(ordered) - 1)
    below = int(place)
    lower, upper = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    return lower if lower == upper or place == below else lower + (upper - lower) * (place - below)


def limits(
    least: Sequence[float], most: Sequence[float], q: float, worth: float, level: float
) -> tuple[float | None, float]:
    """The order statistics that bound the quantile when the requests are worth so many independent ones.

    `least` and `most` are the sorted latencies with what is not known of them at its lowest and at its
    highest. (None, inf) where nothing is ruled out.
    """
    count = len(least)
    below, above = one_sided(int(worth), level, q) + 1, one_sided(int(worth), level, 1 - q) + 1
    low = least[max(0, int(below * count / worth) - 1)] if below else None
    high = most[count - max(1, int(above * count / worth))] if above else math.inf
    return (low, high) if below or not above else (0.0, high)


def worth(latencies_ms: Sequence[float], middle: float, q: float) -> float:
    """How many independent requests these are worth: few when slow ones come together."""
    count = len(latencies_ms)
    slow = [place for place, latency in enumerate(latencies_ms) if latency > middle]
    chance = len(slow) / count
    if not 0 < chance < 1:
        return count
    return count / max(1.0, _variation(_block_counts(slow, count), chance))


def _block_counts(slow: list[int], count: int):
    """(size of a block, slow ones in each block) for the sizes 2, 4, 8 … of which there are enough blocks."""
    blocks, size = [0] * count, 1
    for place in slow:
        blocks[place] = 1
    while len(blocks) >= 2 * BLOCKS:
        blocks = [one + other for one, other in zip(blocks[::2], blocks[1::2], strict=False)]
        size *= 2
        yield size, blocks


def _variation(counted, chance: float) -> float:
    """How many times as much the blocks vary as independent requests would."""
    most = 1.0
    for size, blocks in counted:
        mean = size * chance
        seen = sum((each - mean) ** 2 for each in blocks) / (len(blocks) * mean * (1 - chance))
        if seen > 1 + 2 * math.sqrt(2 / len(blocks)):
            most = max(most, seen)
    return most
