"""Streams side by side: the same pages, comparisons, exports, files."""

import csv
import json
import re

import pytest

from labapp.measure import Result, load
from labapp.measure.storage import ResultError
from labapp.measure.traffic import TrafficResult
from labapp.measure.traffic.sameness import difference
from tests.measure import results, served
from tests.measure.served import failed, request, steady, stream

ELSEWHERE = re.compile(r"""\b(?:src|href|action|data)=["'](?!#)|url\((?!#)|@import|<link|<script|<iframe""")


@pytest.fixture(scope="module")
def result():
    return served.result()


def test_a_variant_by_its_name(result):
    assert result["whole"] is result.baseline
    assert len(list(result)) == 7
    with pytest.raises(KeyError, match="levels has no variant 'hole'; it has whole, quick"):
        result["hole"]


def test_comparisons(result):
    assert result["quick"].comparison.verdict == "faster"
    assert result["quick"].comparison.interval.low > 1
    assert result["again"].comparison.text == "no difference seen"
    assert result["whole"].comparison is None
    for name in ("other", "leaking", "failing", "newer"):
        assert result[name].comparison is None, name


def test_pages(result):
    assert result["quick"].same is True
    assert result["other"].same is False
    assert result["other"].difference == "3 of 10 pages look different"
    assert result["leaking"].wrong
    assert result["newer"].same is None


def test_who_leaves_something_wrong_behind_is_not_compared():
    made = served.result()
    quick = made["quick"]
    assert quick.comparison is not None
    quick.blame("missing thumbnails of 3 posts")
    made.refresh()
    assert quick.wrong and quick.same and quick.comparison is None
    (row,) = (each for each in made.rows() if each["variant"] == "quick")
    assert row["difference"] == "missing thumbnails of 3 posts" and not row["times_faster"]
    again = TrafficResult.from_dict(json.loads(json.dumps(made.to_dict())))
    assert again["quick"].fault == quick.fault and again["quick"].comparison is None
    for shown in (str(made), made.table()):
        assert "missing thumbnails of 3 posts" in shown


@pytest.mark.parametrize(
    ("reference", "shown", "expected"),
    [
        ({1: {"a"}}, {2: {"b"}}, (None, None)),
        ({1: {"a"}, 2: {"b"}}, {1: {"a"}}, (True, None)),
        ({1: {"a", "b"}}, {1: {"b"}}, (True, None)),
        ({1: {"a"}}, {1: {"a", "b"}}, (False, "1 of 1 page looks different")),
        ({1: {"a"}, 2: {"a"}}, {1: {"b"}, 2: {"b"}}, (False, "2 of 2 pages look different")),
    ],
)
def test_the_same_page(reference, shown, expected):
    assert difference(reference, shown) == expected


def test_the_same_page_of_somebody_else_is_another_page():
    ours = stream(requests=[request(0.1, person="ana", digest="a"), request(0.2, person="ben", digest="b")])
    theirs = stream(requests=[request(0.1, person="ana", digest="b"), request(0.2, person="ben", digest="b")])
    assert difference(ours.pages, theirs.pages) == (False, "1 of 2 pages looks different")


def test_pages_are_not_compared_where_they_must_not_be_the_same():
    assert served.result(checked=False)["other"].same is None


def test_a_baseline_that_fails_is_no_measure():
    baseline = stream("whole", [*steady(100), *(failed(0.1) for _ in range(10))], baseline=True)
    other = stream("other", steady(100))
    made = TrafficResult("levels", measurements=[baseline, other])
    made.refresh()
    assert other.comparison is None


def test_by_rate():
    baseline = stream("whole", steady(400, 5.0, 40), seconds=10.0, baseline=True)
    double = stream("double", steady(800, 5.0, 80), seconds=10.0)
    made = TrafficResult("throughput", measurements=[baseline, double], compares="rate", checked=False)
    made.refresh()
    assert double.comparison.verdict == "faster"
    assert double.comparison.ratio == pytest.approx(2.0, rel=0.1)


def test_too_few_requests():
    made = TrafficResult(
        "levels", measurements=[stream("whole", steady(8), baseline=True), stream("other", steady(8, 10.0))]
    )
    made.refresh()
    assert made["other"].comparison.text == "too few requests"
    assert made["other"].comparison.detail == "2.0× so far"


def test_what_comes_later_changes_the_comparison():
    baseline, other = stream("whole", steady(300, 60.0), baseline=True), stream("other")
    made = TrafficResult("levels", measurements=[baseline, other])
    made.refresh()
    assert other.comparison is None
    other.add(steady(300, 20.0))
    made.refresh()
    assert other.comparison.verdict == "faster"
    baseline.add([request(30.0, key=0, digest="other")])
    other.add([request(30.0, key=0, digest="third")])
    made.refresh()
    assert other.comparison is None
    assert other.difference == "1 of 10 pages looks different"


# Exports


