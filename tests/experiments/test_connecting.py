"""Connections for each request, that stay, and in a pool; and that none of them is left."""

import threading

import pytest

from labapp.experiments.optimization import serving
from labapp.experiments.optimization.connecting import connecting
from tests.experiments.both import database, recorded  # noqa: F401


def test_who_opens_and_who_holds(database):
    result = recorded(connecting, database=database, requests=12, threads=3, pool=2)
    ran = [each for each in result if not each.unavailable]
    figures = {each.variant: (each.figures["opened"], each.figures["held"]) for each in ran}
    assert figures.pop("pool", (0, 2)) == (0, 2)
    assert figures == {"per request": (12, 0), "persistent": (0, 3), "persistent, checked": (0, 3)}
    asked = {each.variant: each.queries for each in ran}
    # PostgreSQL is asked once a request whether it is still there; a file needs no asking.
    assert asked.pop("persistent, checked") == (24 if database == "PostgreSQL" else 12)
    assert set(asked.values()) == {12}


def test_the_pool_is_there_on_postgresql(database):
    unavailable = recorded(connecting, database=database, requests=2)["pool"].unavailable
    assert unavailable == (None if database == "PostgreSQL" else "needs PostgreSQL, this is SQLite")


def test_nothing_is_left(database):
    recorded(connecting, database=database, requests=1)  # what stays open anyway is open now
    before = set(threading.enumerate())
    recorded(connecting, database=database, requests=8, threads=4, pool=3)
    assert set(threading.enumerate()) <= before
    if database == "PostgreSQL":
        from django.db.backends.postgresql.base import DatabaseWrapper

        assert DatabaseWrapper._connection_pools == {}


def test_the_connections_of_all_threads_are_closed_at_the_end(pinsta_db):
    with serving.served(CONN_MAX_AGE=None)(threads=4, pool=1):
        site = serving._site.get()
        assert serving.serve(lambda number: number, 5) == [1, 2, 3, 4, 5]
        assert site.held() == 4
    assert site.held() == 0


def test_a_view_that_fails_says_so_and_leaves_nothing(pinsta_db):
    with pytest.raises(ZeroDivisionError), serving.served(CONN_MAX_AGE=0)(threads=2, pool=1):
        site = serving._site.get()
        serving.serve(lambda number: 1 / (number - 3), 5)
    assert site.held() == 0
