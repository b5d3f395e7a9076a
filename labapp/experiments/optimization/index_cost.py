"""What an index costs whoever writes: each is one more thing to keep in order (talk 5.5)."""

from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection
from django.db.models import F, Index, Q

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, durability, scratch
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.optimization import growing
from labapp.experiments.optimization.definitions import definition, meta, name_all, show
from labapp.experiments.optimization.footprint import index_size
from labapp.experiments.optimization.sql import run, value
from labapp.experiments.optimization.wal import rehearsed, undisturbed, wal_figures
from labapp.experiments.parameters import Choice, Integer
from labapp.experiments.variant import source
from labapp.pinsta.models import Notification

TABLE, MOST = 20_000, 5_000
NOW = datetime(2024, 1, 1, tzinfo=UTC)


def prepare(rows, work):
    """The rows as they were, and no remains of those that were not."""
    put_back()
    rehearsed((rows, work), lambda: rehearse(rows, work))


def rehearse(rows, work):
    """Write, and put it back."""
    write(rows, work)
    put_back()


def put_back():
    """Undo what a call has written."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pinsta_notification WHERE id > %s", [TABLE])
        cursor.execute(RESTORE)
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM pinsta_notification")


CHANGED = """
    FROM untouched WHERE untouched.id = pinsta_notification.id
    AND (untouched.created <> pinsta_notification.created OR untouched.verb <> pinsta_notification.verb)
"""
RESTORE = f"UPDATE pinsta_notification SET created = untouched.created, verb = untouched.verb {CHANGED}"
COUNT_CHANGED = f"SELECT count(*) {CHANGED.replace('FROM', 'FROM pinsta_notification,')}"


def there(_, rows, work):
    """What is compared: the rows that were to be written, how many have changed, how many there are."""
    new = Notification.objects.filter(pk__gt=TABLE).order_by("pk")
    columns = "pk", "created", "verb", "recipient", "actor", "photo", "read"
    written = [list(each.values_list(*columns)) for each in (chosen(rows), new)]
    return [*written, value(COUNT_CHANGED), Notification.objects.count()]


def hot():
    """Updates so far that left all indexes alone; None on another database."""
    if connection.vendor != "postgresql" or connection.pg_version < 150000:
        return None
    run("SELECT pg_stat_force_next_flush()")
    return value("SELECT n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'pinsta_notification'")


index_cost = Experiment(
    "index_cost", question="What does an index cost whoever writes?", claims=["5.5"],
    parameters=[
        Integer("rows", 1000, low=1, high=MOST, help="rows written"),
        Choice("work", "insert", help="write", choices=("insert", "update created", "update verb")),
    ],
    conditions=[database(), durability(default="relaxed"), round_trip()],
    setting=lambda **_: undisturbed(),
    before=prepare,
    outcome=there,
    rate=("rows", lambda rows, **_: rows),
    figures=[
        index_size(Notification), *wal_figures(),
        Figure("HOT", "rows", "Rows that PostgreSQL updated without touching any index.", read=hot),
    ],
    includes=[
        "Times are of one statement in a transaction of its own, its commit included.",
        f"The table holds {TABLE:,} notifications and has its primary key's index and those shown.",
        "Rows to update lie all over it. On PostgreSQL its pages are 70 % full (fillfactor), so that the new "
        "version of a row finds room beside the old one.",
        "Before each call the rows are put back, and PostgreSQL's table is vacuumed. After a checkpoint the "
        "call is rehearsed, so that the log holds what changes and not whole pages.",
    ],
)


def having(*indexes):
    """The ``around`` of a variant: a copy of Pinsta whose notifications have these indexes and no others."""
    name_all(Notification, indexes)
    copy = "index cost", *map(definition, indexes)

    @contextmanager
    def around(**_):
        with scratch(copy, lambda: _make(indexes)):
            yield

    return around


def _make(indexes):
    growing.prepare(Notification)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE pinsta_notification SET (fillfactor = 70, autovacuum_enabled = off)")
        growing.refill(Notification, TABLE, indexes)
        cursor.execute("CREATE TABLE untouched AS SELECT id, created, verb FROM pinsta_notification")
    growing.analyze(Notification)


def indexed(*indexes, **options):
    """Decorator: a variant whose copy has these indexes. Its source ends in what it writes and in them."""

    def decorate(function):
        name = options.pop("name", function.__name__)
        index_cost.variant(name=name, around=having(*indexes), **options)(function)
        show(index_cost.variants[name], source(write), f'INSERT = """{INSERT}"""', meta(*indexes))
        return function

    return decorate


def chosen(rows):
    """So many notifications, from all over the table."""
    step = TABLE // rows
    return Notification.objects.alias(turn=F("pk") % step).filter(turn=0, pk__lte=step * rows).order_by("pk")


def write(rows, work):
    """The statement."""
    if work == "insert":
        step, now = TABLE // rows, connection.ops.adapt_datetimefield_value(NOW)
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [TABLE, now, step, step * rows])
    elif work == "update created":
        chosen(rows).order_by().update(created=NOW)
    else:
        chosen(rows).order_by().update(verb="shared")


INSERT = """
    INSERT INTO pinsta_notification (id, recipient_id, actor_id, verb, photo_id, created, "read")
    SELECT id + %s, recipient_id, actor_id, verb, photo_id, %s, 1 = 0
    FROM pinsta_notification WHERE id %% %s = 0 AND id <= %s
"""

BY_RECIPIENT = Index(fields=["recipient"], name="by_recipient")
BY_DATE = Index(fields=["-created", "-id"], name="by_date")
COMPOSITE = Index(fields=["recipient", "-created", "-id"], name="by_recipient_and_date")
UNREAD = Index(fields=["recipient", "-created", "-id"], condition=Q(read=False), name="unread_only")
BY_ACTOR = Index(fields=["actor"], name="by_actor")
BY_PHOTO = Index(fields=["photo"], name="by_photo")


@indexed(baseline=True, name="no index")
def no_index(rows, work):
    """Only the primary key's."""
    return write(rows, work)


@indexed(BY_RECIPIENT)
def one(rows, work):
    """As Django makes it for a foreign key."""
    return write(rows, work)


@indexed(COMPOSITE)
def composite(rows, work):
    """Wider, and created is in it."""
    return write(rows, work)


@indexed(UNREAD)
def partial(rows, work):
    """Only unread rows are in it: all new ones, one old one of ten."""
    return write(rows, work)


@indexed(BY_RECIPIENT, BY_ACTOR, BY_PHOTO, BY_DATE, COMPOSITE)
def five(rows, work):
    """Django's three for foreign keys, and two for queries."""
    return write(rows, work)
