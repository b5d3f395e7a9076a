"""A part of an experiment: fewer variants, the whole left as it is."""

import pytest

from labapp.experiments.experiment import Experiment
from labapp.experiments.variant import BadVariant


def experiment():
    made = Experiment("words", question="Which word?")
    made.variant(lambda: "a", name="a", baseline=True)
    made.variant(lambda: "b", name="b")
    made.variant(lambda: "c", name="c")
    return made


def test_a_part_has_these_variants_in_their_own_order_and_the_whole_keeps_all():
    whole = experiment()
    part = whole.only("c", "a")
    assert list(part.variants) == ["a", "c"] and part.baseline.name == "a"
    assert list(whole.variants) == ["a", "b", "c"]
    assert part.run(budget_ms=0)["c"].variant == "c"


def test_a_part_can_be_without_a_baseline_and_is_changed_alone():
    whole = experiment()
    part = whole.only("b")
    part.variant(lambda: "d", name="d")
    assert part.baseline is None and "d" not in whole.variants


def test_a_variant_that_there_is_not_is_named():
    with pytest.raises(BadVariant, match="words has no variant 'x'; it has a, b, c"):
        experiment().only("x")
