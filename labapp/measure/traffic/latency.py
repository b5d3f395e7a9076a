"""Percentiles of latencies of which some are known only as "at least so long"."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..interval import LEAST, Interval
from ..quantile import limits, quantile, worth

WAITED = ("not answered", "no answer within")  # how errors begin of requests that were given up
LEVEL = 0.95
STRICT = 0.975  # for comparisons: two intervals of this level hold both in 95 of 100


class Timed(NamedTuple):
    """A latency in ms by when it was due: inf while only its lower limit is known, which is `least`."""

    due: float
    ms: float
    least: float


@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile in ms: `ms` is the middle, `interval` None while nothing can be claimed.

    `strict` is the wider interval for comparisons. `over`: it falls among requests that were never answered,
    so it is at least `ms`.
    """

    ms: float
    interval: Interval | None
    strict: Interval | None
    over: bool = False


def is_censored(request) -> bool:
    """Whether its latency is only a lower bound: nobody waited until the answer came."""
    return request.error.startswith(WAITED)


def is_timed(request) -> bool:
    """Whether its latency counts: it was answered, or waited for in vain. A quick error does not count."""
    return not request.error or is_censored(request)


def timed(request) -> Timed:
    """The latency of a request that is_timed(), from when it was due."""
    least = 1000 * (request.done - request.due)
    return Timed(request.due, math.inf if request.error else least, least)


def percentiles(row: Sequence[Timed], shares: dict[str, float]) -> dict[str, Percentile | None]:
    """The percentiles of latencies in the order in which they were due; None where there are none."""
    if not row:
        return dict.fromkeys(shares)
    in_order = [each.ms for each in row]
    most = sorted(in_order)
    least = sorted(each.least for each in row) if math.isinf(most[-1]) else most
    if len(row) < LEAST:
        return {name: _percentile(least, most, q) for name, q in shares.items()}
    independent = worth(in_order, most, *shares.values())
    return {
        name: _percentile(least, most, q, each)
        for (name, q), each in zip(shares.items(), independent, strict=True)
    }


def _percentile(least: list[float], most: list[float], q: float, independent: float = 1.0) -> Percentile:
    """`least` and `most` are sorted, with what is not known at its lowest and at its highest."""
    middle = quantile(most, q)
    over = math.isinf(middle)
    ms = quantile(least, q) if over else middle
    return Percentile(
        ms,
        _interval(ms, *limits(least, most, q, independent, LEVEL)),
        _interval(ms, *limits(least, most, q, independent, STRICT)),
        over,
    )


def _interval(ms: float, low: float | None, high: float) -> Interval | None:
    return None if low is None else Interval(min(low, ms), ms, max(high, ms))
