"""For tests of experiments that run on both databases: import the fixture ``database``."""

import pytest

from labapp.experiments.parameters import Choice
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


def assert_agree(experiment, database):
    """At all these settings: no variant raises, what should agree agrees, and what is wrong differs."""
    for settings in settings_of(experiment, database):
        for each in recorded(experiment, **settings):
            variant = experiment.variants[each.variant]
            where = f"{experiment.name} {settings} {each.variant}"
            assert each.error is None, f"{where}: {each.error}"
            if each.unavailable:
                assert variant.unavailable or variant.needs, where
            else:
                assert each.queries is not None, where
                wrong = bool(variant.wrong)
                assert each.same is not wrong, f"{where}: {each.difference or 'should be wrong'}"


def statements(experiment, database, **settings):
    """{variant: statements sent}, without those that cannot run here."""
    measured = recorded(experiment, database=database, **settings)
    return {each.variant: each.queries for each in measured if not each.unavailable}


def only_on(database, kind, *names):
    """The names on this kind of database, nothing on others."""
    return set(names) if database == kind else set()
