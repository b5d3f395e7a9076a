"""The outbox: a task is a row, written in the same transaction as what it is about, and taken from there.

A relay takes a row, does the work and deletes the row in one transaction. Whoever is killed in the middle has
done nothing and has taken nothing. The effects must be rows of the same database, too.
"""

import time
from uuid import uuid4

from django.apps.registry import Apps
from django.db import models
from django.db.transaction import atomic, on_commit

from labapp.experiments.perceived.failure_work import finish
from labapp.probe.tasks import doing, enqueued

PAUSE = 0.02  # seconds until a relay that found nothing looks again


class Outbox(models.Model):
    """A task that waits; ``task`` is its id."""

    task = models.UUIDField(default=uuid4)
    photo_id = models.BigIntegerField()
    author_id = models.BigIntegerField()

    class Meta:
        # A table of the lab's beside Pinsta's, in the experiment's own copy of the data.
        app_label, apps, db_table = "lab", Apps(), "lab_failure_outbox"


def put(photo):
    """Write the task of this photo, in the transaction that is open here."""
    row = Outbox.objects.create(photo_id=photo.pk, author_id=photo.author_id)
    on_commit(lambda: enqueued(row.task))  # the picture's queue; nobody's work depends on it


def relay(ready):
    """Do what is in the outbox, for ever."""
    ready()
    while True:
        if not (Outbox.objects.exists() and take()):
            time.sleep(PAUSE)


@atomic
def take():
    """Do one task that nobody else has taken, and delete it; whether there was one.

    PostgreSQL locks its row, and the next relay skips it. In SQLite one transaction writes at a time.
    """
    row = Outbox.objects.select_for_update(skip_locked=True).order_by("pk").first()
    if row is None:
        return False
    with doing(row.task):
        finish(row.photo_id, row.author_id)
        row.delete()
    return True
