"""How sure a percentile is: the median's interval (see interval.py) for any quantile of requests in a row.

A request falls below the true quantile q like a coin that falls there with chance q, and what such a coin
would hardly ever do, at whichever moment one looks, rules a value out. But requests are no independent
tosses: those that lie above a value come together, in queues. They count as so many independent ones as they
are worth (see neighbours.py).

That is tested, not proven: bench/quantile.py has the rates of error for queues and for other sources. What no
interval can know of is a stall that has not happened yet.
"""

import math
from collections.abc import Sequence

from .interval import LEAST, Interval, one_sided
from .neighbours import discount

FEWEST = 8  # independent requests that it takes to claim anything, times the root of what was discounted
PRESUMED = 1.0  # standard errors of likeness between neighbours, before they have shown what they have


def quantile_interval(latencies_ms: Sequence[float], q: float, level: float = 0.95) -> Interval | None:
    """The quantile q (0 < q < 1) of latencies, in the order of the requests, with its interval.

    It holds the true quantile in `level` of all measurements, however often one looks. `low` is 0 or `high`
    inf where only the other limit is known (for a 99th percentile it takes hundreds of requests); None when
    they are too few for any claim. A latency of inf is that of a request that was never answered.
    """
    if not 0 < q < 1:
        raise ValueError(f"q is {q!r}; a quantile lies between 0 and 1, as 0.95 does")
    if len(latencies_ms) < LEAST:
        return None
    ordered = sorted(latencies_ms)
    (independent,) = worth(latencies_ms, ordered, q)
    low, high = limits(ordered, ordered, q, independent, level)
    return None if low is None else Interval(low, quantile(ordered, q), high)


def quantile(ordered: Sequence[float], q: float) -> float:
    """The quantile of sorted values; between two of them as far as q lies between their places."""
    if not ordered:
        raise ValueError("the quantile of no values does not exist")
    place = q * (len(ordered) - 1)
    below = int(place)
    lower, upper = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    return lower if lower == upper or place == below else lower + (upper - lower) * (place - below)


def limits(
    least: Sequence[float], most: Sequence[float], q: float, independent: float, level: float
) -> tuple[float | None, float]:
    """The order statistics that bound the quantile when the requests are worth so many independent ones.

    `least` and `most` are the sorted latencies with what is not known of them at its lowest and at its
    highest. `independent` is positive and at most their number. (None, inf) where nothing is ruled out.
    """
    count = len(least)
    if independent < FEWEST * math.sqrt(count / independent):  # a large discount is itself less sure
        return None, math.inf
    below, above = (one_sided(int(independent), level, share) + 1 for share in (q, 1 - q))
    if not below and not above:
        return None, math.inf
    low = least[max(0, int(below * count / independent) - 1)] if below else 0.0
    high = most[count - max(1, int(above * count / independent))] if above else math.inf
    return low, high


def worth(latencies_ms: Sequence[float], ordered: Sequence[float], *shares: float) -> list[float]:
    """How many independent requests these are worth for each of the quantiles.

    To the median or to the quantile itself, to which is less: a queue shows at the median first.
    """
    least = _independent(latencies_ms, quantile(ordered, 0.5), PRESUMED)
    return [
        least if q == 0.5 else min(least, _independent(latencies_ms, quantile(ordered, q))) for q in shares
    ]


def _independent(latencies_ms: Sequence[float], value: float, presumed: float = 0.0) -> float:
    """How many independent tosses it is worth which of them are above the value."""
    above = [1 if latency > value else 0 for latency in latencies_ms]
    chance = sum(above) / len(above)
    if not 0 < chance < 1:
        return len(above)
    return len(above) / discount(above, presumed, excess=1 / min(chance, 1 - chance))
