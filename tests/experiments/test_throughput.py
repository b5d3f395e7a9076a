"""The throughput of a pool of workers: pages that are the same, and a pool that is played through."""

import random
from heapq import heappop, heappush
from types import SimpleNamespace

import pytest

from labapp.experiments.metrics.throughput import throughput
from labapp.experiments.metrics.throughput_prediction import along_users, computing, knee
from labapp.experiments.metrics.throughput_prediction import throughput as predicted
from labapp.probe.served import Reporting, read
from tests.experiments.serving import served


def queries(site, variant):
    return read(site.get(variant, "newest/").headers["Server-Timing"]).queries


@pytest.mark.parametrize("photos", [1, 7, 12])
def test_both_variants_show_the_same_page(pinsta_db, photos):
    with served(throughput, photos=photos) as site:
        pages = {
            site.get(variant, "newest/").text.replace(f"/{mount}/", "/")
            for variant, mount in (("N+1", "n-1"), ("prefetched", "prefetched"))
        }
    assert len(pages) == 1 and pages.pop().count('<article class="card">') == photos


def test_one_grows_with_the_page_and_the_other_does_not(pinsta_db):
    counts = {}
    for photos in (4, 8):
        with served(throughput, wrap=Reporting, photos=photos) as site:
            counts[photos] = {variant: queries(site, variant) for variant in throughput.variants}
    assert counts[4]["prefetched"] == counts[8]["prefetched"] == 2
    assert counts[8]["N+1"] > counts[4]["N+1"] > 15


def played(users, slots, blocked, computing, cores, requests=20_000):
    """Requests/s of a pool: each request has a slot, waits ``blocked`` s, then needs a core."""
    chance = random.Random(3)
    free_slots, free_cores, waiting = slots, cores, {"slot": users, "core": 0}
    events, now, done = [], 0.0, 0
    while done < requests:
        while waiting["slot"] and free_slots:
            waiting["slot"], free_slots = waiting["slot"] - 1, free_slots - 1
            heappush(events, (now + chance.uniform(0.8, 1.2) * blocked, "core"))
        while waiting["core"] and free_cores:
            waiting["core"], free_cores = waiting["core"] - 1, free_cores - 1
            heappush(events, (now + chance.uniform(0.8, 1.2) * computing, "done"))
        now, what = heappop(events)
        if what == "core":
            waiting["core"] += 1
        else:
            free_slots, free_cores, done = free_slots + 1, free_cores + 1, done + 1
            waiting["slot"] += 1
    return done / now


@pytest.mark.parametrize("slots, blocked, computing, cores", [
    (2, 0.045, 0.005, 2), (8, 0.045, 0.005, 2), (4, 0.004, 0.006, 2), (4, 0.010, 0.010, 1),
])
def test_the_prediction_bounds_a_pool_that_is_played_through(slots, blocked, computing, cores):
    alone = blocked + computing
    for users in (1, 2, 4, 8, 32):
        bound = predicted(users, slots, alone, computing, cores)
        seen = played(users, slots, blocked, computing, cores)
        assert seen <= bound * 1.01
        assert seen >= bound * 0.75, "near the knee, where requests meet by chance"
    few, many = (played(users, slots, blocked, computing, cores) for users in (1, 32))
    assert few == pytest.approx(predicted(1, slots, alone, computing, cores), rel=0.02)
    if slots * computing <= 0.5 * cores * alone:  # the workers end first, by far
        assert many == pytest.approx(predicted(32, slots, alone, computing, cores), rel=0.02)


def test_the_knee_is_where_another_user_adds_nothing():
    assert knee(8, 0.05) == pytest.approx(8)
    assert knee(8, 0.05, 0.0125, 2) == pytest.approx(8)
    assert knee(8, 0.05, 0.025, 2) == pytest.approx(4)


class Streams(list):
    """As a TrafficResult is to be iterated over."""


def growth(values, parameter="users", **settings):
    """A growth in which one request alone takes 50 ms, of which 5 ms are computing."""
    work = [SimpleNamespace(kind="request", cpu_ms=5.0), SimpleNamespace(kind="mark", cpu_ms=0.0)]
    stream = SimpleNamespace(variant="N+1", rate_per_s=20.0, work=work)
    first = Streams([stream])
    first.settings = {"workers": 1, "threads": 4, **settings}
    return SimpleNamespace(parameter=parameter, values=list(values), results=[first])


def test_along_the_users_the_line_rises_and_bends():
    assert along_users(growth([1, 2, 4, 8, 16])) == {"N+1": pytest.approx([20, 40, 80, 80, 80])}
    assert along_users(growth([1, 16], threads=16)) == {"N+1": pytest.approx([20, 200])}, "one core"


def test_nothing_is_predicted_without_one_user_alone():
    assert along_users(growth([2, 4])) == {}
    assert along_users(growth([1, 2], parameter="workers")) == {}


def test_computing_is_unknown_where_nothing_was_reported():
    assert computing(SimpleNamespace(work=[])) == 0.0
