"""Several who write to one SQLite file: they wait for each other, where by default one of them would fail."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.db.transaction import atomic

from labapp.experiments.databases import database as chosen
from labapp.experiments.perceived.defer_writers import several_writers
from tests.requires import needs


def write(name):
    User.objects.filter(pk=1).update(first_name=name)


def in_thread(work, settings):
    """A thread, begun, that does this on a connection of its own to the same database."""

    def run():
        from labapp import databases

        with databases.database(settings):
            work()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def read_and_write(after_reading):
    """What a request does in its transaction; meanwhile something happens."""
    with atomic():
        found = User.objects.get(pk=1).first_name
        after_reading()
        write(f"{found}, then Ana")


def test_without_it_whoever_reads_first_and_writes_then_fails(pinsta_db):
    with chosen(writes=True).enter("SQLite"), pytest.raises(OperationalError, match="locked"):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode = WAL")
        settings = connection.settings_dict
        read_and_write(lambda: in_thread(lambda: write("Bob"), settings).join())


def test_with_it_they_wait_and_nothing_is_lost(pinsta_db):
    others = []
    with chosen(writes=True).enter("SQLite"), several_writers():
        write("Nobody")
        settings = connection.settings_dict
        other = lambda: read_and_write(lambda: None)  # noqa: E731
        read_and_write(lambda: others.append(in_thread(other, settings)))
        others[0].join()
        assert User.objects.get(pk=1).first_name == "Nobody, then Ana, then Ana"


def test_the_journal_is_one_that_survives_a_crash_of_the_process(pinsta_db):
    with chosen(writes=True).enter("SQLite"), several_writers(), connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (1,)


def test_postgresql_stays_as_it_is(pinsta_db):
    needs("postgresql")
    with chosen(writes=True).enter("PostgreSQL"):
        before = connection.settings_dict
        with several_writers():
            assert connection.settings_dict == before
