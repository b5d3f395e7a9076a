"""The inbox: what is delivered twice is done once, for it says in its own transaction that it is done."""

from django.apps.registry import Apps
from django.db import models
from django.db.transaction import atomic


class Inbox(models.Model):
    """A photo whose task has been done."""

    photo_id = models.BigIntegerField(primary_key=True)

    class Meta:
        # A table of the lab's beside Pinsta's, in the experiment's own copy of the data.
        app_label, apps, db_table = "lab", Apps(), "lab_failure_inbox"


@atomic
def once(photo_id, work, *args):
    """Do ``work(photo_id, *args)`` unless it has been done; all of it and its row in the inbox, or nothing.

    Who comes while another does the same waits for that one's row, and finds it done or does it himself.
    """
    _, new = Inbox.objects.get_or_create(photo_id=photo_id)
    if new:
        work(photo_id, *args)
