import pytest

from labapp.measure.law import fit


@pytest.mark.parametrize(
    ("xs", "ys", "text", "kind"),
    [
        ([1, 5, 10], [3, 3, 3], "3", "constant"),
        ([1, 5, 10], [0, 0, 0], "0", "constant"),
        ([1, 5, 10], [3, 11, 21], "1 + 2n", "linear"),
        ([10, 1, 5], [21, 3, 11], "1 + 2n", "linear"),
        ([1, 2, 7], [2, 4, 14], "2n", "linear"),
        ([1, 2, 7], [1, 2, 7], "n", "linear"),
        ([10, 20, 30], [31, 21, 11], "41 − n", "linear"),
        ([2, 4, 8], [2, 3, 5], "1 + n/2", "linear"),
        ([1, 5], [3, 11], "1 + 2n (from two points)", "linear"),
        ([1, 5], [3, 3], "3 (from two points)", "constant"),
        ([1, 2, 3, 4], [3, 7, 13, 21], "1 + n + n²", "quadratic"),
        ([1, 2, 3, 4], [0, 1, 3, 6], "n²/2 − n/2", "quadratic"),
        ([1, 50, 100, 101, 200, 201], [2, 2, 2, 3, 3, 4], "1 + ⌈n/100⌉", "steps"),
        ([0, 50, 99, 100, 199, 200], [1, 1, 1, 2, 2, 3], "1 + ⌊n/100⌋", "steps"),
        ([100, 200, 201, 400, 401], [5, 5, 7, 7, 9], "3 + 2⌈n/200⌉", "steps"),
        ([1, 11, 41, 100], [1, 11, 41, 41], "grows to 41, then stands still", "saturating"),
        ([1, 10, 50, 100, 200], [3, 21, 101, 101, 101], "grows to 101, then stands still", "saturating"),
        ([1, 2, 3], [1, 4, 9], "no simple law", "none"),
        ([1, 2, 4, 8], [3, 3, 3, 4], "no simple law", "none"),
        ([1, 2, 4, 8], [3, 9, 1, 4], "no simple law", "none"),
        ([1, 1], [3, 4], "no law from one point", "none"),
        ([1], [3], "no law from one point", "none"),
        ([], [], "not measured", "none"),
    ],
)
def test_counts(xs, ys, text, kind):
    law = fit(xs, ys)
    assert (law.text, law.kind, str(law)) == (text, kind, text)


@pytest.mark.parametrize(
    ("xs", "ys", "text", "kind"),
    [
        ([1, 10, 100, 1000], [3.2, 3.1, 3.3, 3.15], "about 3.2", "constant"),
        ([1, 10, 100, 1000], [1.2, 2.1, 11.3, 101.5], "about 1.1 + 0.1n", "linear"),
        ([1, 10, 100, 1000], [1.0001, 100.2, 10000, 1000000.5], "about n²", "quadratic"),
        ([10, 100, 1000, 5000], [33.1, 665, 9970, 61000.5], "about 1.4 n log n", "n log n"),
        ([10, 20, 30, 40], [10.5, 11.5, 9.5, 12.2], "about 11", "constant"),
        ([10, 20, 30, 40], [10.5, 91.5, 9.5, 12.2], "no simple law", "none"),
        ([1, 10, 40, 80], [1, 10, 38, 71], "about 0.068 + 0.94n", "linear"),
    ],
)
def test_times_and_counts_that_follow_the_data(xs, ys, text, kind):
    law = fit(xs, ys)
    assert (law.text, law.kind, law.exact) == (text, kind, False)


def test_a_law_predicts():
    law = fit([1, 5, 10], [3, 11, 21])
    assert (law.predict(50), law.exact, law.points) == (101, True, 3)
    assert fit([1, 2, 3], [1, 4, 9]).predict(4) is None
    assert fit([1, 50, 100, 101, 200, 201], [2, 2, 2, 3, 3, 4]).predict(1000) == 11


def test_a_step_that_several_sizes_explain_says_so():
    law = fit([1, 10, 100, 250, 500], [2, 2, 2, 4, 6])
    assert law.text == "1 + ⌈n/100⌉ (steps of 100 to 124 fit)"
    assert not law.exact


def test_very_large_steps():
    law = fit([1, 1000, 1001, 2_000_000], [2, 2, 3, 2001])
    assert (law.text, law.kind) == ("1 + ⌈n/1,000⌉", "steps")


def test_counts_that_differ_by_one_are_not_constant():
    assert fit([1, 100, 200], [1000, 1000, 1001]).kind != "constant"
    assert fit([1, 100, 100, 200], [1000, 1000, 1001, 1001]).kind != "constant"


def test_the_same_place_measured_twice():
    assert fit([1, 5, 5, 9], [3, 3, 3, 3]).kind == "constant"
    assert fit([1, 5, 5, 9], [3, 11, 11, 19]).text == "1 + 2n"


def test_unequal_lists():
    with pytest.raises(ValueError, match="2 xs and 3 ys"):
        fit([1, 2], [1, 2, 3])
