"""Tasks in the ledger: who handed them over, each run, and each statement counted exactly once."""

from threading import Thread

import pytest
from django.db import connection
from django.http import HttpResponse

from labapp.probe.ledger import Ledger, marked
from labapp.probe.served import Reporting
from labapp.probe.tasks import doing, enqueued, report, report_no_more
from tests.cases.models import Tag
from tests.probe.wsgi import get


@pytest.fixture
def ledger(tmp_path, traced):
    connection.ensure_connection()
    traced.clear()
    return Ledger(tmp_path / "ledger")


@pytest.fixture
def reported(ledger):
    """The ledger of a process that works outside of requests."""
    outside = report(ledger.path, "7")
    yield ledger
    report_no_more(outside)


def three_statements():
    for number in range(3):
        Tag.objects.filter(name=f"tag {number}").exists()


def test_a_run_has_all_that_it_asked_and_nothing_else(reported, traced):
    Tag.objects.count()
    with doing("a"):
        three_statements()
        inside = len(traced) - 1
    begun, task = reported.take()
    assert (begun.kind, task.kind) == ("begun", "task")
    assert begun.name == task.name == "a" and begun.label == task.label == "7"
    assert task.queries == inside == 3 and task.status == 0
    assert begun.began == task.began <= task.ended


def test_what_is_asked_between_runs_is_outside(reported, traced):
    three_statements()
    with doing("a"):
        three_statements()
    Tag.objects.count()
    for recorder in _listeners():
        recorder.flush()
    entries = reported.take()
    assert sum(each.queries for each in entries) == len(traced) == 7
    assert {each.kind: each.queries for each in entries if each.queries} == {"task": 3, "outside": 4}
    assert all(each.label == "7" for each in entries)


def _listeners():
    from labapp.probe.outside import _outsides

    return list(_outsides)


def test_a_run_that_raises_is_told(reported):
    with pytest.raises(ZeroDivisionError), doing("a"):
        three_statements()
        1 / 0
    begun, task = reported.take()
    assert task.status == 500 and task.queries == 3


def test_a_mark_inside_a_run_has_its_label(reported):
    with doing("a"), marked("half"):
        three_statements()
    assert [(each.kind, each.label) for each in reported.take()] == [
        ("begun", "7"), ("mark", "7"), ("task", "7"),
    ]


def test_a_request_hands_over_and_its_thread_does_it(ledger, traced):
    threads = []

    def view(environ, start_response):
        three_statements()
        enqueued("a")

        def run():
            with doing("a"):
                three_statements()
            connection.close()

        threads.append(Thread(target=run))
        threads[-1].start()
        response = HttpResponse("soon")
        start_response("200 OK", list(response.items()))
        return [response.content]

    get(Reporting(view, ledger, label=lambda environ: "8 warm"))
    threads[0].join()
    entries = {each.kind: each for each in ledger.take()}
    assert {kind: each.queries for kind, each in entries.items()} == {
        "request": 3, "enqueued": 0, "begun": 0, "task": 3,
    }
    assert len(traced) == 6
    assert {each.label for each in entries.values()} == {"8 warm"}


def test_without_a_ledger_nothing_happens(traced):
    enqueued("a")
    with doing("a"):
        three_statements()
    assert len(traced) == 3


def test_handing_over_lasts_from_when_it_began(reported):
    enqueued("a", began=1.0)
    (entry,) = reported.take()
    assert entry.kind == "enqueued" and entry.began == 1.0 < entry.ended
