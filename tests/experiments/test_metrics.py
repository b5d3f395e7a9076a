"""Every experiment with variants to call: they agree at every setting, and nothing is declared twice."""

import pytest

from labapp.experiments import Experiment, registry
from labapp.services import postgresql
from tests.experiments.both import assert_agree, recorded
from tests.requires import needs


@pytest.fixture
def every(pinsta_db):
    return registry.every()


def test_there_is_an_experiment_for_each_row_of_mode_four(every):
    assert {claim for each in every.values() for claim in each.claims} >= {"4.1", "4.2", "4.3", "4.4", "4.5"}


CALLS = [name for name, each in registry.every().items() if each.method.kind == "calls"]


@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
@pytest.mark.parametrize("name", CALLS)
def test_every_experiment_agrees_with_itself_at_every_setting(every, name, database):
    """From the declaration alone: no variant raises, and each returns what the baseline returns, or what is
    known to be wrong.
    """
    if database == "PostgreSQL":
        needs("postgresql")
    assert_agree(every[name], database)


def test_what_needs_a_database_of_one_kind_runs_on_that_and_not_on_the_other(every):
    needs("postgresql")
    for experiment in (every[name] for name in CALLS):
        picky = [variant for variant in experiment.variants.values() if variant.needs]
        runs = {variant.name: set() for variant in picky}
        for database in ("SQLite", "PostgreSQL") if picky else ():
            with experiment.conditions["database"].enter(database):
                for variant in picky:
                    runs[variant.name] |= set() if variant.why_not() else {database}
        assert all(len(databases) == 1 for databases in runs.values()), f"{experiment.name}: {runs}"


def test_each_variant_has_a_caption_and_shows_its_source(every):
    for experiment in every.values():
        for variant in experiment.variants.values():
            assert variant.caption, f"{experiment.name}: {variant.name}"
            assert variant.source.startswith("def "), f"{experiment.name}: {variant.name}"


def test_the_naive_feed_grows_with_the_page_and_the_cures_stand_still(every):
    counts = {
        photos: {each.variant: each.queries for each in recorded(every["feed"], photos=photos)}
        for photos in (10, 40)
    }
    assert counts[40]["naive"] > counts[10]["naive"] > 10
    for cure in ("prefetch_related", "filtered Prefetch", "raw SQL"):
        assert counts[40][cure] == counts[10][cure] < 10


def test_prefetch_is_defeated_by_filter_and_not_by_all(every):
    asked = {
        ask: recorded(every["prefetch_defeated"], ask=ask, photos=20)["prefetch, then ask"].queries
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
            for each in recorded(every[name], database=database)
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
        recorded(experiment, database="PostgreSQL")  # connects, and fills Django's caches
        for variant in experiment.variants.values():
            alone = Experiment(name, question="?", parameters=experiment.parameters.values(),
                               conditions=experiment.conditions.values(), finish=experiment.finish)
            alone.variants = {variant.name: variant}
            alone.warm = experiment.warm
            with server.admin() as admin:
                admin.execute("SELECT pg_stat_statements_reset()")
                (measurement,) = recorded(alone, database="PostgreSQL")
                counted = admin.execute(COUNTED).fetchone()[0]
            assert measurement.unavailable or measurement.queries == counted, f"{name} {variant.name}"


# Not what begins or ends the session.
COUNTED = """
    SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
    WHERE rolname = 'reader' AND query <> 'RESET ALL' AND query NOT LIKE 'SELECT set_config%'
"""

