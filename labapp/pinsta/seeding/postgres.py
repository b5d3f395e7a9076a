"""Fills a PostgreSQL database with a finished data set: schema by `migrate`, rows by COPY, indexes last."""

import csv
import sqlite3
from contextlib import closing, contextmanager
from io import StringIO
from itertools import islice

from django.core.management import call_command
from django.db import connections
from psycopg import sql

from .writer import without_garbage_collection

CHUNK = 5_000  # rows between two looks at the progress

CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype = 'f'
    FROM pg_constraint
    WHERE connamespace = current_schema()::regnamespace AND contype IN ('p', 'u', 'f')
    ORDER BY contype = 'f', oid
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
    ORDER BY indexrelid
"""
COLUMNS = """
    SELECT column_name, is_nullable = 'NO', is_identity = 'YES'
    FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = %s
    ORDER BY ordinal_position
"""


def fill(entry, path, progress=None):
    """
    Fill the empty database of `entry` (as in DATABASES) from the finished file at `path`: the same rows.

    What is there afterwards is what `migrate` makes, with statistics and nothing left to vacuum. Returns the
    number of rows copied, those of Django's own tables included; `progress(done, total)` is called meanwhile.
    """
    with _connected(entry) as alias:
        call_command("migrate", database=alias, verbosity=0, interactive=False, skip_checks=True)
        target = connections[alias].connection
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source:
            with without_garbage_collection(), target.transaction(), target.cursor() as cursor:
                done = _copy_all(source, cursor, progress or (lambda done, total: None))
        target.execute("VACUUM (ANALYZE)")
    return done


@contextmanager
def _connected(entry):
    """An alias of its own for the database, closed and forgotten at the end."""
    alias = f"filling {entry['NAME']}"
    connections.settings[alias] = {**connections.settings["default"], "OPTIONS": {}, **entry}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias]


def _copy_all(source, cursor, progress):
    tables = _tables(source)
    total = sum(count for _, count in tables)
    done = 0
    # As text, SQLite's times name no zone: they are UTC.
    cursor.execute("SET LOCAL timezone = 'UTC'")
    with _constraints_last(cursor):
        names = sql.SQL(", ").join(sql.Identifier(table) for table, _ in tables)
        cursor.execute(sql.SQL("TRUNCATE {}").format(names))
        for table, _ in tables:
            for rows in _copy(source, cursor, table):
                done += rows
                progress(done, total)
    return done


def _tables(source):
    """The tables of the file, each with the number of its rows."""
    found = source.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
    ).fetchall()
    return [(name, source.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for (name,) in found]


def _copy(source, cursor, table):
    """Copy one table in the order of its rows, and set its sequence; yields the number of rows, in parts."""
    columns = cursor.execute(COLUMNS, [table]).fetchall()
    names = [name for name, _, _ in columns]
    # In CSV nothing and the empty text look alike; a column that is never empty has texts only.
    never_null = [name for name, required, _ in columns if required]
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, FREEZE, FORCE_NOT_NULL ({}))").format(
        sql.Identifier(table), _list(names), _list(never_null)
    )
    quoted = ", ".join(f'"{name}"' for name in names)
    rows = source.execute(f'SELECT {quoted} FROM "{table}" ORDER BY rowid')
    with cursor.copy(command) as copy:
        while batch := list(islice(rows, CHUNK)):
            text = StringIO()
            csv.writer(text).writerows(batch)
            copy.write(text.getvalue())
            yield len(batch)
    for name in (name for name, _, counted in columns if counted):
        cursor.execute(
            sql.SQL("SELECT setval(pg_get_serial_sequence({}, {}), max({})) FROM {}").format(
                sql.Literal(table), sql.Literal(name), sql.Identifier(name), sql.Identifier(table)
            )
        )


def _list(names):
    return sql.SQL(", ").join(map(sql.Identifier, names))


@contextmanager
def _constraints_last(cursor):
    """Drop indexes, keys and foreign keys while the tables fill, then make them again as they were."""
    constraints = cursor.execute(CONSTRAINTS).fetchall()
    indexes = cursor.execute(INDEXES).fetchall()
    for table, name, _, _ in reversed(constraints):
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for table, name, definition, is_foreign in constraints:
        if not is_foreign:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for _, definition in indexes:
        cursor.execute(definition)
    for table, name, definition, is_foreign in constraints:
        if is_foreign:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
