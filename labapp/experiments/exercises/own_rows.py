"""Rows beside Pinsta's, for what is handed over and what is done: the lab's own, in the data of a check."""

from django.apps.registry import Apps
from django.db import models


class Outbox(models.Model):
    """A task that somebody will hand over, for as long as the row is there."""

    task = models.CharField(max_length=80)
    photo_id = models.BigIntegerField()

    class Meta:
        app_label, apps, db_table = "lab", Apps(), "lab_exercise_outbox"


class Done(models.Model):
    """A photo whose task has been done: there is one row for it, or none."""

    photo_id = models.BigIntegerField(primary_key=True)

    class Meta:
        app_label, apps, db_table = "lab", Outbox._meta.apps, "lab_exercise_done"


class Talk(models.Model):
    """How much is said about a photo, kept up so that nobody needs to count."""

    photo_id = models.BigIntegerField(primary_key=True)
    comments = models.PositiveIntegerField(default=0)

    class Meta:
        app_label, apps, db_table = "lab", Outbox._meta.apps, "lab_exercise_talk"
