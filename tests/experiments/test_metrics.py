"""Every experiment there is: its variants agree at every setting, and nothing in it is declared twice."""

import pytest

from labapp.experiments import Experiment, registry
from labapp.experiments.parameters import Choice
from labapp.services import postgresql
from tests.requires import needs


def settings_of(experiment, database):
    """The defaults, and each parameter at its ends (a choice at each of its values), on this database.

    An experiment that runs nowhere but on SQLite is not run a second time.
    """
    if "database" not in experiment.conditions:
        if database != "SQLite":
            return
        world = {}
    else:
        world = {"database": database}
    yield world
    for name, parameter in experiment.parameters.items():
        values = parameter.choices if isinstance(parameter, Choice) else (parameter.low, parameter.high)
        yield from ({**world, name: value} for value in values)


@pytest.fixture
def every(pinsta_db):
    return registry.every()


def test_there_is_an_experiment_for_each_row_of_mode_four(every):
    assert {claim for each in every.values() for claim in each.claims} >= {"4.1", "4.2", "4.3", "4.4", "4.5"}


@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
@pytest.mark.parametrize("name", registry.every())
def test_every_experiment_agrees_with_itself_at_every_setting(every, name, database):
    """From the declaration alone: no variant raises, and each returns what the baseline returns, or what is
    known to be wrong.
    """
    if database == "PostgreSQL":
        needs("postgresql")
    experiment = every[name]
    for settings in settings_of(experiment, database):
        for each in recorded(experiment, settings).measurements:
            where = f"{settings} {each.variant}"
            assert each.error is None, f"{where}: {each.error}"
            assert each.unavailable or each.queries is not None, where
            if not each.unavailable:
                wrong = bool(experiment.variants[each.variant].wrong)
                assert each.same is not wrong, f"{where}: {each.difference or 'should be wrong'}"


def test_each_variant_has_a_caption_and_shows_its_source(every):
    for experiment in every.values():
        for variant in experiment.variants.values():
            assert variant.caption, f"{experiment.name}: {variant.name}"
            assert variant.source.startswith("def "), f"{experiment.name}: {variant.name}"


def test_the_naive_feed_grows_with_the_page_and_the_cures_stand_still(every):
    counts = {
        photos: {each.variant: each.queries for each in recorded(every["feed"], {"photos": photos})}
        for photos in (10, 40)
    }
    assert counts[40]["naive"] > counts[10]["naive"] > 10
    for cure in ("prefetch_related", "filtered Prefetch", "raw SQL"):
        assert counts[40][cure] == counts[10][cure] < 10


def test_prefetch_is_defeated_by_filter_and_not_by_all(every):
    asked = {
        ask: recorded(every["prefetch_defeated"], {"ask": ask, "photos": 20})["prefetch, then ask"].queries
        for ask in (".all()", ".filter()", ".order_by()")
    }
    assert asked == {".all()": 2, ".filter()": 22, ".order_by()": 22}


PAGES = "feed", "JSON feed", "popular", "board", "profile", "photo", "search", "notifications"


def test_both_databases_are_asked_the_same(every):
    """The site is the same, so is the number of statements, and of rows."""
    needs("postgresql")
    asked = {
        database: {
            each.variant: (each.queries, each.rows)
            for name in ("feed", "pages", "round_trip", "exists_count_len")
            for each in recorded(every[name], {"database": database})
        }
        for database in ("SQLite", "PostgreSQL")
    }
    assert asked["SQLite"] == asked["PostgreSQL"]
    assert asked["SQLite"].keys() >= set(PAGES)


def test_what_is_recorded_is_what_postgresql_has_counted(every):
    """pg_stat_statements counts every call, whoever sends it."""
    needs("pg_stat_statements")
    server = postgresql.server()
    for name in ("feed", "pages", "prefetch_defeated", "round_trip", "exists_count_len"):
        experiment = every[name]
        recorded(experiment, {"database": "PostgreSQL"})  # connects, and fills Django's caches
        for variant in experiment.variants.values():
            alone = Experiment(name, question="?", parameters=experiment.parameters.values(),
                               conditions=experiment.conditions.values(), finish=experiment.finish)
            alone.variants = {variant.name: variant}
            alone.warm = experiment.warm
            with server.admin() as admin:
                admin.execute("SELECT pg_stat_statements_reset()")
                (measurement,) = recorded(alone, {"database": "PostgreSQL"})
                counted = admin.execute(COUNTED).fetchone()[0]
            assert measurement.unavailable or measurement.queries == counted, f"{name} {variant.name}"


# Not what begins or ends the session.
COUNTED = """
    SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
    WHERE rolname = 'reader' AND query <> 'RESET ALL' AND query NOT LIKE 'SELECT set_config%'
"""


def recorded(experiment, settings):
    """One recorded run of each variant, no rounds."""
    return experiment.run(budget_ms=0, **settings)
