"""What is written when one column changes, by way of writing it and by width of the row (talk 5.3)."""

import re
from contextlib import contextmanager, nullcontext
from hashlib import sha256

from django.db import connection
from django.db.models import F
from django.db.transaction import atomic

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, durability
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.optimization.story import MODELS, prepare, rewrite, vacuum
from labapp.experiments.optimization.wal import rehearsed, undisturbed, wal_figures
from labapp.experiments.parameters import Choice, Integer


@contextmanager
def stories(rows, width, **_):
    """The table, with rows enough."""
    prepare(MODELS[width], rows)
    with undisturbed():
        yield


def unseen(rows, width, **_):
    """Before every call: nobody has looked at any story, so that every call changes every row again."""
    MODELS[width].objects.filter(pk__lte=rows).exclude(views=0).update(views=0)
    vacuum(MODELS[width])
    rehearsed((rows, width), lambda: rewrite(MODELS[width], rows))


def contents(_, rows, width, **__):
    """What the rows hold afterwards: (pk, views, a checksum of the text)."""
    found = MODELS[width].objects.filter(pk__lte=rows).order_by("pk").values_list("pk", "views", "text")
    return [(pk, views, sha256(text.encode()).hexdigest()[:16]) for pk, views, text in found]


def updates(recording):
    """The UPDATEs among the recorded queries."""
    return [query for query in recording.queries if query.kind == "update"]


def assignments(sql):
    """How many columns an UPDATE sets."""
    part = re.split(r"\bSET\b|\bWHERE\b", sql)[1]
    while "(" in part:
        part = re.sub(r"\([^()]*\)", "", part)
    return part.count("=")


def columns(recording, _, **__):
    """Columns written, of all rows together."""
    return sum(assignments(query.sql) * query.written for query in updates(recording))


def values(recording, _, **__):
    """Values sent with the UPDATEs, keys included."""
    return sum(len(query.params or ()) * query.statements for query in updates(recording))


def changed(recording, _, **__):
    """Rows that the UPDATEs wrote."""
    return sum(query.written for query in updates(recording))


save_columns = Experiment(
    "save_columns", question="One column changes. What is written?", claims=["5.3"],
    parameters=[
        Integer("rows", 100, low=1, high=1_000, help="rows that change"),
        Choice("width", "narrow", help="a row is", choices=tuple(MODELS)),
        Choice("commit", "once", help="commit", choices=("once", "each statement")),
    ],
    conditions=[database(writes=True), durability(), round_trip()],
    setting=stories, before=unseen, outcome=contents,
    figures=[
        Figure("columns", help="Columns written, of all rows together.", of=columns),
        Figure("values", help="Values sent with the UPDATEs, keys included.", of=values),
        Figure("rows written", help="Rows that the UPDATEs changed.", of=changed),
        *wal_figures(),
    ],
    rate=("rows", lambda rows, **_: rows),
    includes=[
        "Times are of reading the rows where a variant reads them, of changing them, and of the commit.",
        "Before every call the rows are put back, so that each call changes every row; that is not timed.",
    ],
)


def committing(commit):
    """One transaction around all, or Django's default: every statement is its own."""
    return atomic() if commit == "once" else nullcontext()


@save_columns.variant(baseline=True, name="save()")
def save(rows, width, commit):
    """Every column of the row, changed or not."""
    with committing(commit):
        for story in MODELS[width].objects.filter(pk__lte=rows):
            story.views += 1
            story.save()


@save_columns.variant(name="save(update_fields)")
def update_fields(rows, width, commit):
    """Only the column that is named."""
    with committing(commit):
        for story in MODELS[width].objects.filter(pk__lte=rows):
            story.views += 1
            story.save(update_fields=["views"])


@save_columns.variant(name="update()")
def update(rows, width, commit):
    """The same statement without save()'s machinery."""
    model = MODELS[width]
    with committing(commit):
        for story in model.objects.filter(pk__lte=rows):
            model.objects.filter(pk=story.pk).update(views=story.views + 1)


@save_columns.variant
def bulk_update(rows, width, commit):
    """All rows in few statements, each with a long CASE."""
    model = MODELS[width]
    with committing(commit):
        seen = list(model.objects.filter(pk__lte=rows))
        for story in seen:
            story.views += 1
        model.objects.bulk_update(seen, ["views"])


@save_columns.variant(name="F()")
def expression(rows, width, commit):
    """One statement; nothing is read, the database adds."""
    with committing(commit):
        MODELS[width].objects.filter(pk__lte=rows).update(views=F("views") + 1)


@save_columns.variant
def cursor(rows, width, commit):
    """Two columns read, one written, by hand."""
    table = MODELS[width]._meta.db_table
    with committing(commit), connection.cursor() as cursor:
        cursor.execute(f"SELECT id, views FROM {table} WHERE id <= %s", [rows])
        for pk, views in cursor.fetchall():
            cursor.execute(f"UPDATE {table} SET views = %s WHERE id = %s", [views + 1, pk])
