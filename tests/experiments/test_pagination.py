"""Pages by OFFSET and by key: the same rows at every depth, ties included, and how each gets there."""

import pytest

from labapp.experiments.optimization import pagination
from labapp.experiments.optimization.pagination import PAGE, ROWS
from labapp.pinsta.models import Notification
from tests.experiments.both import database, recorded, statements  # noqa: F401
from tests.experiments.indexing import accesses, plan, staged

TABLE = "pinsta_notification"


@pytest.mark.parametrize("page", [2, 3, 17, 777, ROWS // PAGE - 1])
def test_a_page_begins_after_the_one_before_and_dates_that_are_equal_lose_no_row(database, page):
    """The seeded rows are repeated, so that hundreds share a date."""
    with staged(pagination, "keyset", database=database, page=page) as values:
        newest = list(Notification.objects.order_by("-created", "-id")[(page - 1) * PAGE - 1 : page * PAGE])
        for name in ("keyset, OR", "keyset", "row values"):
            assert pagination.variants[name].call(values) == newest[1:], name
    assert len({each.created for each in newest}) < PAGE


def test_a_key_finds_its_place_in_the_index_and_an_offset_walks_there(database):
    found = {name: accesses(plan(pagination, name, database=database), TABLE) for name in pagination.variants}
    assert found == {
        "OFFSET": {"whole index"}, "paginator": {"whole index"}, "keyset, OR": {"whole index"},
        "keyset": {"search"}, "row values": {"search"},
    }


def test_only_the_paginator_counts(database):
    assert statements(pagination, database) == {
        "OFFSET": 1, "paginator": 2, "keyset, OR": 1, "keyset": 1, "row values": 1,
    }


def test_the_pages_read_grow_with_depth_by_offset_and_stand_still_by_key(database):
    results = {page: recorded(pagination, database=database, page=page) for page in (100, 4000)}
    pages = {page: {each.variant: each.figures["pages"] for each in found} for page, found in results.items()}
    if database == "SQLite":
        assert set(pages[100].values()) == {None}
        return
    for name in ("OFFSET", "keyset, OR"):
        assert pages[4000][name] > 10 * pages[100][name]
    for name in ("keyset", "row values"):
        assert pages[4000][name] < 20
