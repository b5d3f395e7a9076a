"""Filters chained or in one call: the same SQL, the same rows, and parts that add up to the whole."""

import time

import pytest
from django.db.models import QuerySet

from labapp.experiments.optimization import chaining, chaining_history
from labapp.experiments.optimization import chaining_parts as module
from labapp.experiments.optimization.chaining import conditions
from labapp.experiments.optimization.chaining_parts import REPEATS, Parts, parts
from labapp.pinsta.models import Photo
from tests.experiments.both import database, recorded, statements  # noqa: F401

ORM = ("one filter()", "chained", "one Q")


def test_each_variant_is_one_statement(database):
    assert set(statements(chaining, database).values()) == {1}


@pytest.mark.parametrize("filters", [1, 2, 9, 20])
def test_the_three_of_the_orm_ask_the_same_sql_with_as_many_conditions(pinsta_db, filters):
    given = {"filters": filters, "rows": 20}
    (sql, params), = {chaining.variants[name].call(given).query.sql_with_params() for name in ORM}
    assert len(params) == sql.count("%s") == filters
    assert len(conditions(filters, 20)) == filters


def test_every_number_of_conditions_leaves_the_same_rows(database):
    for filters in range(1, 21):
        result = recorded(chaining, database=database, filters=filters, rows=11)
        assert [(each.rows, each.same) for each in result] == [(11, True)] * 4


def test_a_variant_that_forgets_a_condition_is_found_out(pinsta_db):
    try:
        chaining.variant(lambda filters: Photo.objects.order_by("pk")[:19], name="mine")
        assert recorded(chaining)["mine"].difference == "1 row missing"
    finally:
        chaining.forget("mine")


def test_each_variant_of_the_orm_has_all_parts_and_the_cursor_only_its_run(database):
    result = recorded(chaining, database=database)
    assert [each["name"] for each in result.figures] == ["build", "compile", "run"]
    for name in ORM:
        assert all(value > 0 for value in result[name].figures.values())
    cursor = result["raw cursor"].figures
    assert cursor["build"] is None and cursor["compile"] is None and cursor["run"] > 0


def test_the_parts_are_clocked_without_the_round_trip_and_unrecorded(pinsta_db, monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    result = recorded(chaining, round_trip=5)
    assert slept == [0.005] * 4, "one for each variant's recorded statement"
    assert [each.queries for each in result] == [1] * 4


class Clock:
    """A perf_counter that only stands forward when told to."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now

    def takes(self, microseconds):
        self.now += microseconds / 1e6


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_running_is_what_reading_takes_beyond_compiling(pinsta_db, clock, monkeypatch):
    from django.db.models.sql.compiler import SQLCompiler

    class Photos(QuerySet):
        def _fetch_all(self):
            clock.takes(500 if self._result_cache is None else 0)
            super()._fetch_all()

    as_sql = SQLCompiler.as_sql
    monkeypatch.setattr(SQLCompiler, "as_sql", lambda *args: (clock.takes(20), as_sql(*args))[1])
    built = []

    def build():
        clock.takes(3 + len(built) % 5)  # the quickest counts
        built.append(Photos(Photo).filter(pk__lte=20))
        return built[-1]

    found = parts(build)
    assert found == pytest.approx(Parts(build=3, compile=20, run=500))
    assert sum(found) == pytest.approx(523), "the whole: building, and reading with its compiling"
    assert len(built) > REPEATS


def test_a_slow_variant_is_not_repeated(clock):
    calls = []

    def slow():
        calls.append(1)
        clock.takes(module.PATIENCE * 2e6)
        return [(1, "a")]

    assert parts(slow).run == pytest.approx(module.PATIENCE * 2e6)
    assert len(calls) <= 4


def test_rows_read_by_hand_cannot_be_told_apart(clock):
    def read():
        clock.takes(70)
        return [(1, "a")]

    assert parts(read) == pytest.approx(Parts(None, None, 70))


def test_the_history_says_when_the_advice_expired():
    """The figures are of a file: measured once, elsewhere."""
    times = {row["django"]: row["build_times"] for row in chaining_history.rows}
    versions = [tuple(map(int, version.split("."))) for version in times]
    assert versions == sorted(versions) and versions[0][:2] == (1, 4) and versions[-1][:2] == (6, 1)
    dear = {version for version, ratio in times.items() if ratio > 5}
    assert {version[:3] for version in dear} == {"1.4", "1.5"}
    assert max(ratio for version, ratio in times.items() if version not in dear) < 3
    assert any("1.6" in sentence and "chaining_history" in sentence for sentence in chaining.includes)


def test_the_parts_in_the_history_add_up():
    for row in chaining_history.rows:
        for way in ("chained", "one_filter", "one_q"):
            summed = sum(row[f"{way}_{part}"] for part in ("build", "compile", "run"))
            assert summed == pytest.approx(row[f"{way}_all"], abs=0.3)
        assert row["all_times"] == pytest.approx(row["chained_all"] / row["one_q_all"], abs=0.02)
        assert row["build_times"] == pytest.approx(row["chained_build"] / row["one_q_build"], abs=0.02)
