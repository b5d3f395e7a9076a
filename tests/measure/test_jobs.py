"""Tasks joined from the entries of a ledger, in whatever order these come."""

from itertools import permutations

import pytest

from labapp.measure.traffic.jobs import Job, Jobs
from labapp.probe.ledger import Entry


def entry(kind, name, began, ended, label="5", status=0):
    return Entry(kind, name, label, 1, began, ended, status)


ONCE = [
    entry("enqueued", "a", 1.0, 1.1), entry("begun", "a", 2.0, 2.0, label="x"),
    entry("task", "a", 2.0, 3.0, label="x"),
]


@pytest.mark.parametrize("order", list(permutations(ONCE)))
def test_the_order_of_the_entries_does_not_matter(order):
    jobs = Jobs()
    for each in order:
        jobs.add([each])
    assert jobs.of("5") == [Job("a", 1.0, 1.1, [2.0], 3.0, 0, 1, True)]
    assert jobs.left("5") == (0, 0) and jobs.label("a") == "5"


def test_one_that_was_killed_and_delivered_again():
    jobs = Jobs()
    jobs.add([*ONCE[:2], entry("begun", "a", 4.0, 4.0), entry("task", "a", 4.0, 5.0)])
    (job,) = jobs.of("5")
    assert job.begins == [2.0, 4.0] and job.ended == 5.0 and job.runs == 1


def test_one_that_raised_has_ended_and_is_not_done():
    jobs = Jobs()
    jobs.add([*ONCE[:2], entry("task", "a", 2.0, 3.0, status=500)])
    (job,) = jobs.of("5")
    assert job.ended == 3.0 and job.status == 500 and not job.done
    jobs.add([entry("task", "a", 4.0, 5.0)])
    (job,) = jobs.of("5")
    assert job.ended == 5.0 and job.status == 0 and job.done and job.runs == 2
    jobs.add([entry("task", "a", 6.0, 7.0)])
    assert jobs.of("5")[0].ended == 5.0, "it was done then"


def test_what_is_left():
    jobs = Jobs()
    jobs.add([entry("enqueued", "a", 1.0, 1.1), entry("enqueued", "b", 1.0, 1.2), *ONCE[1:2]])
    assert jobs.left("5", "6") == (1, 1) and jobs.left("6") == (0, 0)
    assert [each.ended for each in jobs.of("5")] == [None, None]


def test_those_of_the_warm_up_are_others():
    jobs = Jobs()
    jobs.add([*ONCE, entry("enqueued", "b", 0.5, 0.6, label="5 warm"), entry("mark", "c", 1, 2)])
    assert [each.id for each in jobs.of("5")] == ["a"]
    assert [each.id for each in jobs.of("5 warm")] == ["b"]
    assert jobs.label("c") is None
