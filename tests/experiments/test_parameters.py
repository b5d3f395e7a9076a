"""Settings: what is allowed is used, anything else is refused in one sentence that says what is allowed."""

import pytest

from labapp.experiments.parameters import BadSetting, Choice, Integer, Number

PHOTOS = Integer("photos", 30, low=1, high=200)
DELAY = Number("round_trip", 0.0, low=0, high=20, unit="ms")
DATABASE = Choice("database", "SQLite", choices=("SQLite", "PostgreSQL"))


ALLOWED = [(PHOTOS, 1), (PHOTOS, 200), (DELAY, 0), (DELAY, 2.5), (DATABASE, "SQLite")]


@pytest.mark.parametrize(("parameter", "value"), ALLOWED)
def test_what_is_allowed_is_used(parameter, value):
    assert parameter.check(value) == value


@pytest.mark.parametrize("value", [0, 201, -3, 1.5, "30", None, True, [30]])
def test_an_integer_refuses_what_is_out_of_range_or_of_another_type(value):
    with pytest.raises(BadSetting) as refusal:
        PHOTOS.check(value)
    assert str(refusal.value) == f"photos must be a whole number from 1 to 200, and {value!r} is not."


@pytest.mark.parametrize("value", [-0.1, 20.5, float("nan"), float("inf"), "2", None, False])
def test_a_number_refuses_what_is_out_of_range_or_of_another_type(value):
    with pytest.raises(BadSetting) as refusal:
        DELAY.check(value)
    assert str(refusal.value) == f"round_trip must be a number from 0 to 20 ms, and {value!r} is not."


def test_a_choice_names_the_choices():
    with pytest.raises(BadSetting, match="must be one of 'SQLite', 'PostgreSQL', and 'Oracle' is not"):
        DATABASE.check("Oracle")


def test_sizes_for_a_growth_curve_span_the_range_and_are_allowed():
    for parameter in (PHOTOS, DELAY):
        sizes = parameter.sizes()
        assert sizes[0] == max(parameter.low, 1) or sizes[0] == parameter.low
        assert sizes[-1] == parameter.high
        assert [parameter.check(size) for size in sizes] == sizes
