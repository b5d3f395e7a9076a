"""For tests of experiments that run on both databases: import the fixture ``database``."""

import pytest

from tests.requires import needs


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request, pinsta_db):
    """The setting of the condition, on the small data; the test runs once for each."""
    if request.param == "PostgreSQL":
        needs("postgresql")
    return request.param


def recorded(experiment, **settings):
    """One recorded run of each variant, no rounds."""
    return experiment.run(budget_ms=0, **settings)


def ends(experiment):
    """The defaults, and each parameter at both its ends."""
    yield {}
    for name, parameter in experiment.parameters.items():
        yield from ({name: value} for value in (parameter.low, parameter.high))


def assert_agree(experiment, database):
    """At the defaults and at each end: nothing raises, what should agree agrees, what is wrong differs."""
    for settings in ends(experiment):
        for each in recorded(experiment, database=database, **settings):
            variant = experiment.variants[each.variant]
            wrong = each.error or each.difference
            where = f"{experiment.name} on {database} {settings}: {variant.name}: {wrong}"
            assert each.error is None, where
            assert bool(each.unavailable) == (database == "SQLite" and variant.needs is not None), where
            if not each.unavailable:
                assert each.same is not bool(variant.wrong), where


def statements(experiment, database, **settings):
    """{variant: statements sent}, without those that cannot run here."""
    measured = recorded(experiment, database=database, **settings)
    return {each.variant: each.queries for each in measured if not each.unavailable}


def only_on(database, kind, *names):
    """The names on this kind of database, nothing on others."""
    return set(names) if database == kind else set()
