import math

import pytest

from labapp.measure.interval import Interval, median, median_interval, one_sided, ratio_interval


def test_interval_reads():
    interval = Interval(9.0, 10.0, 12.0)
    assert interval.half == 2.0
    assert interval.relative == 0.2
    assert interval.inverted() == Interval(1 / 12, 0.1, 1 / 9)
    assert Interval(0.0, 0.0, 0.0).relative == 0.0
    assert Interval(0.0, 0.0, 1.0).relative == math.inf


@pytest.mark.parametrize(
    ("rounds", "side"), [(0, -1), (6, -1), (7, 0), (11, 0), (20, 3), (50, 13), (100, 33), (400, 164)]
)
def test_rounds_on_one_side(rounds, side):
    assert one_sided(rounds) == side


def test_a_stricter_level_needs_more():
    assert one_sided(7, 0.99) == -1
    assert one_sided(100, 0.99) < one_sided(100, 0.95)


def test_limits_are_order_statistics():
    samples = [float(value) for pair in zip(range(1, 11), range(20, 10, -1), strict=True) for value in pair]
    assert median_interval(samples) == Interval(4.0, 10.5, 17.0)


@pytest.mark.parametrize("rounds", range(5))
def test_too_few_rounds_claim_nothing(rounds):
    assert median_interval([1.0] * rounds) is None
    assert ratio_interval([1.0] * rounds, [2.0] * rounds) is None


def test_five_rounds_are_stretched_by_their_range():
    assert median_interval([1.0, 1.1, 1.2, 1.05, 1.25]) == Interval(
        pytest.approx(0.8), 1.1, pytest.approx(1.5625)
    )


def test_five_ratios_are_doubted_by_a_half():
    interval = ratio_interval([4.0] * 5, [2.0] * 5)
    assert interval == Interval(pytest.approx(4 / 3), 2.0, 3.0)


def test_pairs_cancel_what_slows_a_whole_round():
    level = [1, 5, 2, 9, 1, 3, 7, 1, 4, 2]
    interval = ratio_interval([10.0 * each for each in level], [5.0 * each for each in level])
    assert interval == Interval(2.0, 2.0, 2.0)


def test_lists_of_unequal_length():
    with pytest.raises(ValueError, match="baseline has 2 and samples has 3"):
        ratio_interval([1, 2], [1, 2, 3])


def test_a_clock_that_stood_still():
    interval = ratio_interval([1.0, 0.0] * 10, [0.0, 0.0] * 10)
    assert interval.high == math.inf
    assert median_interval([0.0] * 10).relative == 0.0


def test_median():
    assert median([3, 1, 2]) == 2
    assert median([4, 1, 2, 3]) == 2.5
    with pytest.raises(ValueError, match="no samples"):
        median([])
