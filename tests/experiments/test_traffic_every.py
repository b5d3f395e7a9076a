"""Every experiment under traffic, from its declaration: its variants answer, agree, and leak nothing."""

import pytest

from labapp.experiments import registry
from labapp.experiments.parameters import Choice
from tests.requires import needs

TRAFFIC = {name: each for name, each in registry.every().items() if each.method.kind == "traffic"}
LEAST = {"turn": 0.6, "warm": 0.3, "drain": 0.5}  # seconds; what is checked here needs no more


@pytest.fixture
def short(monkeypatch):
    """Turns that are only long enough to be answered in."""
    for experiment in TRAFFIC.values():
        for name, seconds in LEAST.items():
            monkeypatch.setitem(experiment.method._seconds, name, seconds)
        monkeypatch.setattr(experiment.method, "extra", None)


def ends_of(experiment):
    """All parameters at their lower ends, then all at their upper ends."""
    for end in (0, -1):
        yield {
            name: each.choices[end] if isinstance(each, Choice) else (each.low, each.high)[end]
            for name, each in experiment.parameters.items()
        }


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", TRAFFIC)
def test_its_variants_answer_agree_and_leak_nothing(pinsta_db, short, name):
    needs("redis"), needs("memcached"), needs("varnish")
    experiment = TRAFFIC[name]
    for settings in ends_of(experiment):
        for stream in experiment.run(budget_ms=1, **settings):
            where = f"{name} {settings} {stream.variant}"
            assert not stream.unavailable, f"{where}: {stream.unavailable}"
            assert not stream.error, f"{where}: {stream.error}"
            assert stream.count, where
            assert stream.leaks == 0, f"{where}: {stream.leaks}"
            if experiment.method.same:
                assert stream.same, f"{where}: {stream.difference}"


@pytest.mark.parametrize("name", TRAFFIC)
def test_it_runs_on_postgresql_as_well(pinsta_db, short, name):
    needs("postgresql")
    for stream in TRAFFIC[name].run(budget_ms=1, database="PostgreSQL"):
        assert stream.unavailable or stream.count and not stream.error, f"{stream.variant}: {stream.error}"


def test_there_is_an_experiment_for_each_row_of_mode_two():
    claims = {claim for each in TRAFFIC.values() for claim in each.claims}
    assert claims >= {"2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "4.2"}
