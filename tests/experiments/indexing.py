"""For tests of experiments on indexes: whether variants agree, and the plan of one of them."""

from contextlib import contextmanager

from django.db.models import QuerySet

from labapp import probe
from labapp.experiments.parameters import Choice
from labapp.experiments.world import parameters, stage, world
from tests.experiments.both import recorded


def ends(experiment):
    """The defaults, and each parameter at both its ends, a choice at each of its values."""
    yield {}
    for name, parameter in experiment.parameters.items():
        choice = isinstance(parameter, Choice)
        values = parameter.choices if choice else (parameter.low, parameter.high)
        yield from ({name: value} for value in values if value != parameter.default)


def assert_agree(experiment, database, missing=()):
    """Nothing raises, what should agree agrees, what is wrong differs; only ``missing`` cannot run here."""
    for settings in ends(experiment):
        result = recorded(experiment, database=database, **settings)
        for each in result:
            variant = experiment.variants[each.variant]
            said = each.error or each.difference or each.unavailable
            where = f"{experiment.name} on {database} {settings}: {variant.name}: {said}"
            assert each.error is None, where
            assert bool(each.unavailable) == (variant.name in missing), where
            if experiment.baseline and not each.unavailable:
                assert each.same is not bool(variant.wrong), where


@contextmanager
def staged(experiment, name, **settings):
    """Where a variant runs: its own database, prepared; yields the parameters."""
    settings = experiment.check(settings)
    values = parameters(experiment, settings)
    with world(experiment, settings), stage(experiment, experiment.variants[name], values):
        yield values


def plan(experiment, name, **settings):
    """The database's plan for the last statement of a variant."""
    with staged(experiment, name, **settings) as values:
        with probe.record() as recording:
            value = experiment.variants[name].call(values)
            if isinstance(value, QuerySet):
                list(value)
        return probe.explain(recording.queries[-1])


def steps(plan):
    """All steps of a plan."""
    return [step for root in plan.nodes for _, step in root.walk()]


def used(plan):
    """The indexes that a plan uses."""
    return {step.index for step in steps(plan) if step.index}


def accesses(plan, table):
    """How a plan reads a table."""
    return {step.access for step in steps(plan) if step.relation == table}
