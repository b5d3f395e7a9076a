"""Stale answers, counted on requests made by hand, whose answer is known."""

from types import SimpleNamespace

import pytest

from labapp.experiments.caching import invalidation_figures as figures
from labapp.experiments.caching.invalidation_figures import stale_answers
from labapp.services.traffic import Request

TIMING = (
    'app;dur=9.0, db;dur=4.0;desc="{} queries", '
    'cache;dur=0.1;desc="{} hits, {} misses, 0 sets, 0 deletes"'
)
NO_CACHE, MISS, HIT = TIMING.format(20, 0, 0), TIMING.format(20, 0, 1), TIMING.format(0, 1, 0)


def request(ask, sent, done, seen, *, key=0, turn=1, status=200, who="origin", timing=""):
    return Request(
        turn, ask, key, 0, "", sent, sent, done, done, status, 100, who, timing, 1, "", seen, 0, "",
    )


def read(sent, done, version, **more):
    return request(0, sent, done, None if version is None else str(version), **more)


def write(sent, done, version, **more):
    return request(1, sent, done, None if version is None else str(version), **more)


@pytest.mark.parametrize("sent, version, stale", [
    (0.5, 0, False),   # before anything was written
    (1.5, 0, False),   # the write is under way
    (2.0, 0, False),   # acknowledged at the very moment
    (2.001, 0, True),
    (2.001, 1, False),
    (1.5, 1, False),   # newer than it had to be
    (5.0, 0, True),
])  # fmt: skip
def test_a_read_is_stale_when_it_was_sent_after_the_acknowledgement(sent, version, stale):
    found = stale_answers([read(sent, sent + 1, version)], [write(1.0, 2.0, 1)])
    assert len(found) == stale


def test_a_write_acknowledged_while_the_read_is_under_way_makes_nothing_stale():
    assert stale_answers([read(1.0, 9.0, 0)], [write(2.0, 3.0, 1)]) == []


def test_the_age_counts_from_the_first_change_that_is_missing():
    writes = [write(0, 1.0, 1), write(1, 2.0, 2), write(2, 3.0, 3)]
    (found,) = stale_answers([read(5.0, 5.1, 1)], writes)
    assert (found.behind, found.age) == (2, 3.0)


def test_writes_acknowledged_in_another_order_than_they_were_made():
    """Version 2 was acknowledged first: who shows 1 afterwards is stale, though 1 was acknowledged last."""
    writes = [write(0.0, 4.0, 1), write(0.0, 2.0, 2)]
    (found,) = stale_answers([read(5.0, 5.1, 1)], writes)
    assert (found.behind, found.age) == (1, 3.0)
    assert stale_answers([read(5.0, 5.1, 2)], writes) == []


def test_photos_and_turns_have_nothing_to_do_with_each_other():
    reads = [read(5.0, 5.1, 0, key=1), read(5.0, 5.1, 0, turn=2), read(5.0, 5.1, 0)]
    assert [each.request for each in stale_answers(reads, [write(1.0, 2.0, 1)])] == reads[2:]


def test_what_was_not_answered_says_nothing():
    lost = write(1.0, 2.0, None, status=0)
    refused = write(1.0, 2.0, None, status=500)
    assert stale_answers([read(5.0, 5.1, 0)], [lost, refused]) == []
    assert stale_answers([read(5.0, 5.1, None, status=0), read(5.0, 5.1, None)], [write(1, 2, 1)]) == []


def log(requests, warm=()):
    return SimpleNamespace(requests=list(requests), warm=list(warm))


def test_writes_of_the_warm_up_count_and_its_reads_do_not():
    warm = [write(0.0, 0.5, 3), read(0.6, 0.7, 2)]
    counted = [read(1.0, 1.1, 2), read(1.2, 1.3, 3)]
    assert figures.stale(log(counted, warm), lifetime=1.0) == 1
    assert figures.stale_per_thousand(log(counted, warm)) == 500
    assert figures.oldest(log(counted, warm)) == 0.5


def test_nothing_read_nothing_known():
    empty = log([write(0.0, 0.5, 3)])
    assert figures.stale(empty) == 0 and figures.oldest(empty) == 0.0
    assert figures.stale_per_thousand(empty) is None
    assert figures.queries_per_read(empty) is None and figures.from_cache(empty) is None


def test_queries_and_hits_are_of_reads_only():
    requests = [
        read(1, 2, 0, timing=MISS), read(1, 2, 0, timing=HIT, who="application"),
        read(1, 2, 0, who="edge"), write(1, 2, 1, timing=NO_CACHE), read(1, 2, 0, timing=HIT),
    ]
    assert figures.queries_per_read(log(requests)) == 5
    assert figures.from_cache(log(requests)) == 75


def test_a_variant_that_keeps_nothing_has_no_hit_ratio():
    assert figures.from_cache(log([read(1, 2, 0, timing=NO_CACHE)])) is None
    at_edge = [read(1, 2, 0, timing=NO_CACHE), read(1, 2, 0, who="edge")]
    assert figures.from_cache(log(at_edge)) == 50
