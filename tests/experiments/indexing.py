"""For tests of experiments on indexes: the stage of a variant, and the plan of one."""

from contextlib import contextmanager

from django.db.models import QuerySet

from labapp import probe
from labapp.experiments.world import parameters, stage, world


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
