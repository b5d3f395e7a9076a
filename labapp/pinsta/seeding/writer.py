"""Writes a data set into an SQLite file: schema by `migrate`, rows by the driver, indexes last."""

import gc
import sqlite3
from contextlib import closing, contextmanager
from functools import cache
from itertools import chain, islice

from django.core.management import call_command
from django.db import connections

from .tables import tables

BATCH = 50  # rows a statement; SQLite before 3.32 takes 999 parameters
CHUNK = 5_000  # rows between two looks at the progress
# A file that is not finished is thrown away, so nothing in it needs to survive a crash.
HASTY = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA cache_size = -64000;
"""


def write(path, scale, seed, progress):
    """Fill the empty file at `path` with this Scale's rows; calls `progress(done, total)` on the way."""
    with without_garbage_collection():
        make_schema(path)
        make_rows(path, scale, seed, progress)


def make_rows(path, scale, seed, progress):
    """Fill the empty tables, and leave indexes, statistics and the number of rows as they should be."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(HASTY)
        database.execute("BEGIN")
        database.execute("UPDATE django_migrations SET applied = '2017-01-01 00:00:00'")
        with indexes_last(database):
            done = fill(database, tables(scale, seed), lambda done: progress(done, scale.total))
        # Two numbers of the header are free for applications; they tell which rows these are.
        database.execute(f"PRAGMA user_version = {done}")
        database.execute(f"PRAGMA application_id = {seed}")
        database.execute("COMMIT")
        database.execute("ANALYZE")


def make_schema(path):
    """Run Django's own `migrate` on the file: tables, content types, permissions, list of migrations."""
    alias = str(path)
    hasty = {"init_command": HASTY}
    connections.settings[alias] = {**connections.settings["default"], "NAME": path, "OPTIONS": hasty}
    try:
        call_command("migrate", database=alias, verbosity=0, interactive=False, skip_checks=True)
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias]


@contextmanager
def without_garbage_collection():
    """Do not look for garbage among a million living tuples."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def indexes_last(database):
    """Drop the indexes of the tables while they fill, then make them again as they were."""
    indexes = database.execute(
        "SELECT name, sql FROM sqlite_master"
        " WHERE type = 'index' AND sql IS NOT NULL AND tbl_name LIKE 'pinsta_%'"
    ).fetchall()
    for name, _ in indexes:
        database.execute(f'DROP INDEX "{name}"')
    yield
    for _, statement in indexes:
        database.execute(statement)


def fill(database, tables, progress):
    """Insert all rows, in the order given; returns how many there were."""
    done = 0
    for table, columns, rows in tables:
        rows = iter(rows)
        while batch := list(islice(rows, BATCH)):
            database.execute(insert(table, columns, len(batch)), list(chain.from_iterable(batch)))
            done += len(batch)
            if done % CHUNK < BATCH:
                progress(done)
        progress(done)
    return done


@cache
def insert(table, columns, rows):
    """The statement that inserts so many rows at once: half the cost of one statement a row."""
    marks = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([marks] * rows)}"
