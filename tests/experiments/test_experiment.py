"""What one writes to declare an experiment, and what it refuses."""

import pytest

from labapp.experiments import BadSetting, BadVariant, Choice, Experiment, Integer, UnknownExperiment, get


@pytest.fixture
def sums():
    experiment = Experiment(
        "sums", question="What does a sum cost?", claims=["0.0"],
        parameters=[Integer("n", 10, low=1, high=100), Choice("kind", "plain", choices=("plain", "odd"))],
    )

    @experiment.variant(baseline=True)
    def loop(n):
        """One by one."""
        total = 0
        for i in range(n):
            total += i
        return total

    @experiment.variant
    def formula(n):
        """Gauss."""
        return n * (n - 1) // 2

    return experiment


def test_a_variant_is_its_function_its_docstring_and_its_source(sums):
    formula = sums.variants["formula"]
    assert formula.caption == "Gauss"
    assert formula.source.splitlines()[0] == "def formula(n):"
    assert formula.function(10) == 45
    assert sums.baseline.name == "loop"


def test_each_variant_keeps_one_colour(sums):
    before = {name: each.colour for name, each in sums.variants.items()}
    assert len(set(before.values())) == 2

    @sums.variant
    def formula(n):
        return 0

    assert {name: each.colour for name, each in sums.variants.items()} == before


def test_an_unknown_parameter_is_named_with_those_there_are(sums):
    with pytest.raises(BadSetting, match="sums has no parameter 'm'; it has n, kind"):
        sums.run(m=3)
    with pytest.raises(BadSetting, match="sums has no parameter 'm'"):
        sums.grow("m")


def test_a_value_out_of_range_is_refused_before_anything_runs(sums):
    with pytest.raises(BadSetting, match="n must be a whole number from 1 to 100, and 101 is not"):
        sums.run(n=101)
    with pytest.raises(BadSetting, match="n must be a whole number from 1 to 100, and 'ten' is not"):
        sums.grow("n", [1, "ten"])
    with pytest.raises(BadSetting, match="at least one value"):
        sums.grow("n", [])


def test_a_variant_that_asks_for_something_else_is_refused(sums):
    with pytest.raises(BadVariant, match=r"wrong\(\) asks for photos, and this experiment offers n, kind"):

        @sums.variant
        def wrong(photos):
            return photos

    with pytest.raises(BadVariant, match="must be a function, and 3 is not"):
        sums.variant(3)
    assert list(sums.variants) == ["loop", "formula"]


def test_the_baseline_can_neither_be_replaced_nor_forgotten(sums):
    with pytest.raises(BadVariant, match="loop is the baseline of sums"):

        @sums.variant
        def loop(n):
            return 0

    with pytest.raises(BadVariant, match="loop is the baseline"):
        sums.forget("loop")


def test_a_variant_can_be_forgotten_and_listeners_are_told(sums):
    told = []
    sums.listeners.append(lambda: told.append(list(sums.variants)))
    sums.forget("formula")
    assert told == [["loop"]]
    with pytest.raises(BadVariant, match="sums has no variant 'formula'; it has loop"):
        sums.forget("formula")


def test_an_unknown_experiment_is_named_with_those_there_are(pinsta_db):
    with pytest.raises(UnknownExperiment, match="There is no experiment 'fed'; there are aggregate, bulk_"):
        get("fed")
