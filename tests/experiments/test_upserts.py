"""Inserting rows of which some exist."""

import pytest

from labapp.experiments.optimization.upsert import found, insert_missing, put_back, upsert
from labapp.pinsta.models import Tag
from tests.experiments.both import database, statements  # noqa: F401


@pytest.mark.parametrize(("known", "there"), [(0, 0), (50, 10), (100, 20)])
def test_so_many_rows_are_known_before(pinsta_db, known, there):
    put_back(rows=20, known=known)
    assert len(found(None)) == there


def test_an_upsert_changes_the_known_and_an_insert_leaves_them(pinsta_db):
    seeded = Tag.objects.count()
    for experiment, changed in ((upsert, True), (insert_missing, False)):
        for variant in experiment.variants.values():
            put_back(rows=10, known=50)
            variant.call({"rows": 10, "known": 50})
            old = [name for _, name in found(None) if name.endswith("in the old way")]
            assert (len(old) == 0) is changed, variant.name
            assert Tag.objects.count() == seeded + 10, variant.name


def test_row_by_row_grows_and_a_statement_for_all_does_not(database):
    few, many = (statements(upsert, database, rows=rows) for rows in (10, 20))
    assert many["update_or_create"] == 2 * few["update_or_create"]
    assert many["update, else insert"] == 2 * few["update, else insert"] == 30
    for name in ("ask once, then in bulk", "bulk_create(update_conflicts)"):
        assert many[name] == few[name] <= 5
