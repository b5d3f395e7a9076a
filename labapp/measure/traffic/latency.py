"""Percentiles of latencies of which some are known only as "at least so long"."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..interval import LEAST, Interval
from ..quantile import limits, quantile, worth

NOT_ANSWERED = "not answered"


@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile in ms: `ms` is the middle, `interval` None while nothing can be claimed.

    `over`: it falls among requests that were never answered, so it is at least `ms`.
    """

    ms: float
    interval: Interval | None
    over: bool = False


def is_censored(request) -> bool:
    """Whether its latency is only a lower bound: nobody waited until the answer came."""
    return request.error == NOT_ANSWERED or request.status == 0 and request.error.startswith("timed out")


def is_timed(request) -> bool:
    """Whether its latency counts: it was answered, or waited for in vain. A quick error does not count."""
    return not request.error or is_censored(request)


class Latencies:
    """The latencies of requests in the order in which they were due."""

    def __init__(self, requests: Sequence):
        timed = [request for request in requests if is_timed(request)]
        censored = [is_censored(request) for request in timed]
        least = [1000 * (request.done - request.due) for request in timed]
        self.in_order = [
            math.inf if open_end else latency for latency, open_end in zip(least, censored, strict=True)
        ]
        self.least, self.most = sorted(least), sorted(self.in_order)

    def percentile(self, q: float, level: float = 0.95) -> Percentile | None:
        """The quantile q; None without any request."""
        if not self.most:
            return None
        middle = quantile(self.most, q)
        over = math.isinf(middle)
        ms = quantile(self.least, q) if over else middle
        return Percentile(ms, self._interval(ms, middle, q, level), over)

    def _interval(self, ms: float, middle: float, q: float, level: float) -> Interval | None:
        if len(self.most) < LEAST:
            return None
        low, high = limits(self.least, self.most, q, worth(self.in_order, middle, q), level)
        return None if low is None else Interval(min(low, ms), ms, high)
