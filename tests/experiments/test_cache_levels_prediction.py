"""The predicted hit ratio against caches that are played through request by request."""

import random
from math import floor, isclose, sqrt

import pytest

from labapp.experiments.caching.cache_levels_prediction import predicted, shares, steady


def played(rate, popularity, lifetime, began, ended, whole_seconds, turns=1500):
    """(hit ratio, requests): so many turns, each with an empty cache at a random moment of a second."""
    chance, pages = random.Random(7), range(len(popularity))
    hits = requests = 0
    for _ in range(turns):
        phase, now, expires = chance.random(), 0.0, {}
        while (now := now + chance.expovariate(rate)) < ended:
            page = chance.choices(pages, popularity)[0]
            hit = expires.get(page, 0.0) > now
            if not hit:
                expires[page] = floor(now + phase) + lifetime - phase if whole_seconds else now + lifetime
            if now >= began:
                hits, requests = hits + hit, requests + 1
    return hits / requests, requests


@pytest.mark.parametrize("whole_seconds", [False, True])
@pytest.mark.parametrize("pages, zipf, lifetime, ended", [
    (20, 1.0, 1, 2.0), (20, 1.0, 2, 2.5), (100, 0.0, 1, 4.5), (5, 1.5, 3, 12.5),
])
def test_the_formula_is_what_comes_of_playing_it(pages, zipf, lifetime, ended, whole_seconds):
    popularity = shares(pages, zipf)
    seen, requests = played(30, popularity, lifetime, 0.5, ended, whole_seconds)
    expected = predicted(30, popularity, lifetime, 0.5, ended, whole_seconds=whole_seconds)
    # The hits of a turn hang together, so twice the spread of independent ones; that, four times.
    assert abs(seen - expected) < 4 * 2 * sqrt(expected * (1 - expected) / requests)


def test_in_the_long_run_the_start_is_forgotten():
    popularity = shares(20, 1.0)
    late = predicted(30, popularity, 2, 200.0, 400.0)
    assert isclose(late, steady(30, popularity, 2), rel_tol=1e-3)


def test_more_of_everything_that_helps_helps():
    def ratio(pages=50, zipf=1.0, lifetime=2, rate=30):
        return predicted(rate, shares(pages, zipf), lifetime, 0.5, 4.5)

    assert ratio(zipf=1.5) > ratio() and ratio(lifetime=4) > ratio()
    assert ratio(rate=60) > ratio() and ratio(pages=10) > ratio()


def test_whole_seconds_take_something_off_every_lifetime():
    popularity = shares(20, 1.0)
    exact, whole = (predicted(30, popularity, 1, 0.5, 4.5, whole_seconds=each) for each in (False, True))
    assert whole < exact


def test_shares_are_of_everything():
    assert isclose(sum(shares(300, 0.7)), 1) and shares(4, 0) == (0.25, 0.25, 0.25, 0.25)


def test_nothing_is_predicted_of_no_time_and_no_requests():
    assert predicted(0, (1.0,), 1, 0.5, 2.0) is None
    assert predicted(10, (1.0,), 1, 2.0, 2.0) is None
