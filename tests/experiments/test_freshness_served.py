"""Invalidation and stampede by real parts: gunicorn, Locust, Varnish, in turns that are short."""

import pytest

from labapp.experiments.caching.invalidation import asks as photos_asked
from labapp.experiments.caching.invalidation import invalidation
from labapp.experiments.caching.invalidation_figures import READ, found_stale
from labapp.experiments.caching.stampede import asks as ranking_asked
from labapp.experiments.caching.stampede import stampede
from labapp.experiments.caching.stampede_page import COMPUTED
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.traffic import Traffic
from tests.requires import needs

NEVER = {"no cache", "versioned key"}


def short(experiment, names, asks, **method):
    """The same experiment with some of its variants, for few people who wait for their answers."""
    made = Experiment(
        experiment.name, question="?", parameters=experiment.parameters.values(),
        conditions=experiment.conditions.values(), setting=experiment.setting, figures=experiment.figures,
        method=Traffic(experiment.method.serves, asks, **method),
    )  # fmt: skip
    made.variants = {name: experiment.variants[name] for name in names}
    return made


def run(experiment, **settings):
    result = experiment.run(
        budget_ms=1, **{"users": 4, "think_time": 0.05, "arrival": "after each answer", **settings}
    )
    for stream in result:
        assert not stream.error and not stream.note and stream.count > 5, (stream.variant, stream.error)
        assert not stream.errors, (stream.variant, {each.error for each in stream.requests})
    return {stream.variant: stream for stream in result}


@pytest.mark.parametrize("backend, workers", [("local memory", 1), ("Redis", 2)])
def test_some_are_never_stale_and_some_are(pinsta_db, backend, workers):
    needs("varnish"), needs("redis")
    names = ["no cache", "lifetime only", "signal", "versioned key", "purge"]
    known = run(
        short(invalidation, names, photos_asked, turn=1.0, warm=0.5, same=False),
        photos=1, lifetime=5, bulk=50, cache=backend, workers=workers, threads=2,
    )
    for name in names:
        stale = known[name].figures["stale"]
        assert (stale == 0) if name in NEVER else stale >= 0, name
    for name in ("lifetime only", "signal"):
        figures = known[name].figures
        assert figures["stale"] > 0 and figures["oldest"] > 0 and figures["kept"] > 0
        assert 0 < figures["per 1,000 reads"] <= 1000
    assert known["no cache"].figures["kept"] is None
    queries = {name: stream.figures["queries a read"] for name, stream in known.items()}
    assert queries["no cache"] > queries["versioned key"] >= 1
    assert queries["purge"] < queries["no cache"]


def test_the_count_is_what_comparing_all_reads_with_all_writes_gives(pinsta_db):
    """Those of the warm-up included; and a version that was acknowledged later is never the smaller one."""
    made = short(invalidation, ["no cache", "lifetime only"], photos_asked, turn=1.0, warm=1.0, same=False)
    logs = []
    made.figures = [Figure("noted", of=lambda log, **parameters: logs.append(log))]
    run(made, photos=2, lifetime=5)
    for log in logs:
        writes = [each for each in (*log.warm, *log.requests) if each.ask > READ]
        assert any(each.done < log.turns[0][0] for each in writes)
        assert len({(each.turn, each.key, each.seen) for each in writes}) == len(writes), "each has its own"
        old = [
            each for each in log.requests if each.ask == READ
            and any(w.key == each.key and w.done < each.sent and int(w.seen) > int(each.seen) for w in writes)
        ]
        assert [each.request for each in found_stale(log)] == old
    assert any(map(found_stale, logs))


def test_the_page_is_made_as_often_as_the_ledger_says(pinsta_db):
    needs("varnish")
    known = run(
        short(
            stampede, list(stampede.variants), ranking_asked, turn=2.0, warm=0.7, strip=(COMPUTED,),
            compares="p99",
        ),
        lifetime=1, photos=300, threads=4,
    )
    for name, stream in known.items():
        figures = stream.figures
        assert stream.same is not False, (name, stream.difference)
        assert figures["made"] == len(stream.marks) >= 1, name
        assert 1 <= figures["at once"] <= 4 and figures["oldest"] > 0 and figures["database"] > 0, name
    for name in ("lock", "at the edge", "background"):
        assert known[name].figures["at once"] == 1, name
    made = {each.label for each in known["background"].marks}
    assert len(made) == 1, "the thread belongs to the turn that began it"
