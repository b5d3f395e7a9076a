import pytest

from labapp.measure.comparison import Comparison
from labapp.measure.interval import Interval


def of(low, middle, high):
    return Comparison(Interval(low, middle, high), 20)


@pytest.mark.parametrize(
    ("comparison", "verdict", "text", "detail"),
    [
        (of(25.4, 27.8, 30.1), "faster", "27.8× faster", "25.4–30.1"),
        (of(1 / 1.4, 1 / 1.3, 1 / 1.2), "slower", "1.3× slower", "1.2–1.4"),
        (of(0.96, 1.01, 1.05), "no difference seen", "no difference seen", "0.96–1.05×"),
        (of(1200.4, 1204.4, 1300), "faster", "1,204× faster", "1,200–1,300"),
        (of(1.006, 1.01, 1.014), "faster", "1.01× faster", "1.006–1.014"),
        (of(1.001, 1.003, 1.004), "faster", "under 1 % faster", "1.001–1.004"),
        (of(1.02, 1.3, 1.6), "faster", "1.3× faster", "1.02–1.60"),
        (of(1.5, 2.0, float("inf")), "faster", "2.0× faster", "more than 1.5"),
        (Comparison(None, 3), "too few rounds", "too few rounds", ""),
        (Comparison(None, 3, 27.81), "too few rounds", "too few rounds", "27.8× so far"),
    ],
)
def test_words(comparison, verdict, text, detail):
    assert (comparison.verdict, comparison.text, comparison.detail) == (verdict, text, detail)


def test_a_limit_at_one_is_no_difference():
    assert of(1.0, 1.2, 1.4).verdict == "no difference seen"


def test_rounds_that_only_one_has_are_left_out():
    comparison = Comparison.of([4.0] * 9, [2.0] * 8)
    assert (comparison.rounds, comparison.ratio, comparison.verdict) == (8, 2.0, "faster")


def test_str():
    assert str(of(25.4, 27.8, 30.1)) == "27.8× faster (25.4–30.1)"
    assert str(Comparison(None, 0)) == "too few rounds"
