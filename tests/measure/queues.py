"""Streams of latencies that were never measured, each with its true quantiles: alone, drifting, in queues."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

GAUSS = NormalDist()


@dataclass(frozen=True)
class Source:
    """`latencies(chance)` never ends; `quantile(q)` is the truth. Both in units of the mean service time."""

    name: str
    latencies: Callable[..., Iterator[float]]
    quantile: Callable[[float], float]


def independent(sigma: float = 0.8) -> Source:
    """Lognormal, one request as good as another."""

    def latencies(chance):
        while True:
            yield math.exp(sigma * chance.gauss(0, 1))

    return Source("independent", latencies, lambda q: math.exp(sigma * GAUSS.inv_cdf(q)))


def autoregressive(memory: float, sigma: float = 0.8) -> Source:
    """Lognormal, each resembling the one before by `memory` (0 to 1)."""

    def latencies(chance):
        state, fresh = chance.gauss(0, 1), math.sqrt(1 - memory * memory)
        while True:
            yield math.exp(sigma * state)
            state = memory * state + fresh * chance.gauss(0, 1)

    return Source(f"AR(1) {memory:g}", latencies, lambda q: math.exp(sigma * GAUSS.inv_cdf(q)))


def waiting(load: float) -> Source:
    """The waiting times of M/M/1 at this load, from a queue that has been running for long."""

    def latencies(chance):
        waited = chance.expovariate(1 - load) if chance.random() < load else 0.0
        while True:
            yield waited
            waited = max(0.0, waited + chance.expovariate(1.0) - chance.expovariate(load))

    def quantile(q):
        return max(0.0, math.log(load / (1 - q)) / (1 - load))

    return Source(f"M/M/1 {load:g}", latencies, quantile)


def stalled(every: float = 150, lasting: float = 12) -> Source:
    """Independent requests, and now and then a stall that catches all that are due while it lasts.

    The times between stalls and how long they last are exponential, in requests; what is caught waits for
    the rest of the stall, times ten.
    """

    def latencies(chance):
        at, begins = 0, chance.expovariate(1 / every)
        while True:
            ends = begins + chance.expovariate(1 / lasting)
            while at < ends:
                waits = 10 * (ends - at) if at >= begins else 0.0
                yield waits + chance.expovariate(1.0)
                at += 1
            begins = ends + chance.expovariate(1 / every)

    return Source("stalls", latencies, lambda q: _stalled_quantile(q, lasting / (every + lasting), lasting))


def _stalled_quantile(q: float, caught: float, lasting: float) -> float:
    """Bisected: beyond t are exp(-t) of the free ones, and of those caught a sum of two exponentials."""
    slow = 10 * lasting

    def beyond(t):
        both = (slow * math.exp(-t / slow) - math.exp(-t)) / (slow - 1)
        return (1 - caught) * math.exp(-t) + caught * both

    low, high = 0.0, 100 * slow
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if beyond(middle) > 1 - q else (low, middle)
    return low


SOURCES = (
    independent(),
    autoregressive(0.5),
    autoregressive(0.9),
    autoregressive(0.98),
    waiting(0.3),
    waiting(0.6),
    waiting(0.9),
    stalled(),
)
