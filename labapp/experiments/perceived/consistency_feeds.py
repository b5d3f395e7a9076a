"""Feeds that are written: a row for each reader of a photo, who is then shown the newest with one query."""

from contextlib import contextmanager
from random import sample

from django.apps.registry import Apps
from django.db import models
from django.db.models import Q
from django.utils import timezone

from labapp.experiments.deferral import shared_task
from labapp.experiments.optimization.story import make_table
from labapp.experiments.perceived.authors import authors
from labapp.experiments.perceived.defer_writers import several_writers
from labapp.pinsta.models import Follow, Photo
from labapp.probe.ledger import marked
from labapp.probe.style import counted

CIRCLE = 40  # people who use the site, at most; each follows all the others
SHOWN = 20  # photos on a page
BATCH = 20  # feeds that one statement writes
FED = "fed"  # the mark of such a batch: "fed PHOTO FEEDS"
POSTED, MERGED = "posted", "posted, for nobody's feed"  # the picture of a photo, by which these are known


class FeedEntry(models.Model):
    """A photo in the feed of a reader."""

    reader_id = models.BigIntegerField()
    photo_id = models.BigIntegerField()

    class Meta:
        # A table of the lab's beside Pinsta's, in the experiment's own copy of the data.
        app_label, apps, db_table = "lab", Apps(), "lab_feed_entry"
        constraints = [models.UniqueConstraint("reader_id", "photo_id", name="lab_one_photo_once_per_feed")]


@contextmanager
def feeds(followers, **_):
    """The setting: people who post and look, with so many followers each, and their feeds so far."""
    with several_writers():
        circle = [user for user, _ in authors(followers, CIRCLE, acquainted=True)]
        make_table(FeedEntry)
        if not FeedEntry.objects.exists():
            FeedEntry.objects.bulk_create([
                FeedEntry(reader_id=each.pk, photo_id=photo.pk) for each in circle for photo in gathered(each)
            ])  # fmt: skip
        yield


def clear(**_):
    """Before each turn: nobody has posted anything, and the feeds are as full as they were."""
    posted = Photo.objects.filter(image__in=[POSTED, MERGED])
    FeedEntry.objects.filter(photo_id__in=posted.order_by().values("pk")).delete()
    posted.delete()


# Writing


def post(request, image=POSTED):
    """The new Photo of whoever sends the form; there is no picture, as it is about the feeds."""
    board = request.user.boards.order_by("pk").first()
    return Photo.objects.create(
        author=request.user, board=board, caption=request.POST["caption"], image=image, width=4000,
        height=3000, created=timezone.now(),
    )  # fmt: skip


def fan_out(photo_id):
    """Write a photo into its author's feed, and into those of all followers, in an order that is drawn."""
    author = Photo.objects.values_list("author_id", flat=True).get(pk=photo_id)
    followers = list(Follow.objects.filter(followed=author).values_list("follower", flat=True))
    readers = [author, *sample(followers, len(followers))]
    for at in range(0, len(readers), BATCH):
        batch = [FeedEntry(reader_id=each, photo_id=photo_id) for each in readers[at : at + BATCH]]
        with marked(f"{FED} {photo_id} {len(batch)}"):
            FeedEntry.objects.bulk_create(batch, ignore_conflicts=True)


@shared_task
def fan_out_later(photo_id):
    """The same as a task."""
    fan_out(photo_id)


# Reading


def feed_of(reader):
    """The newest photos in the feed of this reader: one query."""
    entries = FeedEntry.objects.filter(reader_id=reader.pk).order_by("-photo_id")
    return newest(Photo.objects.filter(pk__in=entries.values("photo_id")[:SHOWN]))


def own(reader):
    """The newest photos that this reader has posted, from where they were stored: one query."""
    return newest(Photo.objects.filter(author=reader.pk))


def gathered(reader):
    """What the feed should be, gathered from everybody whom this reader follows: one query, a larger one."""
    followed = Follow.objects.filter(follower=reader.pk).values("followed")
    return newest(Photo.objects.filter(Q(author=reader.pk) | Q(author__in=followed)))


def newest(photos):
    """As many of them as a page shows, the last one first."""
    return list(photos.select_related("author").order_by("-pk")[:SHOWN])


def merged(*lists):
    """The newest photos of several lists, each of them once."""
    photos = {photo.pk: photo for photos in lists for photo in photos}
    return [photos[pk] for pk in sorted(photos, reverse=True)[:SHOWN]]


# The truth


def lacking(**_):
    """{photo: how many feeds lack it} of all that was posted; None for those that are in nobody's feed."""
    posted = list(Photo.objects.filter(image__in=[POSTED, MERGED]).values_list("pk", "author_id", "image"))
    readers = readers_by_author({author for _, author, _ in posted})
    entries = FeedEntry.objects.filter(photo_id__in=[photo for photo, *_ in posted])
    there = set(entries.values_list("photo_id", "reader_id"))
    return {
        photo: None if image == MERGED else sum((photo, each) not in there for each in readers[author])
        for photo, author, image in posted
    }


def fault(truth, left, **_):
    """What is wrong with this truth where so many tasks, each of one photo, were not done; or nothing."""
    incomplete = sum(bool(lacking) for lacking in truth.values())
    return f"{counted(incomplete, 'photo')} lost to some feeds" if incomplete > left else ""


def readers_by_author(people):
    """{person: everybody in whose feed their photos belong, themselves included}."""
    readers = {each: {each} for each in people}
    for followed, follower in Follow.objects.filter(followed__in=people).values_list("followed", "follower"):
        readers[followed].add(follower)
    return readers
