"""Databases in the process's own PostgreSQL: made once, copied, read by a role that can only read."""

import psycopg
import pytest
from django.db import Error, connection

from labapp import databases, postgres
from labapp.pinsta.models import Photo, Tag
from labapp.services import postgresql
from tests.requires import needs

FREE = "SET default_transaction_read_only = off"


@pytest.fixture
def server():
    needs("postgresql")
    return postgresql.server()


def names(server):
    with server.admin() as admin:
        return {name for (name,) in admin.execute("SELECT datname FROM pg_database")}


def test_the_database_for_reading_is_made_once(server):
    entry = postgres.reading("small", 1)
    before = names(server)
    assert entry["NAME"] in before and postgres.has("small", 1)
    assert postgres.reading("small", 1) == entry
    assert names(server) == before
    with databases.database(entry):
        assert (Photo.objects.count(), Tag.objects.count()) == (320, 40)


@pytest.mark.parametrize("statement", [
    "DELETE FROM pinsta_like",
    "UPDATE pinsta_photo SET width = 1",
    "INSERT INTO pinsta_tag (name, slug) VALUES ('new', 'new')",
    "TRUNCATE pinsta_like",
    "DROP TABLE pinsta_like",
    "CREATE INDEX mine ON pinsta_photo (width)",
])
def test_the_reader_cannot_write_whatever_its_session_says(server, statement):
    with databases.database(postgres.reading("small", 1)), connection.cursor() as cursor:
        cursor.execute(FREE)
        with pytest.raises(Error, match="permission denied|must be owner"):
            cursor.execute(statement)


def test_a_private_copy_is_ones_own(server):
    first, second = postgres.private_copy("small", 1), postgres.private_copy("small", 1)
    with databases.database(first):
        Tag.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX mine ON pinsta_photo (width)")
    for entry in (second, postgres.reading("small", 1)):
        with databases.database(entry):
            assert Tag.objects.count() == 40
    postgres.drop(first)
    assert first["NAME"] not in names(server) and second["NAME"] in names(server)
    postgres.drop(second)


def test_other_data_are_another_database(server):
    with databases.database(postgres.reading("small", 2)):
        theirs = list(Photo.objects.order_by("pk").values_list("caption", flat=True))
    with databases.database(postgres.reading("small", 1)):
        assert list(Photo.objects.order_by("pk").values_list("caption", flat=True)) != theirs


def test_an_unknown_scale_is_named(server):
    with pytest.raises(ValueError, match="scale is 'huge'; it can be 'small', 'workshop', 'large'"):
        postgres.private_copy("huge")


def test_what_was_half_made_is_made_anew(server, monkeypatch):
    def fail(entry, path, progress):
        with server.admin(entry["NAME"]) as admin:
            admin.execute("CREATE TABLE half (id integer)")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("labapp.postgres.seeding_postgres.fill", fail)
        postgres.reading("small", 12)
    assert not postgres.has("small", 12)
    with databases.database(postgres.reading("small", 12)), connection.cursor() as cursor:
        assert Photo.objects.count() == 320
        assert "half" not in connection.introspection.table_names(cursor)


def test_a_full_disk_is_one_sentence(server, monkeypatch):
    def fail(*_):
        raise psycopg.errors.DiskFull("could not extend file")

    monkeypatch.setattr("labapp.postgres.seeding_postgres.fill", fail)
    with pytest.raises(postgres.seeding.SeedingError, match="^The disk of PostgreSQL's data is full"):
        postgres.reading("small", 11)


def test_the_proxy_stands_before_the_server(server):
    proxy = postgres.proxy()
    assert postgres.proxy() is proxy
    entry = {**postgres.reading("small", 1), "PORT": str(proxy.port)}
    with databases.database(entry):
        assert Tag.objects.count() == 40
    proxy.stop()
    with databases.database({**entry, "PORT": str(postgres.proxy().port)}):
        assert Tag.objects.count() == 40
