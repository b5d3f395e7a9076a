import csv
import json
import math
import subprocess
import sys

import pytest

from labapp.measure.interval import Interval
from labapp.measure.measurement import Measurement
from labapp.measure.result import Result
from labapp.measure.sampling import sample
from labapp.measure.storage import ResultError
from tests.measure import results
from tests.measure.machine import Machine


def test_a_variant_by_its_name():
    result = results.result()
    assert result["naive"] is result.baseline
    with pytest.raises(KeyError, match="feed has no variant 'nave'; it has naive, joined"):
        result["nave"]


def test_what_a_measurement_knows():
    naive = results.result()["naive"]
    assert (naive.queries, naive.rows) == (61, 0)
    assert naive.db_ms == pytest.approx(61 * 0.3)
    assert naive.wait_ms == pytest.approx(122)
    assert naive.median_ms == naive.interval.middle
    assert not naive.wrong
    blank = Measurement("blank")
    assert (blank.queries, blank.rows, blank.db_ms, blank.wait_ms, blank.python_ms, blank.median_ms) == (
        None,
    ) * 6


def test_take_brings_in_the_rounds():
    machine = Machine()
    measurements = [
        Measurement("naive", baseline=True, same=True),
        Measurement("joined", same=True),
        Measurement("mine", same=False),
        Measurement("broken", error="ValueError: no"),
    ]
    result = Result("feed", measurements=measurements)
    calls = {"naive": machine.work(40), "joined": machine.work(0.5), "mine": machine.work(0.1)}
    for samples in sample(calls, clock=machine):
        result.take(samples)
    assert (result.rounds, result.final, result.status) == (7, True, samples.reason)
    assert result["joined"].comparison.text == "80.0× faster"
    assert result["joined"].repeats == 4
    assert result["naive"].comparison is None
    assert result["mine"].comparison is None
    assert result["mine"].interval is not None
    assert result["broken"].interval is None


def test_save_and_load(tmp_path):
    result = results.result()
    result["joined"].interval = Interval(1.0, 2.0, math.inf)
    path = result.save(tmp_path / "feed.json")
    again = Result.load(path)
    assert again.to_dict() == result.to_dict()
    assert again["joined"].interval == Interval(1.0, 2.0, math.inf)
    assert again["naive"].recording.count == 61
    assert again["joined"].comparison == result["joined"].comparison
    assert json.loads(path.read_text())["version"] == 1


def test_a_result_under_way_can_be_saved(tmp_path):
    result = results.result(rounds=2)
    assert Result.load(result.save(tmp_path / "feed.json")).to_dict() == result.to_dict()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"format": "django-scale-lab", "vers', "is damaged: it is not complete JSON"),
        ("\x00\x01", "is damaged"),
        ("[1, 2]", "is not a file of this lab"),
        ('{"format": "other"}', "is not a file of this lab"),
        ('{"format": "django-scale-lab", "version": 99}', "has format version 99; this lab reads version 1"),
        (
            '{"format": "django-scale-lab", "version": 1, "kind": "growth"}',
            "holds a 'growth', not a 'result'",
        ),
        ('{"format": "django-scale-lab", "version": 1, "kind": "result"}', "its content is not"),
        (
            '{"format": "django-scale-lab", "version": 1, "kind": "result", "measurements": [{"x": 1}]}',
            "its content is",
        ),
    ],
)
def test_files_that_are_no_results(tmp_path, content, sentence):
    path = tmp_path / "feed.json"
    path.write_text(content)
    with pytest.raises(ResultError) as refused:
        Result.load(path)
    assert str(path) in str(refused.value)
    assert sentence in str(refused.value)


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "feed.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ResultError, match="is damaged"):
        Result.load(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(ResultError, match=r"nowhere\.json does not exist"):
        Result.load(tmp_path / "nowhere.json")


@pytest.mark.parametrize("write", [Result.save, Result.to_csv, Result.to_html])
def test_a_folder_that_cannot_be_written(tmp_path, write):
    with pytest.raises(ResultError, match=r"nowhere/feed cannot be written: no such file or directory"):
        write(results.result(), tmp_path / "nowhere" / "feed")


def test_a_full_disk_leaves_what_was_there(tmp_path):
    """A real one is hard to come by; a limit on the size of files fails at the same place."""
    path = tmp_path / "feed.json"
    results.result().save(path)
    before = path.read_bytes()
    code = f"""
import resource
from labapp.measure.storage import ResultError, write
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write({str(path)!r}, "x" * 100_000)
except ResultError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == f"{path} cannot be written: file too large. Nothing there was changed.\n"
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["feed.json"]


def test_frame():
    frame = results.result().to_frame().set_index("variant")
    assert list(frame.queries[:4]) == [61, 1, 61, 1]
    assert frame.photos["naive"] == 30
    assert frame.low_ms["joined"] < frame.latency_ms["joined"] < frame.high_ms["joined"]
    assert frame.times_faster["joined"] == pytest.approx(27.8, rel=0.1)
    assert frame.verdict["again"] == "no difference seen"
    assert frame.error["broken"].startswith("ValueError")
    assert frame.attrs["environment"] == results.ENVIRONMENT


def test_frame_of_rounds():
    frame = results.result(rounds=9).to_frame(rounds=True)
    assert len(frame) == 4 * 9
    assert list(frame.columns) == [
        "experiment",
        "photos",
        "round_trip",
        "variant",
        "round",
        "wall_ms",
        "cpu_ms",
    ]
    assert frame["round"].max() == 9


def test_every_column_is_documented():
    frame = results.result(settings={}).to_frame()
    missing = [name for name in frame.columns if name not in Result.to_frame.__doc__]
    assert missing == []


def test_a_setting_called_like_a_column():
    frame = results.result(settings={"rows": 1000}).to_frame()
    assert frame.rows_setting[0] == 1000
    assert frame.rows[1] == 30


def test_csv(tmp_path):
    path = results.result().to_csv(tmp_path / "feed.csv")
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert rows[0]["variant"] == "naive"
    assert rows[0]["env_database"] == "SQLite 3.40.1"
    assert rows[4]["latency_ms"] == ""
    with open(results.result(rounds=9).to_csv(path, rounds=True), newline="") as file:
        assert len(list(csv.DictReader(file))) == 36
