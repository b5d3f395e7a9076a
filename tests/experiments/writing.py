"""What the tests of experiments that write share: both databases, and a look at what a call left behind."""

import pytest
from django.apps import apps

from labapp.experiments.world import parameters, stage, world
from labapp.services.postgresql import server
from tests.experiments.both import database as on  # noqa: F401
from tests.requires import needs


@pytest.fixture
def postgresql(pinsta_db):
    """The same for a test of what only PostgreSQL has."""
    needs("postgresql")
    return "PostgreSQL"


def count(experiment, durability="relaxed", **settings):
    """One recorded run of each variant, no rounds; no commit waits for the disk, unless asked to."""
    return experiment.run(budget_ms=0, durability=durability, **settings)


def figures(result, name):
    """{variant: figure} of those that ran."""
    return {each.variant: each.figures[name] for each in result if not each.unavailable}


def whole_pages(experiment, **settings):
    """How many pages the variants have written whole in PostgreSQL's log; None before PostgreSQL 15."""
    return set(figures(count(experiment, **settings), "whole pages").values())


def checkpoint(before=None):
    """A function for ``before``: PostgreSQL's checkpoint, and then what is done before each call."""

    def both(**parameters):
        with server().admin() as admin:
            admin.execute("CHECKPOINT")
        if before is not None:
            before(**parameters)

    return both


def calls(experiment, name, look, times=2, **settings):
    """[(what ``look()`` gives before, and after)] of so many calls of a variant in its world."""
    settings = experiment.check({"durability": "relaxed", **settings})
    variant, own = experiment.variants[name], parameters(experiment, settings)
    seen = []
    with world(experiment, settings):
        for _ in range(times):
            with stage(experiment, variant, own):
                before = look()
                variant.call(own)
                seen.append((before, look()))
    return seen


def everything():
    """What the user's own database holds: the rows of each of Pinsta's tables, and every comment."""
    models = apps.get_app_config("pinsta").get_models()
    rows = {model.__name__: model.objects.count() for model in models}
    comments = apps.get_model("pinsta", "Comment").objects.order_by("pk")
    return rows, list(comments.values_list("pk", "text", "created"))
