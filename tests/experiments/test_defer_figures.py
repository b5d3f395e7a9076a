"""The figures of posts whose work is put off, on a log made by hand whose answer is known."""

from types import SimpleNamespace

import pytest

from labapp.experiments.perceived import defer_figures as figures
from labapp.experiments.perceived.defer_effects import Effects
from labapp.measure.traffic.jobs import Job


def post(due, photo, status=200):
    return SimpleNamespace(due=due, sent=due, done=due + 0.02, status=status, seen=photo, error="")


def mark(photo, ended, status=0, name=figures.DONE):
    return SimpleNamespace(name=f"{name}{photo}", began=ended - 0.1, ended=ended, status=status)


def job(sent, *begins, ended=None):
    done = ended is not None
    return Job(f"at {sent}", sent, sent, list(begins), ended, runs=int(done), done=done)


def work(kind, began, ended, pid=1):
    return SimpleNamespace(kind=kind, began=began, ended=ended, pid=pid)


def log(**more):
    known = {
        "requests": [], "marks": [], "jobs": [], "work": [], "truths": [],
        "turns": [(0.0, 10.0)], "seconds": 10.0, "settings": {"task_workers": 2},
    }
    return SimpleNamespace(**known | more)


def test_done_counts_from_when_the_post_was_due():
    known = log(
        requests=[post(1.0, "7"), post(2.0, "8"), post(3.0, "9")],
        marks=[mark(7, 1.5), mark(9, 5.0), mark(8, 3.0)],
    )
    assert figures.seconds_until_done(known) == [0.5, 1.0, 2.0]
    assert figures.done_within(0.5)(known, followers=3) == 1000
    assert figures.done_within(1.0)(known) == 2000


def test_work_that_was_done_twice_was_done_the_first_time():
    known = log(requests=[post(1.0, "7")], marks=[mark(7, 9.0), mark(7, 2.0)])
    assert figures.seconds_until_done(known) == [1.0]


@pytest.mark.parametrize("marks", [
    [], [mark(8, 2.0)], [mark(7, 2.0, status=500)], [mark(7, 2.0, name="else ")],
])  # fmt: skip
def test_work_without_a_mark_of_its_end_is_not_done(marks):
    known = log(requests=[post(1.0, "7")], marks=marks)
    assert figures.seconds_until_done(known) == [float("inf")]
    assert figures.done_within(0.5)(known) is None


def test_a_percentile_among_what_is_not_done_is_not_known():
    known = log(requests=[post(0.0, str(n)) for n in range(4)], marks=[mark(n, 1.0) for n in range(3)])
    assert figures.done_within(0.5)(known) == 1000
    assert figures.done_within(0.95)(known) is None


def test_who_got_no_proper_answer_is_not_waited_for():
    known = log(requests=[post(0.0, None, 0), post(0.0, "7", 500)])
    assert figures.seconds_until_done(known) == [] and figures.done_within(0.5)(known) is None


def test_the_load_is_arrivals_by_time_by_workers():
    """Five works in ten seconds that take 3 s each, for two workers: 0.5 × 3 / 2."""
    tasks = [work("task", n, n + 3.0, pid=9) for n in range(5)]
    jobs = [job(float(n), float(n), ended=n + 3.0) for n in range(5)]
    known = log(jobs=jobs, work=[work("request", 0.0, 1.0), *tasks])
    assert figures.load(known) == pytest.approx(75)
    known.settings = {"task_workers": 1}
    assert figures.load(known) == pytest.approx(150)


def test_threads_of_the_site_are_no_task_workers():
    same = [work("request", 0.0, 0.1, pid=4), work("task", 0.1, 3.0, pid=4)]
    assert figures.load(log(jobs=[job(0.1, 0.1, ended=3.0)], work=same)) is None
    assert figures.load(log(jobs=[job(0.1)])) is None


def test_what_is_complete_and_what_is_not():
    known = log(truths=[Effects(10, 10), Effects(30, 20)])
    assert figures.exact(known) == 75
    assert figures.exact(log()) is None
    assert figures.exact(log(truths=[Effects(0, 0)])) is None
