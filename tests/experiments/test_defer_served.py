"""Work that is put off, for real: gunicorn, a broker, task workers; the same effects, whoever does it."""

import pytest

from labapp.experiments.deferral import brokers
from labapp.experiments.perceived import aggregate_figures
from labapp.experiments.perceived.aggregate import aggregate
from labapp.experiments.perceived.defer import defer
from labapp.experiments.perceived.defer_work import answer, posted
from tests.requires import needs

LEAST = {"turn": 0.8, "warm": 0.2, "drain": 30.0}  # seconds; the last one is left as soon as nothing waits
FEW = {"users": 4, "think_time": 0.2, "followers": 12, "picture": 0.2}


@pytest.fixture
def short(pinsta_db, monkeypatch):
    """Turns that are only long enough for a few posts."""
    for experiment in (defer, aggregate):
        for name, seconds in LEAST.items():
            if experiment.method._seconds[name]:
                monkeypatch.setitem(experiment.method._seconds, name, seconds)


@pytest.fixture(params=[("SQLite", brokers.FILES), ("PostgreSQL", brokers.REDIS)], ids="-".join)
def world(request, short):
    """On what it runs: each database and each broker that the lab can start, once."""
    database, broker = request.param
    needs("redis"), needs("postgresql")
    return {"database": database, "broker": broker}


@pytest.mark.timeout(120)
def test_whoever_does_it_each_post_has_exactly_its_effects(world):
    for stream in defer.run(budget_ms=1, **FEW, **world):
        where = f"{world} {stream.variant}"
        assert not stream.error and not stream.errors, f"{where}: {stream.error or stream.top_error}"
        assert stream.count and stream.same, where
        assert stream.figures["exact"] == 100 and not stream.wrong, f"{where}: {stream.fault}"
        put_off = stream.variant != "inline"
        assert stream.figures["done p50"] > first_answer(stream) or not put_off, where
        assert len(stream.jobs) == (stream.count if put_off else 0) and stream.tasks.unfinished == 0, where
        assert (stream.figures["load"] is not None) == (stream.variant in ("Celery", "Django Tasks")), where


def first_answer(stream):
    """ms until the quickest answer."""
    return min(1000 * (each.done - each.due) for each in stream.requests)


@pytest.mark.timeout(120)
def test_together_they_do_the_same_with_fewer_statements(world):
    result = aggregate.run(budget_ms=1, **FEW, **world)
    for stream in result:
        where = f"{world} {stream.variant}"
        assert not stream.error and not stream.errors, f"{where}: {stream.error or stream.top_error}"
        assert stream.same and stream.figures["exact"] == 100, where
        kinds = [stream.figures[f"CPU {kind}"] for kind in aggregate_figures.KINDS]
        assert stream.figures["CPU"] == pytest.approx(sum(kinds)) and kinds[0] > 0, where
        assert kinds[1] > 0 or not aggregate.variants[stream.variant].queue, where
    asked = {stream.variant: stream.figures["statements"] for stream in result}
    fewer = FEW["followers"] - 3  # one for all of them, which Django 5 puts between BEGIN and COMMIT
    assert asked["inline"] - asked["inline, bulk"] >= fewer
    assert asked["batched"] < asked["inline"] <= asked["Celery"]


def test_without_task_workers_nothing_is_done_and_all_is_posted(short, monkeypatch):
    monkeypatch.setitem(defer.method._seconds, "drain", 0.1)
    (stream,) = defer.only("Django Tasks").run(budget_ms=1, task_workers=0, **FEW)
    assert stream.count and not stream.errors
    assert stream.figures["exact"] == 0 and stream.figures["done p50"] is None
    assert stream.tasks.unfinished == stream.count


def test_who_leaves_the_work_out_is_quick_and_not_compared(short):
    @defer.variant
    def forgetful(request):
        return answer(posted(request))

    try:
        (stream,) = defer.only("forgetful").run(budget_ms=1, **FEW)
    finally:
        defer.forget("forgetful")
    assert stream.count and not stream.errors and stream.wrong
    assert stream.fault.startswith("missing thumbnails of ")
