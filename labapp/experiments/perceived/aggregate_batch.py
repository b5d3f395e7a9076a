"""Work that waits a moment for more of its kind: a table of what is to be done, and workers that look there.

Whoever posts writes a row in the transaction of the post. When the oldest row has waited for long enough, one
worker takes all of them: their notifications, words and counts are a few statements together. The effects and
the end of the rows are one transaction, so whatever happens both are there or neither is; and what a worker
that died has taken, another may take after a while.
"""

from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from time import sleep

from django.apps.registry import Apps
from django.db import models
from django.db.models import F
from django.db.transaction import atomic, on_commit
from django.utils import timezone

from labapp.experiments.perceived.defer_figures import DONE
from labapp.pinsta.models import AuthorCount, Follow, Notification, Photo, SearchWord
from labapp.pinsta.posting import make_thumbnails
from labapp.pinsta.posting.index import words
from labapp.probe.ledger import marked
from labapp.probe.tasks import doing, enqueued

LOOK = 0.05  # seconds between two looks into the table
LEASE = timedelta(seconds=30)  # after which what a worker took is anybody's again
MOST = 200  # posts at once


class Waiting(models.Model):
    """A post whose work is to be done: from ``ripe`` on, by nobody else before ``taken_until``."""

    photo_id = models.BigIntegerField(primary_key=True)
    ripe = models.DateTimeField()
    taken_until = models.DateTimeField(null=True)

    class Meta:
        # A table of the lab's beside Pinsta's, in the experiment's own copy of the data.
        app_label, apps, db_table = "lab", Apps(), "lab_waiting"


def hand_over(photo_id, within):
    """Write down, in the transaction at hand, that its work is to be done: begun after so many seconds."""
    Waiting.objects.create(photo_id=photo_id, ripe=timezone.now() + timedelta(seconds=within))
    on_commit(partial(enqueued, photo_id))  # which tells the ledger, as nobody else does here


def collect(ready):
    """Be a worker: do together what has come together; does not return."""
    ready()
    while True:
        if photos := take():
            do(photos)
        else:
            sleep(LOOK)


def take():
    """The ids of the posts that nobody has taken, when the oldest is ripe; they are this worker's now."""
    now = timezone.now()
    free = Waiting.objects.exclude(taken_until__gt=now)
    if not free.filter(ripe__lte=now).exists():
        return []
    with atomic():
        taken = free.select_for_update(skip_locked=True).order_by("photo_id")
        photos = list(taken.values_list("photo_id", flat=True)[:MOST])
        Waiting.objects.filter(photo_id__in=photos).update(taken_until=now + LEASE)
    return photos


def do(photo_ids):
    """All that these posts bring with them; on the ledger each is a task of its own, from begin to end."""
    with ExitStack() as stack:
        for photo in photo_ids:
            stack.enter_context(doing(photo))
            stack.enter_context(marked(f"{DONE}{photo}"))
        for photo in photo_ids:
            make_thumbnails(photo)
        photos = list(Photo.objects.filter(pk__in=photo_ids))
        words_of_all, notices_of_all = entries(photos), notices(photos)  # made while others may write
        with atomic():
            SearchWord.objects.bulk_create(words_of_all, ignore_conflicts=True)
            Notification.objects.bulk_create(notices_of_all)
            count(photos)
            Waiting.objects.filter(photo_id__in=photo_ids).delete()


def entries(photos):
    """The words of all captions for the search index, not stored yet."""
    return [SearchWord(photo=photo, word=word) for photo in photos for word in words(photo.caption)]


def notices(photos):
    """A Notification of each photo for each follower of its author, not stored yet; one statement."""
    followers, now = {}, timezone.now()
    follows = Follow.objects.filter(followed__in={photo.author_id for photo in photos})
    for author, follower in follows.values_list("followed", "follower"):
        followers.setdefault(author, []).append(follower)
    return [
        Notification(
            recipient_id=follower, actor_id=photo.author_id, verb=Notification.Verb.POSTED, photo=photo,
            created=now,
        )
        for photo in photos for follower in followers.get(photo.author_id, ())
    ]


def count(photos):
    """Each author's counter, once: as many more as they have posted."""
    for author, more in Counter(photo.author_id for photo in photos).items():
        counter = AuthorCount.objects.filter(author=author)
        if not counter.update(photos=F("photos") + more):
            AuthorCount.objects.get_or_create(author_id=author)
            counter.update(photos=F("photos") + more)
