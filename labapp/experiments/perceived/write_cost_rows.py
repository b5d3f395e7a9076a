"""The comments that write_cost reads, changes and adds, and the state that each of its calls begins with.

Reading and writing have one result in common: the texts of these comments. A read finds them there, a change
puts them in the place of others as long, and new comments bring them.
"""

from contextlib import contextmanager
from functools import lru_cache

from django.db import connection
from django.db.transaction import atomic

from labapp.experiments.databases import keep
from labapp.experiments.optimization.inserting_tables import COLUMNS, NEW, incoming, now
from labapp.experiments.optimization.story import text
from labapp.pinsta.models import Comment

MOST = 100  # rows
SELECT = "SELECT id, photo_id, author_id, parent_id, text, created FROM pinsta_comment WHERE id = %s"
UPDATE = "UPDATE pinsta_comment SET text = %s WHERE id = %s"
INSERT = f"INSERT INTO pinsta_comment ({COLUMNS}) VALUES (%s, %s, %s, %s)"

__all__ = [
    "INSERT", "MOST", "NEW", "SELECT", "UPDATE", "absent", "found", "incoming", "keys", "now", "other_texts",
    "texts", "there",
]  # fmt: skip


def keys(rows):
    """So many of the seeded comments, from all over the table."""
    return keep("comments to change", lambda: _spread(0))[:rows]


def bystanders(rows):
    """So many others, which are neither read nor compared."""
    return keep("other comments", lambda: _spread(1))[:rows]


def _spread(first):
    known = Comment.objects.order_by("pk").values_list("pk", flat=True)
    return list(known)[first :: len(known) // MOST][:MOST]


def added():
    """The comments that are not among the seeded ones."""
    last = keep("last comment", Comment.objects.order_by("pk").values_list("pk", flat=True).last)
    return Comment.objects.filter(pk__gt=last).order_by("pk")


@lru_cache(maxsize=4)
def texts(rows):
    """What the comments say when they have been written."""
    return [text for _, _, text in incoming(rows)]


@contextmanager
def there(rows, **_):
    """For reading: they say it already."""
    _put(rows, texts(rows))
    yield


@contextmanager
def other_texts(rows, **_):
    """For changing: they say something else, as long."""
    _put(rows, [text(len(each), f"before {number}") for number, each in enumerate(texts(rows))])
    yield


@contextmanager
def absent(rows, **_):
    """For adding: none of the new ones is there."""
    added().delete()
    yield


def found(value, rows, **_):
    """What is compared: the texts that were read, or those that the database holds after a write."""
    if value is not None:
        return value
    return [comment.text for comment in added()] or said_by(keys(rows))


def said_by(pks):
    """The texts of these comments."""
    held = Comment.objects.in_bulk(pks)
    return [held[pk].text for pk in pks]


def _put(rows, wanted):
    """These texts, unless they are there: who reads is not to come after a write."""
    added().delete()
    if said_by(keys(rows)) != wanted:
        with atomic(), connection.cursor() as cursor:
            cursor.executemany(UPDATE, list(zip(wanted, keys(rows), strict=True)))
