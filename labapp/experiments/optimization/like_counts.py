"""Ways to keep the number of each photo's likes beside them: a table, a trigger, a materialized view.

They are made in the copy of the data that an experiment works on, and dropped at its end.
"""

from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

from labapp.experiments.optimization.sql import run, value
from labapp.pinsta.models import Like


@contextmanager
def kept():
    """Inside the block there is the table ``like_count``, on PostgreSQL also the view ``like_count_view``."""
    _run_all(DROP)
    _run_all(MAKE)
    try:
        yield
    finally:
        _run_all(DROP)


@contextmanager
def trigger(**_):
    """Inside the block the database itself keeps ``like_count`` right when a like is added."""
    _run_all(TRIGGER)
    try:
        yield
    finally:
        _run_all(NO_TRIGGER)


@contextmanager
def new_likes(photo, number):
    """Inside the block the photo has so many likes more, counted in the table, and unknown to the view."""
    last = Like.objects.order_by("-pk").values_list("pk", flat=True).first()
    with transaction.atomic():
        for user in newcomers(photo, number):
            like_and_count(user, photo)
    try:
        yield
    finally:
        Like.objects.filter(pk__gt=last).delete()


def newcomers(photo, number):
    """The first people who have not liked this photo yet."""
    people = get_user_model().objects.exclude(likes__photo=photo).order_by("pk")
    return list(people.values_list("pk", flat=True)[:number])


def like(user, photo):
    """The like alone."""
    Like.objects.create(user_id=user, photo_id=photo, created=timezone.now())


def like_and_count(user, photo):
    """The like, and one more on the stored counter: both or neither."""
    with transaction.atomic():
        like(user, photo)
        run("UPDATE like_count SET likes = likes + 1 WHERE photo_id = %s", photo)


def missing(recording, answer, **_):
    """How many likes of these photos are not in the answer, which is a list of (photo, likes)."""
    counts = dict(answer)
    return Like.objects.filter(photo__in=counts).count() - sum(counts.values())


def stored(photo):
    """What the stored counter says."""
    return value("SELECT likes FROM like_count WHERE photo_id = %s", photo)


def viewed(photo):
    """What the materialized view says, right or old."""
    return value("SELECT likes FROM like_count_view WHERE photo_id = %s", photo)


def _run_all(statements):
    """The statements for the kind of database at hand, in one transaction."""
    with transaction.atomic():
        for statement in statements["both"] + statements.get(connection.vendor, []):
            run(statement)


COUNTED = """
    SELECT p.id AS photo_id, count(l.id) AS likes FROM pinsta_photo p
    LEFT JOIN pinsta_like l ON l.photo_id = p.id GROUP BY p.id
"""

MAKE = {
    "both": [
        "CREATE TABLE like_count (photo_id integer PRIMARY KEY, likes integer NOT NULL)",
        f"INSERT INTO like_count {COUNTED}",
        "CREATE INDEX like_count_most ON like_count (likes DESC, photo_id DESC)",
    ],
    "postgresql": [
        f"CREATE MATERIALIZED VIEW like_count_view AS {COUNTED}",
        "CREATE UNIQUE INDEX like_count_view_photo ON like_count_view (photo_id)",
        "CREATE INDEX like_count_view_most ON like_count_view (likes DESC, photo_id DESC)",
        "ANALYZE like_count",
        "ANALYZE like_count_view",
        """CREATE FUNCTION like_counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE like_count SET likes = likes + 1 WHERE photo_id = NEW.photo_id; RETURN NEW; END $$""",
    ],
}

DROP = {
    "both": ["DROP TABLE IF EXISTS like_count"],
    "sqlite": ["DROP TRIGGER IF EXISTS like_counted"],
    "postgresql": [
        "DROP MATERIALIZED VIEW IF EXISTS like_count_view",
        "DROP FUNCTION IF EXISTS like_counted CASCADE",
    ],
}

TRIGGER = {
    "both": [],
    "sqlite": [
        """CREATE TRIGGER like_counted AFTER INSERT ON pinsta_like BEGIN
        UPDATE like_count SET likes = likes + 1 WHERE photo_id = NEW.photo_id; END"""
    ],
    "postgresql": [
        "CREATE TRIGGER like_counted AFTER INSERT ON pinsta_like FOR EACH ROW EXECUTE FUNCTION like_counted()"
    ],
}

NO_TRIGGER = {
    "both": [],
    "sqlite": ["DROP TRIGGER like_counted"],
    "postgresql": ["DROP TRIGGER like_counted ON pinsta_like"],
}
