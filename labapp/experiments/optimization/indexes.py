"""One question, the same rows, another index: what each of them spares the database (talk 5.5).

Each variant runs the same query on a copy of Pinsta with an index of its own and no other.
"""

from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.db.models import Count, Index, Q

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, keep, needs_postgresql, scratch
from labapp.experiments.experiment import Experiment
from labapp.experiments.optimization import growing
from labapp.experiments.optimization.definitions import definition, meta, name_all, show
from labapp.experiments.optimization.footprint import index_size, pages_read
from labapp.experiments.parameters import Choice, Integer
from labapp.experiments.variant import source
from labapp.pinsta.models import Notification

indexes = Experiment(
    "indexes", question="Which index answers \"what is new for me\"?", claims=["5.5"],
    parameters=[
        Integer("rows", 50_000, low=1000, high=100_000, step=1000, help="notifications in the table"),
        Integer("shown", 20, low=1, high=200, help="newest unread shown"),
        Choice("person", "popular", help="whose", choices=("popular", "quiet")),
    ],
    conditions=[database(), round_trip()],
    figures=[index_size(Notification), pages_read()],
    includes=[
        "Times are of building one query in Python, running it and reading its rows, everything in memory.",
        "The table is the seeded notifications repeated; each index is the table's only one.",
    ],
)


def having(*indexes):
    """The ``around`` of a variant: a copy of Pinsta whose notifications have these indexes and no others."""
    name_all(Notification, indexes)
    copy = "indexes", *map(definition, indexes)

    @contextmanager
    def around(rows, **_):
        with scratch(copy, _make):
            growing.resize(Notification, rows, indexes)
            yield

    return around


def indexed(*own, **options):
    """Decorator: a variant whose copy has these indexes. Its source ends in query and definition."""

    def decorate(function):
        name = options.pop("name", function.__name__)
        indexes.variant(name=name, around=having(*own), **options)(function)
        show(indexes.variants[name], source(newest_unread), meta(*own))
        return function

    return decorate


def _make():
    key_of("popular")  # while the table holds what was seeded
    growing.prepare(Notification)


def key_of(person):
    """The key of whoever has most unread notifications, or fewest."""
    return keep("who has unread notifications", _ranked)[person]


def _ranked():
    unread = Count("notifications", filter=Q(notifications__read=False))
    people = get_user_model().objects.annotate(unread=unread).filter(unread__gt=0)
    keys = people.order_by("unread", "pk").values_list("pk", flat=True)
    return {"popular": keys.last(), "quiet": keys.first()}


def newest_unread(person, shown):
    """The query: what this person has not seen yet, newest first."""
    unread = Notification.objects.filter(recipient=key_of(person), read=False)
    return list(unread.order_by("-created", "-id").values_list("created", "verb", "actor")[:shown])


@indexed(baseline=True, name="no index")
def no_index(person, shown):
    """Every row is read, those that fit are sorted."""
    return newest_unread(person, shown)


@indexed(Index(fields=["recipient"], name="by_recipient"))
def recipient(person, shown):
    """Django's own, for the foreign key: all of this person's, then sorted."""
    return newest_unread(person, shown)


@indexed(Index(fields=["-created", "-id"], name="by_date"))
def created(person, shown):
    """Newest first, of everybody, until enough of them fit."""
    return newest_unread(person, shown)


@indexed(Index(fields=["recipient", "-created", "-id"], name="by_recipient_and_date"))
def composite(person, shown):
    """This person's, in the order asked for: nothing is sorted."""
    return newest_unread(person, shown)


@indexed(Index(fields=["recipient", "-created", "-id", "read", "verb", "actor"], name="all_that_is_asked"))
def covering(person, shown):
    """All that the query asks for: the table is not visited."""
    return newest_unread(person, shown)


@indexed(
    Index(fields=["recipient", "-created", "-id"], include=["read", "verb", "actor"], name="included"),
    unavailable=needs_postgresql,
)
def include(person, shown):
    """Covering too; what is only carried along stays out of the order."""
    return newest_unread(person, shown)


@indexed(Index(fields=["recipient", "-created", "-id"], condition=Q(read=False), name="unread_only"))
def partial(person, shown):
    """Only what is unread: a smaller index, and nothing to skip."""
    return newest_unread(person, shown)
