"""What a table of traffic claims is true: of two equal streams, one is called faster in at most 5 %."""

from itertools import islice

import pytest

from labapp.measure.traffic import Stream, TrafficResult
from tests.measure.machine import seeded
from tests.measure.queues import autoregressive, independent, waiting
from tests.measure.served import request

ALLOWED = 0.05
DIFFERENT = ("faster", "slower")
TURN_S = 2.0


def shown(source, compares, seed, turns=5, each_s=40, slower=1.0):
    """Whether a difference was shown at any look, and at the end, of two streams that take turns."""
    chance = seeded(seed)
    streams = [Stream("a", baseline=True), Stream("b")]
    result = TrafficResult("same", measurements=streams, compares=compares, checked=False)
    rows = [scaled(source.latencies(chance), each) for each in (1.0, slower)]
    seen = False
    for turn in range(2 * turns):
        take_turn(streams[turn % 2], turn, rows[turn % 2], each_s, chance)
        result.refresh()
        compared = streams[1].comparison
        different = compared is not None and compared.verdict in DIFFERENT
        seen = seen or different
    return seen, different


def scaled(latencies, factor):
    """A tenth of a unit is what every request takes."""
    return (factor * (0.1 + latency) for latency in latencies)


def take_turn(stream, number, latencies, each_s, chance):
    began = due = 10.0 * number
    stream.begin(number, began)
    requests = []
    while (due := due + chance.expovariate(each_s)) < began + TURN_S:
        requests.append(request(due, 10 * next(latencies), turn=number))
    stream.add(requests)
    stream.end(began + TURN_S)


@pytest.mark.parametrize(
    "source",
    [independent(), autoregressive(0.9), waiting(0.6), waiting(0.9)],
    ids=lambda source: source.name,
)
@pytest.mark.parametrize("compares", ["p50", "p95", "rate"])
def test_the_same_variant_twice(source, compares):
    runs = [shown(source, compares, f"{source.name} {compares} {number}") for number in range(60)]
    assert sum(seen for seen, _ in runs) / len(runs) <= ALLOWED


@pytest.mark.parametrize("compares", ["p50", "p95"])
def test_twice_as_slow_is_seen(compares):
    """Never to be wrong would be easy if nothing were ever found."""
    source = independent(0.5)
    runs = [shown(source, compares, f"slower {number}", turns=8, slower=2.0) for number in range(30)]
    assert sum(final for _, final in runs) / len(runs) > 0.9


def test_truth_knows_its_sources():
    """The true quantiles that the other tests rely on, from very many requests."""
    for source in (independent(), autoregressive(0.5), waiting(0.6)):
        values = sorted(islice(source.latencies(seeded(source.name)), 60_000))
        for q in (0.5, 0.95):
            assert values[int(q * len(values))] == pytest.approx(source.quantile(q), rel=0.1), source.name
