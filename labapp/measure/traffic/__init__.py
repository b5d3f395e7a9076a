"""Figures of a stream of requests: percentiles with intervals, rates, who answered, and results to keep.

    stream = Stream("whole page", baseline=True)
    stream.begin(turn=1, at=time.monotonic())       # from here on it counts
    stream.add(requests, work)                      # what the load generator and the ledger have since
    stream.end(at=time.monotonic())
    result = TrafficResult("caching", measurements=[stream])
    result.refresh()
    stream.p95                                      # Interval in ms, or None

A request is anything with the attributes of `Request` (see stream.py). Neither a server nor Django is needed.
"""

from .result import TrafficResult
from .stream import Stream

__all__ = ["Stream", "TrafficResult"]
