"""Traffic along a parameter."""

import pytest

from labapp.measure import Growth, load
from labapp.measure.render_growth import figures, laws
from labapp.measure.traffic import TrafficResult
from tests.measure import results
from tests.measure.results import COLOURS
from tests.measure.served import steady, stream


def at(users, compares):
    """A server that answers 40 a second for each user."""
    fields = {"seconds": 5.0, "colour": COLOURS[0]}
    one = stream("one", steady(200 * users, 10.0 * users, 40 * users, seed=users), baseline=True, **fields)
    made = TrafficResult("throughput", measurements=[one], settings={"users": users}, compares=compares)
    made.refresh()
    return made


@pytest.fixture(params=["rate", "p95"])
def growth(request):
    values = [1, 2, 4]
    return Growth("throughput", "users", values, [at(users, request.param) for users in values])


def test_what_grows(growth):
    compares = growth.results[0].compares
    assert [aspect.key for aspect in growth.aspects] == ["rate", "latency"]
    assert growth.aspects[1].head == ("p50, ms" if compares == "rate" else "p95, ms")
    assert growth.law("one").predict(4) == pytest.approx(160, rel=0.15)
    assert growth.latency_law("one").kind == "linear"


def test_what_an_experiment_is_about_grows_in_the_place_of_what_is_not_compared(growth):
    for users, result in zip(growth.values, growth.results, strict=True):
        result.figures = [{"name": "stale", "unit": "%", "help": "late ones", "grows": True}]
        result["one"].figures["stale"] = 2.0 * users
    kept = "rate" if growth.results[0].compares == "rate" else "latency"
    assert {aspect.key for aspect in growth.aspects} == {kept, "stale"}
    stale = next(aspect for aspect in growth.aspects if aspect.key == "stale")
    assert growth.law_of("one", stale).text == "2n"
    assert "stale, %" in laws(growth)


def test_predictions_belong_to_what_is_compared(growth):
    growth.predicted = {"one": [40.0, 80.0, 160.0]}
    by = {aspect.key: growth.prediction(aspect) for aspect in growth.aspects}
    expected = "rate" if growth.results[0].compares == "rate" else "latency"
    assert by.pop(expected) == growth.predicted
    assert list(by.values()) == [{}]
    growth.predicts = "latency"
    assert growth.prediction(growth.aspects[1]) == growth.predicted
    dashed = [axes.get_title(loc="left") for axes in growth.figure().axes]
    assert ["dashed: predicted" in title for title in dashed] == [False, True]


def test_a_prediction_beyond_what_was_measured_is_in_the_picture(growth):
    growth.predicted, growth.predicts = {"one": [1000.0] * 3}, "rate"
    assert growth.figure().axes[0].get_ylim()[1] >= 1000


def test_forms(growth, tmp_path):
    assert "answers/s" in laws(growth)
    assert "answers/s" in str(growth)
    assert figures(growth).startswith('<div class="dsl-growth"><svg role="img"')
    assert "users = 4" in growth.to_html(tmp_path / "page.html").read_text()
    assert list(growth.to_frame().users) == [1, 2, 4]
    growth.to_csv(tmp_path / "growth.csv")
    again = load(growth.save(tmp_path / "growth.json"))
    assert again.to_dict() == growth.to_dict()
    assert again.law("one").text == growth.law("one").text


def test_calls_grow_as_before():
    calls = results.growth()
    calls.predicted = {"naive": [1.0] * 4}
    assert [aspect.head for aspect in calls.aspects] == ["queries", "latency, ms"]
    assert calls.prediction(calls.aspects[1]) == calls.predicted
    assert calls.prediction(calls.aspects[0]) == {}
