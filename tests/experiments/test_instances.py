"""Rows as models, dictionaries and tuples: the same content, no hidden query, rates of what was read."""

import pytest

from labapp import databases, probe
from labapp.experiments.optimization import instances, instances_history, instantiation
from labapp.experiments.optimization.instances import COLUMNS, contents
from labapp.experiments.optimization.instantiation import NAMES
from labapp.pinsta.models import Photo
from tests.experiments.both import database, recorded, statements  # noqa: F401


@pytest.mark.parametrize("experiment", [instances, instantiation], ids=lambda each: each.name)
def test_all_variants_return_the_same(experiment, pinsta_db):
    lowest = [{name: each.low} for name, each in experiment.parameters.items()]
    for setting in ({}, *lowest, {"garbage_collection": "on"}):
        for each in recorded(experiment, **setting):
            assert (each.error, each.same) == (None, True), f"{each.variant} {setting}: {each.difference}"


def test_all_variants_agree_at_every_number_of_columns(database):
    for columns in range(1, len(COLUMNS) + 1):
        for each in recorded(instances, database=database, rows=30, columns=columns):
            where = f"{each.variant}, {columns} columns"
            assert (each.error, each.same, each.rows) == (None, True, 30), where


def test_one_statement_each_but_a_server_side_cursor(database):
    sent = statements(instances, database, rows=30)
    server_side = sent.pop("iterator")
    assert set(sent.values()) == {1}
    assert server_side == (1 if database == "SQLite" else 4), "DECLARE, FETCH twice, CLOSE"


def test_only_asks_for_these_columns_and_comparing_asks_for_nothing(pinsta_db):
    result = recorded(instances, columns=3, rows=10)
    selected, = (query.sql for query in result["only()"].recording.queries)
    assert "caption" in selected and "created" not in selected
    first = Photo.objects.values_list("id", "caption", "image").get(pk=1)
    for name, variant in instances.variants.items():
        value = variant.call({"rows": 10, "columns": 3})
        with probe.record() as recording:
            compared = contents(value, columns=3, rows=10)
        assert (recording.count, compared[0]) == (0, first), name


def test_a_wrong_column_is_found_out(pinsta_db):
    def other_column(rows):
        return list(Photo.objects.order_by("pk").values_list("id", "image")[:rows])

    try:
        instances.variant(other_column, name="mine")
        assert "row 1: column 2" in recorded(instances, rows=5, columns=2)["mine"].difference
    finally:
        instances.forget("mine")


def test_dates_keep_their_time_zone_in_every_variant(database):
    result = recorded(instances, database=database, rows=3, columns=8)
    assert all(each.same for each in result)
    first = Photo.objects.order_by("pk")[:1].get()
    assert first.created.utcoffset() is not None


def test_the_rate_is_of_the_rows_that_are_really_there(database):
    there = Photo.objects.count()
    assert there < 4500, "the small data has fewer than the slider's end"
    for rows, amount in ((7, 7), (4500, there)):
        result = recorded(instances, database=database, rows=rows)
        assert result.rate == {"unit": "rows", "amount": amount}
        assert result["models"].rows == amount


def test_no_photo_at_all_is_no_fault(tmp_path, pinsta_db):
    empty = tmp_path / "empty.sqlite3"
    empty.write_bytes(pinsta_db.read_bytes())
    with databases.database(empty):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("DELETE FROM pinsta_photo")
        for name, variant in instances.variants.items():
            assert contents(variant.call({"rows": 5, "columns": 2}), columns=2) == [], name


def test_each_is_weighed_and_tuples_weigh_less_than_models(database):
    result = recorded(instances, database=database, rows=200)
    weights = {each.variant: each.peak_kib for each in result}
    assert all(weight > 0 for weight in weights.values())
    assert weights["values_list()"] < weights["values()"] < weights["models"]


def test_garbage_collection_is_held_off_or_left_alone_as_the_setting_says(pinsta_db):
    for setting, collecting in (("off", False), ("on", True)):
        result = instances.run(rows=5, garbage_collection=setting, budget_ms=1)
        assert result.collecting is collecting


def test_instantiation_asks_no_database_and_makes_what_it_says(pinsta_db):
    result = recorded(instantiation, instances=9)
    assert result.rate == {"unit": "instances", "amount": 9.0}
    for name, variant in instantiation.variants.items():
        made = variant.call({"instances": 9})
        assert len(made) == len({id(each) for each in made}) == 9, name
        assert (result[name].queries, result[name].same) == (0, True)
    assert NAMES == tuple(field.attname for field in Photo._meta.concrete_fields)


def test_the_history_goes_from_the_talk_to_now():
    versions = [row["django"].split(".")[0] for row in instances_history.rows]
    assert (versions[0], versions[-1]) == ("1", "6")
    assert all(row["positional"] > row["keyword"] > 40_000 for row in instances_history.rows)