def test_frame(result):
    frame = result.to_frame().set_index("variant")
    assert frame.requests["whole"] == 300
    assert frame.errors["failing"] == 20
    assert frame.users["whole"] == 20
    assert frame.p50_low_ms["quick"] < frame.p50_ms["quick"] < frame.p50_high_ms["quick"]
    assert frame.queries_per_request["quick"] == 5.0
    assert frame.hit_ratio["quick"] == 0.25
    assert frame.times_faster["quick"] == pytest.approx(3.0, rel=0.2)
    assert frame.stale["quick"] == 3.0
    assert frame.top_error["failing"].startswith("20 errors: HTTP 500")
    assert frame.attrs["environment"] == results.ENVIRONMENT


def test_frame_of_requests(result):
    caches = 'cache;dur=0.30;desc="1 hit, 2 misses, 1 set, 0 deletes"'
    timing = f'app;dur=12.30, db;dur=4.50;desc="20 queries", {caches}'
    made = served.result(
        measurements=[stream("plain", [request(10.5, 40.0, sent=10.51, timing=timing)], began=10.0)]
    )
    (row,) = made.to_frame(requests=True).to_dict("records")
    assert (row["ask"], row["second"], row["late_ms"]) == ("photo", 0.5, pytest.approx(10.0))
    assert (row["latency_ms"], row["queries"], row["app_ms"]) == (pytest.approx(40.0), 20, 12.3)
    assert (row["cache_hits"], row["cache_misses"], row["given_up"]) == (1, 2, False)
    assert len(result.to_frame(requests=True)) == sum(each.count for each in result)


@pytest.mark.parametrize("requests", [False, True])
def test_every_column_is_documented(requests):
    frame = served.result(settings={}, figures=[]).to_frame(requests=requests)
    described = TrafficResult.to_frame.__doc__
    ours = [re.sub(r"^p(95|99)_(low|high)_ms$", r"p50_\2_ms", name) for name in frame.columns]
    assert [name for name in ours if name not in described] == []


def test_csv(result, tmp_path):
    with open(result.to_csv(tmp_path / "levels.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["variant"] for row in rows] == [each.variant for each in result]
    assert rows[0]["env_database"] == "SQLite 3.40.1"
    with open(result.to_csv(tmp_path / "requests.csv", requests=True), newline="") as file:
        assert len(list(csv.DictReader(file))) == sum(each.count for each in result)


def test_page(result, tmp_path):
    page = result.to_html(tmp_path / "page.html").read_text()
    assert [page[found.start() : found.end() + 60] for found in ELSEWHERE.finditer(page)] == []
    for words in (result.question, "talk 2.1", "Latency over time", "Who answered", "def quick(request)"):
        assert words in page, words
    assert page.count("<svg") == 2
    assert "prefers-color-scheme:dark" in page


def test_a_page_of_nothing(tmp_path):
    page = TrafficResult("levels").to_html(tmp_path / "page.html").read_text()
    assert "<svg" not in page


def test_text(result):
    text = str(result)
    assert max(map(len, text.splitlines())) <= 100
    assert "3 of 10 pages look different" in text
    assert "stale: whole –, quick 3" in text
    assert "needs Varnish, which is not here" in text


def test_notebook(result):
    assert "<table" in result._repr_html_()


# Files


def test_save_and_load(result, tmp_path):
    path = result.save(tmp_path / "levels.json")
    again = TrafficResult.load(path)
    assert again.to_dict() == result.to_dict()
    assert again.rows() == result.rows()
    assert again.rows(detailed=True) == result.rows(detailed=True)
    assert str(again) == str(result)
    columns = json.loads(path.read_text())["measurements"][0]["requests"]
    assert len(columns["due"]) == 300


def test_a_result_under_way_can_be_saved(tmp_path):
    under_way = TrafficResult("levels", measurements=[stream("whole", steady(20), baseline=True)])
    under_way.refresh()
    again = TrafficResult.load(under_way.save(tmp_path / "levels.json"))
    assert again["whole"].turns == [(0.0, None)]
    assert again.to_dict() == under_way.to_dict()


def test_load_gives_whichever_kind_it_is(result, tmp_path):
    traffic, calls = result.save(tmp_path / "traffic.json"), results.result().save(tmp_path / "calls.json")
    growth = results.growth().save(tmp_path / "growth.json")
    kinds = [type(load(path)).__name__ for path in (traffic, calls, growth)]
    assert kinds == ["TrafficResult", "Result", "Growth"]
    with pytest.raises(ResultError, match=r"a 'traffic', not a 'result': labapp.measure.load\(\) reads"):
        Result.load(traffic)
    with pytest.raises(ResultError, match=r"a 'result', not a 'traffic': labapp.measure.load\(\) reads"):
        TrafficResult.load(calls)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data["measurements"][0]["requests"]["due"].pop(),
        lambda data: data["measurements"][0]["requests"].pop("due"),
        lambda data: data["measurements"][0].pop("variant"),
        lambda data: data.pop("measurements"),
        lambda data: data["measurements"][0]["requests"].update({"not a name": []}),
    ],
)
def test_a_damaged_file(result, tmp_path, damage):
    data = json.loads(result.save(tmp_path / "levels.json").read_text())
    damage(data)
    path = tmp_path / "damaged.json"
    path.write_text(json.dumps(data))
    with pytest.raises(ResultError, match="is damaged: its JSON is whole, its content is not"):
        load(path)
