"""Every experiment there is: its variants agree at every setting, and nothing in it is declared twice."""

import pytest

from labapp.experiments import registry
from labapp.experiments.parameters import Choice


def settings_of(experiment):
    """The defaults, and each parameter at its ends (a choice at each of its values)."""
    yield {}
    for name, parameter in experiment.parameters.items():
        values = parameter.choices if isinstance(parameter, Choice) else (parameter.low, parameter.high)
        yield from ({name: value} for value in values)


@pytest.fixture
def every(pinsta_db):
    return registry.every()


def test_there_is_an_experiment_for_each_row_of_mode_four(every):
    assert {claim for each in every.values() for claim in each.claims} >= {"4.1", "4.2", "4.3", "4.4", "4.5"}


def test_every_experiment_agrees_with_itself_at_every_setting(every):
    """From the declaration alone: no variant raises, and each returns what the baseline returns, or what is
    known to be wrong.
    """
    for experiment in every.values():
        for settings in settings_of(experiment):
            result = recorded(experiment, settings)
            for each in result.measurements:
                where = f"{experiment.name} {settings} {each.variant}"
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


def recorded(experiment, settings):
    """One recorded run of each variant, no rounds."""
    return experiment.run(budget_ms=0, **settings)
