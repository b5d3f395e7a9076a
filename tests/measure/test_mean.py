"""The interval of a mean: as often right as it says, at every look."""

import math

import pytest

from labapp.measure.mean import mean_interval
from tests.measure.machine import seeded

ALLOWED = 0.05


def poisson(chance, mean):
    while True:
        number, moment = 0, chance.expovariate(mean)
        while moment < 1:
            number, moment = number + 1, moment + chance.expovariate(mean)
        yield number


def lingering(chance, mean, memory):
    state = chance.gauss(0, 1)
    while True:
        yield mean + state
        state = memory * state + math.sqrt(1 - memory * memory) * chance.gauss(0, 1)


def wrong_at_any_look(source, mean, runs=200, values=100):
    wrong = 0
    for number in range(runs):
        stream, seen, missed = source(seeded(f"mean {number}")), [], False
        while len(seen) < values:
            seen.append(next(stream))
            found = mean_interval(seen)
            missed = missed or found is not None and not found.low <= mean <= found.high
        wrong += missed
    return wrong / runs


@pytest.mark.parametrize(
    ("source", "mean"),
    [
        (lambda chance: poisson(chance, 4), 4),
        (lambda chance: poisson(chance, 30), 30),
        (lambda chance: lingering(chance, 30, 0.5), 30),
        (lambda chance: lingering(chance, 30, 0.8), 30),
    ],
    ids=["Poisson 4", "Poisson 30", "AR(1) 0.5", "AR(1) 0.8"],
)
def test_it_is_rarely_wrong_at_any_look(source, mean):
    assert wrong_at_any_look(source, mean) <= ALLOWED


def test_the_middle_is_the_mean():
    found = mean_interval([float(value % 7) for value in range(70)])
    assert found.middle == pytest.approx(3.0)
    assert found.low < 3.0 < found.high


def test_few_values_claim_nothing():
    assert mean_interval([1.0, 2.0] * 3) is None


def test_a_mean_that_never_varies():
    assert mean_interval([5.0] * 20).half == 0.0
