"""Where comments are inserted: Pinsta's table, the same without its indexes, and rows that wait to be copied.

The two tables of the lab's stand beside Pinsta's in an experiment's own copy of the data.
"""

from datetime import UTC, datetime
from functools import lru_cache

from django.apps.registry import Apps
from django.db import connection, models

from labapp.experiments.optimization.story import make_table, text, vacuum
from labapp.pinsta.models import Comment

NEW = datetime(2031, 1, 1, tzinfo=UTC)  # by this moment the comments of the experiment are known
PHOTOS, AUTHORS = 300, 50  # every data set has more of them
COLUMNS = "photo_id, author_id, text, created"


class Bare(models.Model):
    """A comment in a table with a primary key and nothing else."""

    photo_id = models.BigIntegerField()
    author_id = models.BigIntegerField()
    parent_id = models.BigIntegerField(null=True)
    text = models.TextField()
    created = models.DateTimeField()

    class Meta:
        apps = Apps()
        app_label, db_table = "lab", "lab_comment"


class Waiting(models.Model):
    """A comment that is in the database already, in a table where it is not wanted."""

    photo_id = models.BigIntegerField()
    author_id = models.BigIntegerField()
    text = models.TextField()
    created = models.DateTimeField()

    class Meta:
        apps = Apps()
        app_label, db_table = "lab", "lab_waiting"


MODELS = {"indexed": Comment, "bare": Bare}


@lru_cache(maxsize=4)
def incoming(rows):
    """The comments to insert, as (photo, author, text), always the same."""
    return [(1 + i % PHOTOS, 1 + i % AUTHORS, f"{i} {text(80, i)}") for i in range(rows)]


def now():
    """The moment at which all of them were written, in the form that the driver takes."""
    return connection.ops.adapt_datetimefield_value(NEW)


def prepare(rows):
    """Make the lab's tables, and let so many comments wait."""
    make_table(Bare)
    make_table(Waiting)
    there = Waiting.objects.count()
    Waiting.objects.bulk_create([
        Waiting(photo_id=photo, author_id=author, text=text, created=NEW)
        for photo, author, text in incoming(rows)[there:]
    ])


def take_away(model):
    """Delete the comments of the experiment; PostgreSQL also gives their space back."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE created = %s", [now()])
    vacuum(model)


def inserted(model):
    """The comments of the experiment that are there, as (photo, author, parent, text), in order."""
    found = model.objects.filter(created=NEW).order_by()
    return sorted(found.values_list("photo_id", "author_id", "parent_id", "text"), key=lambda row: row[-1])
