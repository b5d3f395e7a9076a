"""The same data set in PostgreSQL: schema, rows, order, sequences, statistics."""

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import IntegrityError, connection

from labapp import databases
from labapp.pinsta import seeding
from labapp.pinsta.models import Board, Comment, Photo, Tag
from labapp.pinsta.seeding import postgres as copying
from tests.postgres import postgres, postgres_db  # noqa: F401  (fixtures)

SCHEMA = """
    SELECT 'column', table_name, column_name, concat_ws(' ', ordinal_position, data_type,
           character_maximum_length, is_nullable, column_default, identity_generation)
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'pg_stat%'
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    ORDER BY 1, 2, 3
"""


@pytest.fixture
def finished():
    """The small data set's finished file."""
    return seeding.ensure("small", 1)


@pytest.fixture
def filled(postgres_db, finished):
    """The tests' database, filled with the small data set."""
    copying.fill(postgres_db.entry, finished)
    return postgres_db


ELSEWHERE = "shop", "django_tasks_database"  # whose tables migrate does not make


def everything():
    """All rows of all models in the order of their keys, in Python's types."""
    return {
        model._meta.db_table: list(model.objects.order_by("pk").values_list())
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in ELSEWHERE
    }


def schema():
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        return cursor.fetchall()


def test_every_row_is_the_same(filled, finished):
    there = everything()
    with databases.database(finished):
        here = everything()
    assert sum(map(len, here.values())) > 3000
    assert there == here


@pytest.mark.parametrize("ordered", [
    lambda: Photo.objects.all(),
    lambda: Board.objects.all(),
    lambda: Tag.objects.all(),
    lambda: Comment.objects.order_by("text", "id"),
    lambda: get_user_model().objects.order_by("-username"),
])
def test_rows_come_in_the_same_order(filled, finished, ordered):
    there = list(ordered().values_list("pk", flat=True))
    with databases.database(finished):
        assert list(ordered().values_list("pk", flat=True)) == there


def test_the_schema_is_what_migrate_makes(postgres_db, finished):
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    migrated = schema()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    copying.fill(postgres_db.entry, finished)
    assert {kind for kind, *_ in migrated} == {"column", "constraint", "index"}
    assert schema() == migrated


def test_new_rows_get_new_numbers(filled):
    last = Tag.objects.order_by("-pk").first().pk
    assert Tag.objects.create(name="new", slug="new").pk == last + 1


def test_keys_hold(filled):
    with pytest.raises(IntegrityError, match="pinsta_tag_slug_key"):
        Tag.objects.create(name="another", slug=Tag.objects.first().slug)


def test_the_planner_knows_the_tables(filled):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples, relallvisible = relpages FROM pg_class "
                       "WHERE relkind = 'r' AND relname LIKE 'pinsta_%' ORDER BY relname")
        known = {name: (rows, clean) for name, rows, clean in cursor.fetchall()}
    assert known["pinsta_photo"] == (320, True)
    assert known["pinsta_like"] == (890, True)


def test_progress_ends_at_the_number_of_rows(postgres_db, finished):
    seen = []
    rows = copying.fill(postgres_db.entry, finished, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (rows, rows) and rows > seeding.rows(finished)


def test_a_finished_file_says_which_data_it_holds(finished, tmp_path):
    assert seeding.origin(finished) == ("small", 1)
    assert seeding.origin(seeding.ensure("small", 11)) == ("small", 11)
    other = tmp_path / "other.sqlite3"
    with databases.database(other), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE something (id integer)")
    assert seeding.origin(other) is None
