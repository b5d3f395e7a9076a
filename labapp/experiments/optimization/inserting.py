"""Rows per second by the way in which they are inserted (talk 5.4)."""

from contextlib import contextmanager
from hashlib import sha256

from django.db import connection
from django.db.transaction import atomic

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, durability, needs_postgresql
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.optimization.inserting_tables import (
    COLUMNS,
    MODELS,
    NEW,
    incoming,
    inserted,
    now,
    prepare,
    take_away,
)
from labapp.experiments.optimization.wal import rehearsed, undisturbed, wal_figures
from labapp.experiments.parameters import Choice, Integer


@contextmanager
def setting(rows, table, **_):
    """The tables; and afterwards nothing of ours in them."""
    prepare(rows)
    with undisturbed():
        yield
    take_away(MODELS[table])


def empty(rows, table, **_):
    """Before every call: none of these comments is there."""
    take_away(MODELS[table])
    rehearsed((rows, table), lambda: rehearse(rows, table))


def rehearse(rows, table):
    """Insert them, and take them away again."""
    insert_select(rows, table)
    take_away(MODELS[table])


def contents(_, table, **__):
    """What is there afterwards: how many rows, and a checksum of what they say."""
    rows = inserted(MODELS[table])
    return {"rows": len(rows), "checksum": sha256(repr(rows).encode()).hexdigest()[:16]}


bulk_insert = Experiment(
    "bulk_insert", question="Many rows at once: how fast, by which way?", claims=["5.4"],
    parameters=[
        Integer("rows", 100, low=1, high=1_000, help="comments to insert"),
        Integer("batch", 100, low=1, high=1_000, help="rows in a statement of bulk_create()"),
        Choice("table", "indexed", help="table", choices=tuple(MODELS)),
    ],
    conditions=[database(writes=True), durability(), round_trip()],
    setting=setting, before=empty, outcome=contents,
    figures=[
        Figure(
            "rows there", help="Rows found in the table after the recorded call.",
            of=lambda recording, value, table, **_: len(inserted(MODELS[table])),
        ),
        *wal_figures(),
    ],
    rate=("rows", lambda rows, **_: rows),
    includes=[
        "Times are of making models where a variant makes them, of inserting, and of the commit.",
        "Before every call the rows are deleted again; that is not timed.",
        "The indexed table is Pinsta's: three foreign keys and their indexes. The bare one has neither.",
    ],
)


def comments(rows, table):
    """The models, not saved."""
    model = MODELS[table]
    for photo, author, text in incoming(rows):
        yield model(photo_id=photo, author_id=author, text=text, created=NEW)


def insert(table):
    """The statement that inserts one row, for the driver."""
    return f"INSERT INTO {MODELS[table]._meta.db_table} ({COLUMNS}) VALUES (%s, %s, %s, %s)"


@bulk_insert.variant(baseline=True, name="save()")
def save(rows, table):
    """Django's default: a statement and a commit for each."""
    for comment in comments(rows, table):
        comment.save()


@bulk_insert.variant(name="save(), atomic()")
def save_together(rows, table):
    """A statement for each, one commit."""
    with atomic():
        for comment in comments(rows, table):
            comment.save()


@bulk_insert.variant
def bulk_create(rows, batch, table):
    """Many rows in a statement, models all the same."""
    MODELS[table].objects.bulk_create(comments(rows, table), batch_size=batch)


@bulk_insert.variant
def executemany(rows, table):
    """The driver repeats one statement; no models."""
    moment = now()
    with atomic(), connection.cursor() as cursor:
        cursor.executemany(insert(table), [(*row, moment) for row in incoming(rows)])


@bulk_insert.variant(name="COPY", unavailable=needs_postgresql)
def copy(rows, table):
    """One statement, rows as a stream."""
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {MODELS[table]._meta.db_table} ({COLUMNS}) FROM STDIN") as copy:
            for row in incoming(rows):
                copy.write_row((*row, NEW))


@bulk_insert.variant(name="INSERT … SELECT")
def insert_select(rows, table):
    """The rows are in another table already: none crosses the wire."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {MODELS[table]._meta.db_table} ({COLUMNS})"
            f" SELECT {COLUMNS} FROM lab_waiting WHERE id <= %s ORDER BY id", [rows],
        )
