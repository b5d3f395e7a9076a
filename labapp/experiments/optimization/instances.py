"""What rows become: models, dictionaries, tuples, and what each costs in time and memory (talk 5.2)."""

from datetime import UTC
from operator import attrgetter, itemgetter

from django.db import connection

from labapp.experiments.conditions import garbage, round_trip
from labapp.experiments.databases import database, keep
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Photo

COLUMNS = ("id", "caption", "image", "width", "height", "author_id", "board_id", "created")


def used(columns):
    """The names of the columns that the page uses."""
    return COLUMNS[:columns]


def contents(rows, /, columns, **_):
    """What is compared: the columns that the page uses, as plain tuples."""
    first = next(iter(rows), ())
    if isinstance(first, tuple):
        return [tuple(row) for row in rows]
    get = itemgetter if isinstance(first, dict) else attrgetter
    takes = [get(name) for name in used(columns)]
    return [tuple(take(row) for take in takes) for row in rows]


def amount(rows, **_):
    """The rows that one call reads: as many as asked for, or all there are."""
    return min(rows, keep("photos", Photo.objects.count))


instances = Experiment(
    "instances", question="What does it cost to make models of rows?", claims=["5.2"],
    parameters=[
        Integer("rows", 500, low=1, high=4500, help="photos read"),
        Integer("columns", 4, low=1, high=len(COLUMNS), help="columns the page uses"),
    ],
    conditions=[database(), garbage(), round_trip()],
    outcome=contents,
    rate=("rows", amount),
    memory=True,
    includes=[
        "Times are of the query, fetching, and making what a variant is named after; no page uses it then.",
        "The eighth column, created, is a date, which is read in Python code on both databases.",
        "Memory is the peak of what Python allocated in one call; what the database's library keeps for "
        "itself is not in it.",
    ],
)


def oldest(rows):
    """The queryset that all begin with."""
    return Photo.objects.order_by("pk")[:rows]


@instances.variant(baseline=True)
def models(rows):
    """Whole models, every column."""
    return list(oldest(rows))


@instances.variant(name="only()")
def only(rows, columns):
    """Models of what is used.

    Any other column would be asked for row by row.
    """
    return list(Photo.objects.only(*used(columns)).order_by("pk")[:rows])


@instances.variant
def iterator(rows, columns):
    """Models, one at a time.

    What the page uses of each is kept as a tuple, and the model goes.
    """
    takes = [attrgetter(name) for name in used(columns)]
    return [tuple(take(photo) for take in takes) for photo in oldest(rows).iterator()]


@instances.variant(name="values()")
def values(rows, columns):
    """A dictionary for each row."""
    return list(oldest(rows).values(*used(columns)))


@instances.variant(name="values_list()")
def values_list(rows, columns):
    """A tuple for each row."""
    return list(oldest(rows).values_list(*used(columns)))


@instances.variant(name="named values_list()")
def named(rows, columns):
    """Tuples with names."""
    return list(oldest(rows).values_list(*used(columns), named=True))


@instances.variant(name="raw()")
def raw(rows, columns):
    """Your SQL, still models."""
    return list(Photo.objects.raw(statement(columns), [rows]))


@instances.variant
def cursor(rows, columns):
    """Your SQL, the driver's tuples."""
    with connection.cursor() as cursor:
        cursor.execute(statement(columns), [rows])
        found = cursor.fetchall()
    return dated(found) if "created" in used(columns) else found


def statement(columns):
    """The query written by hand."""
    return f"SELECT {', '.join(used(columns))} FROM pinsta_photo ORDER BY id LIMIT %s"


def dated(found):
    """Rows whose last column is a date: SQLite keeps no time zone, so a cursor gives dates without one."""
    if connection.vendor != "sqlite":
        return found
    return [(*row[:-1], row[-1].replace(tzinfo=UTC)) for row in found]
