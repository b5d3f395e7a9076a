"""What posts cost in all processes together, on a log made by hand."""

from types import SimpleNamespace

import pytest

from labapp.experiments.perceived import aggregate_figures as figures
from labapp.experiments.perceived.defer_effects import Effects


def entry(kind, began, ended, pid=1, queries=0):
    return SimpleNamespace(kind=kind, began=began, ended=ended, pid=pid, queries=queries)


def effort(**seconds):
    return dict.fromkeys(figures.KINDS, 0.0) | seconds


def log(truths=(), effort=(), work=()):
    return SimpleNamespace(truths=list(truths), effort=list(effort), work=list(work))


def test_processor_time_is_by_kind_of_process_and_for_each_post():
    spent = [effort(site=0.3, workers=0.1), effort(site=0.2, broker=0.01)]
    known = log([Effects(4, 4), Effects(6, 6)], spent)
    assert figures.cpu("site")(known, followers=1) == pytest.approx(50)
    assert figures.cpu(*figures.KINDS)(known) == pytest.approx(61)
    assert figures.cpu("database")(known) == 0


def test_what_is_not_all_done_has_no_price():
    known = log([Effects(4, 4), Effects(6, 5)], [effort(site=0.3)] * 2, [entry("request", 0, 1)])
    assert figures.cpu("site")(known) is None
    assert figures.busy(known) is figures.per_post(lambda each: 1)(known) is None
    assert figures.cpu("site")(log()) is figures.busy(log()) is None


def test_statements_are_of_all_entries():
    sent = {"request": 5, "task": 9, "outside": 2}
    work = [entry(kind, 0, 1, queries=number) for kind, number in sent.items()]
    assert figures.per_post(lambda each: each.queries)(log([Effects(2, 2)], work=work)) == 8


@pytest.mark.parametrize("spans, seconds", [
    ([], 0.0),
    ([(0, 1), (2, 3)], 2.0),
    ([(0, 3), (1, 2)], 3.0),            # together
    ([(1, 2), (0, 1.5)], 2.0),          # in any order
    ([(0, 2), (0, 2), (0, 2)], 2.0),    # a batch of three
])  # fmt: skip
def test_what_is_done_together_counts_once(spans, seconds):
    assert figures.covered(spans) == seconds


def test_processes_are_busy_beside_each_other():
    batch = [entry("task", 0.5, 2.5, pid=2)] * 2
    work = [entry("request", 0, 1), *batch, entry("outside", 0, 9)]
    assert figures.busy(log([Effects(2, 2)], work=work)) == pytest.approx(1500)
