import re

import pytest

from labapp.measure.charts import distribution_figure
from labapp.measure.growth import Growth
from labapp.measure.render_growth import figures, laws
from labapp.measure.storage import ResultError
from tests.measure import results


@pytest.fixture
def growth():
    return results.growth()


def test_laws(growth):
    assert {variant: law.text for variant, law in growth.laws.items()} == {"naive": "1 + 2n", "joined": "1"}
    assert growth.law("joined").kind == "constant"
    assert growth.latency_law("naive").kind == "linear"
    assert growth.latency_law("naive").predict(100) == pytest.approx(203, rel=0.1)


def test_a_variant_that_failed_somewhere_has_its_law_from_the_rest(growth):
    growth.results[1]["naive"].error = "ValueError: no"
    assert growth.law("naive").text == "1 + 2n"
    assert [value for value, _ in growth.points("naive")] == [1, 10, 50]


def test_a_variant_that_never_ran(growth):
    for result in growth.results:
        result["joined"].unavailable = "needs Django 6.1"
        result["joined"].recording = None
    assert growth.law("joined").text == "not measured"
    growth.figure()


def test_another_result_is_said(growth):
    growth.results[2]["joined"].same = False
    growth.results[2]["joined"].difference = "1 row missing"
    assert growth.wrong("joined") == "1 row missing at 10"
    assert "1 row missing at 10" in str(growth)
    assert "1 row missing at 10" in laws(growth)
    assert "joined ✗" in figures(growth)


def test_save_and_load(growth, tmp_path):
    growth.predicted = {"naive": [1.0, 2.0]}
    again = Growth.load(growth.save(tmp_path / "feed.json"))
    assert again.to_dict() == growth.to_dict()
    with pytest.raises(ResultError, match="holds a 'result', not a 'growth'"):
        Growth.load(growth.results[0].save(tmp_path / "one.json"))


def test_frame(growth):
    frame = growth.to_frame()
    assert len(frame) == 8
    assert list(frame.photos.unique()) == [1, 5, 10, 50]


def test_csv(growth, tmp_path):
    lines = growth.to_csv(tmp_path / "feed.csv").read_text().splitlines()
    assert len(lines) == 9
    assert "env_machine" in lines[0]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figure(growth, theme):
    growth.predicted = {"naive": [5.0, 13.0, 23.0, 103.0]}
    queries, latency = growth.figure(theme).axes
    assert {text.get_text() for text in queries.texts} == {"naive", "joined"}
    drawn = [line for line in queries.lines if line.get_marker() == "o"]
    assert list(drawn[0].get_ydata()) == [3, 11, 21, 101]
    assert len(latency.containers) == 8, "a whisker for each point"
    assert [line.get_linestyle() for line in latency.lines].count("--") == 1


def test_labels_keep_apart(growth):
    for result in growth.results:
        result.measurements += [results.measurement(f"v{place}", 3.0, place=place) for place in range(4)]
    queries, _ = growth.figure().axes
    heights = sorted(text.get_position()[1] for text in queries.texts)
    assert min(high - low for low, high in zip(heights, heights[1:], strict=False)) >= 0.0699


def test_a_theme_that_does_not_exist(growth):
    with pytest.raises(ValueError, match="theme is 'blue'; it must be 'light' or 'dark'"):
        growth.figure("blue")


def test_values_that_are_no_numbers():
    growth = results.growth((1, 5))
    growth.values = ["SQLite", "PostgreSQL"]
    growth.figure()
    assert growth.law("naive").text == "–"


def test_the_picture_follows_the_theme_of_its_page(growth):
    svg = figures(growth)
    assert "currentColor" in svg
    assert "var(--dsl-r-line)" in svg
    assert 'aria-label="How feed grows with photos"' in svg
    assert re.search(r"<text[^>]*>naive</text>", svg)


def test_distribution():
    (axes,) = distribution_figure(results.result()).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["naive", "joined", "again", "mine"]
    assert len(axes.collections[0].get_offsets()) == 20


def test_nothing_measured_yet(tmp_path):
    growth = Growth("feed", "photos")
    assert "feed along photos" in str(growth)
    assert "Nothing has been measured yet" in growth.to_html(tmp_path / "feed.html").read_text()
    growth.figure()
