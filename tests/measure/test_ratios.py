"""Figures with intervals: one variant's times by another's, and what was measured beside the call."""

import math

import pytest

from labapp.measure import columns, render_html, render_text
from labapp.measure.comparison import Comparison
from labapp.measure.figures import ratio_range
from labapp.measure.growth import Growth
from labapp.measure.interval import Interval
from labapp.measure.result import Result
from labapp.measure.sampling import Samples
from tests.measure import results
from tests.measure.results import measurement
from tests.measure.test_render import Rows, text_of

FIGURES = [
    {"name": "write : read", "unit": "", "help": "how dear", "against": {"write": "read", "none": "read"}},
    {"name": "a COMMIT", "unit": "ms", "help": "one"},
]


def made(rounds=20, write=8.0, **fields):
    """A read, a write, and one that differs from the read by nothing; their rounds taken in."""
    names = {"read": 2.0, "write": write, "none": 2.0}
    times = {name: measurement(name, ms, rounds).samples_ms for name, ms in names.items()}
    result = Result(
        "write_cost", question="What?", figures=[dict(each) for each in FIGURES],
        measurements=[measurement(name, place=place, same=True) for place, name in enumerate(names)],
    )  # fmt: skip
    result["read"].baseline = True
    for name, value in fields.items():
        setattr(result["write"], name, value)
    result.take(Samples(times, times, rounds=rounds, done=True))
    return result


def test_a_ratio_is_of_pairs_of_rounds():
    result = made()
    found = result["write"].figures["write : read"]
    assert found == Comparison.of(result["write"].samples_ms, result["read"].samples_ms)
    assert found.interval.low < 4 < found.interval.high
    assert "write : read" not in result["read"].figures


def test_its_cell_has_the_limits_and_no_difference_is_said_in_words():
    result = made()
    write, none = (ratio_range(result[name].figures["write : read"].interval) for name in ("write", "none"))
    assert text_of(result, "write")[3] == f"4.0×{write}"
    assert text_of(result, "none")[3] == f"none seen{none}×"
    assert text_of(result, "read")[3] == "–"
    titles = Rows(render_html.table(result)).titles
    assert f"4.0× the time of read, 95 %: {write}" in titles
    assert any(title.startswith("No difference from read is seen: ") for title in titles)
    text = render_text.table(result)
    assert f"4.0× ({write})" in text and f"none seen ({none}×)" in text


def test_few_rounds_claim_nothing():
    assert text_of(made(rounds=3), "write")[3] == "…4.0× so far"


@pytest.mark.parametrize(
    "fields", [{"same": False, "difference": "1 row missing"}, {"error": "ValueError: no"}]
)
def test_what_is_wrong_or_broken_is_not_set_against_anything(fields):
    assert text_of(made(**fields), "write")[3] == "–"


def test_nor_is_one_whose_partner_is_wrong_or_did_not_run():
    read, write = {"read": [1.0] * 9}, {"write": [2.0] * 9}
    for same, times in ((False, read | write), (True, write)):
        result = Result("write_cost", figures=FIGURES)
        result.measurements = [measurement("read", same=same), measurement("write", same=True)]
        result.take(Samples(times, times, rounds=9))
        assert result["write"].figures == {}
        assert columns.extra(result)[0].cell(result["write"]).text == "…"


def test_a_figure_with_an_interval():
    result = made(figures={"a COMMIT": Interval(0.5, 0.7, 2.6)})
    assert text_of(result, "write")[4] == "0.700 ms±1.900"
    assert "0.700 ms, 95 %: 0.500 to 2.600" in Rows(render_html.table(result)).titles
    open_above = made(figures={"a COMMIT": Interval(0.5, 0.7, math.inf)})
    assert text_of(open_above, "write")[4] == "0.700 msover 0.500"


def test_both_are_kept_and_exported(tmp_path):
    result = made(figures={"a COMMIT": Interval(0.5, 0.7, math.inf)})
    again = Result.load(result.save(tmp_path / "write_cost.json"))
    assert again["write"].figures == result["write"].figures
    assert again["write"].figures["a COMMIT"].high == math.inf
    row = {row["variant"]: row for row in again.rows()}
    ratio = result["write"].figures["write : read"].interval
    assert (row["write"]["write : read"], row["write"]["write : read_low"]) == (ratio.middle, ratio.low)
    assert (row["write"]["a COMMIT_low"], row["write"]["a COMMIT_high"]) == (0.5, None)
    assert row["read"].keys() == row["write"].keys() and row["read"]["write : read"] is None


def test_growth_shows_the_ratio_in_the_place_of_the_queries(tmp_path):
    growth = Growth("write_cost", "durability", ["full", "none"], [made(), made(write=2.5)])
    growth.predicts, growth.predicted = "write : read", {"write": [10, 10]}
    assert [aspect.head for aspect in growth.aspects] == ["write : read", "latency, ms"]
    assert growth.prediction(growth.aspects[0]) == growth.predicted
    assert growth.prediction(growth.aspects[1]) == {}
    ratio, latency = growth.figure().axes
    assert ratio.get_title("left") == "write : read (95 % interval; dashed: predicted)"
    assert sorted(text.get_text() for text in ratio.texts) == ["none", "write"]
    middles = [result["write"].figures["write : read"].ratio for result in growth.results]
    assert f"{columns.number(middles[0])} at full, {columns.number(middles[1])} at none" in growth.text
    again = Growth.load(growth.save(tmp_path / "growth.json"))
    assert again.to_dict() == growth.to_dict() and again.predicts == "write : read"


def test_growth_without_one_shows_the_queries():
    assert [aspect.key for aspect in results.growth().aspects] == ["queries", "latency"]
