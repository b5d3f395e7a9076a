"""Columns that only some results have: rate, figures, memory peak."""

import csv
import io
import math

import pytest

from labapp.measure import columns, render_html, tabular
from labapp.measure.interval import Interval
from labapp.measure.result import Result
from tests.measure import results
from tests.measure.results import measurement, result
from tests.measure.test_render import Rows, rows, text_of


def test_they_stand_behind_the_rows():
    made = results.with_figures()
    assert rows(made)[0][3:7] == ["rate", "WAL", "columns", "memory peak"]
    per_second = columns.rounded(20_000 / made["models"].median_ms * 1000)
    assert text_of(made, "models")[3:7] == [f"{per_second}instances/s", "1,204bytes", "8", "40.0MiB"]
    assert text_of(made, "tuples")[4:7] == ["–", "2.50", "0.500MiB"]
    assert text_of(made, "wide")[3:] == ["–", "–", "–", "–", "✗ ValueError: no"]


def test_a_result_without_any_has_none():
    assert columns.extra(result()) == []
    assert "--dsl-extra:0" in render_html.table(result())


def test_the_title_says_the_interval_and_the_head_what_it_counts():
    titles = Rows(render_html.table(results.with_figures())).titles
    assert any(title.startswith("4") and "instances/s, 95 %: " in title for title in titles)
    assert "WAL: what the database writes ahead" in titles
    assert "rate: 20,000 instances in one call, by its median time" in titles
    assert "not known here" in titles


def test_before_the_rounds_they_are_awaited():
    made = results.with_figures(measurements=[measurement("models", recording=None)])
    assert text_of(made, "models")[3:7] == ["…", "…", "…", "…"]


def test_what_does_not_fit_is_said():
    figures = [{"name": f"figure {number}", "unit": "", "help": ""} for number in range(5)]
    made = results.with_figures(figures=figures)
    assert rows(made)[0][3:7] == ["rate", "figure 0", "figure 1", "figure 2"]
    assert "More figures in to_frame(): figure 3, figure 4, memory peak." in render_html.table(made)


def test_a_dimmed_row_keeps_the_rate_of_its_own_setting():
    before = results.with_figures()
    now = results.with_figures(rate={"unit": "instances", "amount": 40_000.0})
    dimmed = Rows(render_html.table(now, old={"models"}, before=before)).rows[1]
    assert dimmed[3] == text_of(before, "models")[3] != text_of(now, "models")[3]


def test_everything_is_escaped():
    nasty = "<script>alert(1)</script>"
    figures = [{"name": nasty, "unit": nasty, "help": nasty}]
    made = results.with_figures(figures=figures, rate={"unit": nasty, "amount": 1.0})
    made["models"].figures = {nasty: 3}
    assert "<script" not in render_html.table(made)


def test_text_has_as_many_as_fit_and_says_the_others():
    text = str(results.with_figures())
    assert max(map(len, text.splitlines())) <= 100
    assert "rate, instances/s" in text and "WAL, bytes" in text
    assert "memory peak, MiB: models 40.0, tuples 0.500, wide –." in text
    assert "figure" not in str(result())


@pytest.mark.parametrize(("interval", "low", "high"), [
    (Interval(40.0, 50.0, 100.0), 10_000, 25_000), (Interval(40.0, 50.0, math.inf), 0, 25_000),
])  # fmt: skip
def test_the_limits_of_a_rate(interval, low, high):
    made = measurement("models", interval=interval)
    assert columns.rate(made, 1000) == Interval(low, 20_000, high)


def test_a_rate_needs_a_time():
    assert columns.rate(measurement("models"), 1000) is None


@pytest.mark.parametrize(("value", "text"), [
    (0, "0"), (12, "12"), (1204.0, "1,204"), (12.08, "12.1"), (0.0412, "0.0412"),
    (123456.7, "123,457"), (-2.5, "-2.50"),
])  # fmt: skip
def test_figures_as_people_read_them(value, text):
    assert columns.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(412_345.6, "412,000"), (1_234, "1,230"), (41.23, "41.2"), (0, "0")]
)
def test_a_rate_has_three_figures_that_count(value, text):
    assert columns.rounded(value) == text


def test_to_frame_has_a_column_for_each():
    made = results.with_figures()
    frame = made.to_frame()
    assert list(frame.columns[-6:]) == ["WAL", "columns", "rate", "rate_low", "rate_high", "rate_unit"]
    models = frame.iloc[0]
    assert (models["WAL"], models["columns"], models["peak_kib"]) == (1204, 8, 40_960)
    assert models["rate"] == pytest.approx(20_000_000 / made["models"].median_ms)
    assert models["rate_low"] < models["rate"] < models["rate_high"]
    assert models["rate_unit"] == "instances/s"
    assert "rate" not in result().to_frame().columns


def test_a_figure_called_like_a_column_of_ours():
    made = results.with_figures(figures=[{"name": "rows", "unit": "", "help": ""}])
    made["models"].figures = {"rows": 77}
    row = tabular.summary(made)[0]
    assert row["rows_figure"] == 77 and row["rows"] != 77


def test_csv_and_json_keep_them(tmp_path):
    made = results.with_figures()
    written = next(csv.DictReader(io.StringIO(made.to_csv(tmp_path / "a.csv").read_text())))
    assert (written["WAL"], written["rate_unit"]) == ("1204.0", "instances/s")
    again = Result.load(made.save(tmp_path / "a.json"))
    assert rows(again) == rows(made)
