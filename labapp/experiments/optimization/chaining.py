"""Many filters: chained, in one call, in one Q, by hand (talk 5.1).

The advice of 2012 was to avoid long chains, as each ``filter()`` copied every condition before it.
Django 1.6 made that copy cheap, and the advice expired: ``chaining_history`` has the versions side by side,
measured elsewhere.
"""

from datetime import UTC, datetime
from functools import cache

from django.db import connection
from django.db.models import Q

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.optimization.chaining_parts import REPEATS, parts
from labapp.experiments.parameters import Integer
from labapp.experiments.variant import wanted
from labapp.pinsta.models import Photo
from labapp.reference import reference

COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
# None of these columns has an index: whatever the conditions are, the database goes by the key.
LIMITS = {
    "width": {"gt": 0, "gte": 0, "lt": 10**9, "lte": 10**9},
    "height": {"gt": 0, "gte": 0, "lt": 10**9, "lte": 10**9},
    "created": {name: datetime(2000 if name[0] == "g" else 2100, 1, 1, tzinfo=UTC) for name in COMPARISONS},
    "caption": {"gt": "", "gte": ""},
    "image": {"gt": "", "gte": ""},
}

chaining_history = reference("chaining")


def contents(photos, **_):
    """What is compared: keys and captions, whether models or tuples hold them."""
    return [(row.pk, row.caption) if isinstance(row, Photo) else tuple(row[:2]) for row in photos]


def part(name):
    """The figure of one part, in µs, of the variant that a recording is of."""

    def of(recording, value, **parameters):
        return getattr(_parts_of(recording, parameters), name)

    return of


_clocked = {}


def _parts_of(recording, parameters):
    """The Parts, clocked once for the three figures of a recording."""
    if _clocked.get("recording") is not recording:
        function = chaining.variants[recording.label].function
        arguments = {name: parameters[name] for name in wanted(function, parameters)}
        _clocked.update(recording=recording, parts=parts(lambda: function(**arguments)))
    return _clocked["parts"]


chaining = Experiment(
    "chaining", question="Is it slow to chain filters?", claims=["5.1"],
    parameters=[
        Integer("filters", 20, low=1, high=20, help="conditions"),
        Integer("rows", 20, low=1, high=200, help="photos found"),
    ],
    conditions=[database(), round_trip()],
    outcome=contents,
    figures=[
        Figure("build", "µs", "Making the queryset, nothing else.", of=part("build")),
        Figure("compile", "µs", "Turning the queryset into SQL.", of=part("compile")),
        Figure("run", "µs", "Asking the database and making models of its rows.", of=part("run")),
    ],
    includes=[
        "Times are of building the queryset, compiling its SQL, asking, and making models of the rows.",
        f"Build, compile and run are the quickest of up to {REPEATS} calls of their own, without recorder "
        "and round trip: together less than the latency.",
        "Avoiding long chains was good advice up to Django 1.5; it expired with 1.6 (see chaining_history).",
    ],
)


@cache
def conditions(filters, rows):
    """So many conditions of a search form, as lookups: the first leaves so many rows, and these fulfil all.

    In the order in which Q puts names, so that all variants ask the same SQL.
    """
    limits = {"pk": {"lte": rows, "gte": 1, "gt": 0, "lt": rows + 1}, **LIMITS}
    every = [(f"{field}__{name}", value) for field in limits for name, value in limits[field].items()]
    return dict(sorted(every[:filters]))


@chaining.variant(baseline=True, name="one filter()")
def one_filter(filters, rows):
    """All in one call."""
    return Photo.objects.order_by("pk").filter(**conditions(filters, rows))


@chaining.variant
def chained(filters, rows):
    """Each filter() is a copy."""
    photos = Photo.objects.order_by("pk")
    for lookup, value in conditions(filters, rows).items():
        photos = photos.filter(**{lookup: value})
    return photos


@chaining.variant(name="one Q")
def one_q(filters, rows):
    """All in one Q, one filter()."""
    return Photo.objects.order_by("pk").filter(Q(**conditions(filters, rows)))


@chaining.variant(name="raw cursor")
def raw_cursor(filters, rows):
    """Your SQL, no models."""
    where, params = [], []
    for lookup, value in conditions(filters, rows).items():
        column, comparison = lookup.split("__")
        where.append(f"{'id' if column == 'pk' else column} {COMPARISONS[comparison]} %s")
        params.append(value)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM pinsta_photo WHERE {' AND '.join(where)} ORDER BY id", params)
        return cursor.fetchall()


COLUMNS = "id, caption, image, width, height, author_id, board_id, created"
