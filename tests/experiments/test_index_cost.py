"""What indexes cost on write: rows really there, put back before each call, and figures that are right."""

import pytest
from django.db import connection
from django.db.models import Q

from labapp.experiments.optimization import index_cost, wal
from labapp.experiments.optimization.index_cost import NOW, TABLE, chosen
from labapp.pinsta.models import Notification
from labapp.services import postgresql
from tests.experiments.both import database, recorded  # noqa: F401
from tests.experiments.indexing import plan, staged, used
from tests.requires import needs

WORKS = ["insert", "update created", "update verb"]
COUNTS = {"no index": 0, "one": 1, "composite": 1, "partial": 1, "five": 5}


def figure(name, database, **settings):
    """{variant: its figure} of one recorded run."""
    return {each.variant: each.figures[name] for each in recorded(index_cost, database=database, **settings)}


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_the_rows_are_really_there(database, rows):
    for work, there in {
        "insert": lambda: Notification.objects.filter(pk__gt=TABLE, created=NOW, read=False),
        "update created": lambda: chosen(rows).filter(created=NOW),
        "update verb": lambda: chosen(rows).filter(verb="shared"),
    }.items():
        with staged(index_cost, "five", database=database, rows=rows, work=work) as values:
            assert there().count() == 0
            index_cost.variants["five"].call(values)
            assert there().count() == rows
            assert Notification.objects.count() == TABLE + (rows if work == "insert" else 0)


def test_before_each_call_the_table_is_as_it_was(database):
    tables = []
    for work in WORKS * 2:
        with staged(index_cost, "composite", database=database, work=work) as values:
            tables.append(list(Notification.objects.order_by("pk").values_list()))
            index_cost.variants["composite"].call(values)
    assert len(tables[0]) == TABLE
    assert all(table == tables[0] for table in tables)


def test_after_a_checkpoint_the_call_is_rehearsed_and_its_rows_are_not_in_the_way(database, monkeypatch):
    for work in WORKS:
        for _ in range(2):
            monkeypatch.setattr(wal, "_seen", {})  # as after a checkpoint
            with staged(index_cost, "composite", database=database, work=work) as values:
                assert Notification.objects.count() == TABLE
                assert not Notification.objects.filter(Q(created=NOW) | Q(verb="shared"))
                index_cost.variants["composite"].call(values)


def test_after_a_checkpoint_no_page_is_written_whole_in_what_is_measured(pinsta_db):
    needs("postgresql")
    for work in [*WORKS, *WORKS]:
        for name in index_cost.variants:
            with staged(index_cost, name, database="PostgreSQL", work=work):
                pass  # nothing is left that would have to be put back
        with postgresql.server().admin() as connection:
            connection.execute("CHECKPOINT")
        assert max(figure("whole pages", "PostgreSQL", work=work).values()) <= 2, work


@pytest.mark.parametrize("written", [19, 21, 25])
def test_a_variant_that_writes_less_or_more_is_found_out(database, written):
    def mine(rows, work):
        first = range(1000, 1000 * written + 1, 1000)
        Notification.objects.filter(pk__in=first).update(created=NOW)
        Notification.objects.filter(pk__lte=written - rows).update(created=NOW)

    around = index_cost.variants["one"].around
    try:
        index_cost.variant(mine, around=around)
        measured = recorded(index_cost, database=database, rows=20, work="update created")["mine"]
        assert measured.same is False and measured.difference
    finally:
        index_cost.forget("mine")


def test_each_variant_has_as_many_indexes_as_it_shows(database):
    for name, count in COUNTS.items():
        with staged(index_cost, name, database=database), connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, "pinsta_notification").values()
        assert sum(parts["index"] and not parts["primary_key"] for parts in found) == count
        assert index_cost.variants[name].source.count("Index(") == count


def test_the_rows_to_update_are_not_found_by_an_index(database):
    assert not used(plan(index_cost, "five", database=database, work="update verb", rows=1000)) - {
        "pinsta_notification_pkey", "INTEGER PRIMARY KEY",
    }


def test_postgresql_leaves_all_indexes_alone_when_no_indexed_column_changes(database):
    hot = {work: figure("HOT", database, work=work) for work in WORKS}
    if database == "SQLite":
        assert {count for counts in hot.values() for count in counts.values()} == {None}
        return
    assert set(hot["insert"].values()) == {0}
    assert set(hot["update verb"].values()) == {1000}
    assert hot["update created"] == {"no index": 1000, "one": 1000, "composite": 0, "partial": 0, "five": 0}


def test_five_indexes_write_more_to_the_log_than_none(database):
    figure("WAL", database)  # pages that nobody has changed since the last checkpoint
    wal = figure("WAL", database)
    if database == "SQLite":
        assert set(wal.values()) == {None}
    else:
        assert 1000 * 50 < wal["no index"] < wal["one"] < wal["five"]
