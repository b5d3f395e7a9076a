"""The posts: who makes them, what stands in the database before, and what becomes of some of them.

Each photo of a turn is of another author. So an author's counter tells of one photo, and whether it was
counted, counted twice, or counted though it never was.
"""

import os
import signal
from contextlib import contextmanager
from functools import wraps

from django.contrib.auth import get_user_model
from django.db.transaction import atomic, on_commit
from django.http import HttpResponse
from django.utils import timezone

from labapp.experiments.optimization.story import make_table
from labapp.experiments.perceived.authors import authors
from labapp.experiments.perceived.defer_writers import several_writers
from labapp.experiments.perceived.idempotence import Inbox
from labapp.experiments.perceived.outbox import Outbox
from labapp.experiments.traffic import Ask
from labapp.pinsta.models import AuthorCount, Notification, Photo, PhotoTag, SearchWord, Tag

AUTHORS = 400  # more than there are posts in a turn
IMAGE = "posted/failure.jpg"  # what all the photos here show, and how they are known
PHOTO = r'data-photo="(\d+)"'  # in an answer
TAGS = 3
CAPTION = "The harbour before anybody is awake, picture {n}"


class Refused(Exception):
    """A post that is taken back after its row was written; its transaction is rolled back."""


def asks(**_):
    """Everybody posts photos."""
    form = {"caption": CAPTION, "number": "{n}"}
    return [Ask("post", "post/", method="POST", data=form, look=PHOTO)]


def posted(request, dies=0):
    """The new Photo. Of the processes that make one, so many per cent are killed right after its COMMIT."""
    number = int(request.POST["number"])
    photo = new_photo(number, request.POST["caption"])
    if falls_to(number, dies):
        on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    return photo


def new_photo(number, caption):
    """The Photo of the author whose turn it is."""
    author = get_user_model().objects.order_by("pk")[number % AUTHORS]
    return Photo.objects.create(
        author=author, board=author.boards.order_by("pk").first(), caption=caption, image=IMAGE,
        width=1200, height=800, created=timezone.now(),
    )


def completed(request, photo, refused=0):
    """The rest of its transaction: its tags, and a check that so many per cent do not pass."""
    tags = Tag.objects.order_by("pk")[:TAGS]
    PhotoTag.objects.bulk_create(
        [PhotoTag(photo=photo, tag=tag, position=position) for position, tag in enumerate(tags)]
    )
    if falls_to(int(request.POST["number"]), refused, shift=50):
        raise Refused


def falls_to(number, share, shift=0):
    """Whether this one of the numbers belongs to a share in %; they lie as evenly as they can."""
    return (number * share + shift) % 100 < share


def answered(view):
    """The view's Photo as what its author is shown; one that was refused as well."""

    @wraps(view)
    def answer(*args, **kwargs):
        try:
            photo = view(*args, **kwargs)
        except Refused:
            return HttpResponse("<p>This photo has been refused.</p>")
        return HttpResponse(f'<p data-photo="{photo.pk}">Your photo is there.</p>')

    return answer


# The database


@contextmanager
def prepared(followers, **_):
    """The setting of the experiment: who posts is there, and SQLite can have several writers."""
    with several_writers():
        prepare(followers)
        yield


def prepare(followers, number=AUTHORS):
    """People who post, with so many followers each, a counter at 0, and the tables of the lab."""
    for model in (Inbox, Outbox):
        make_table(model)
    with atomic():
        people = [author for author, _ in authors(followers, number)]
        AuthorCount.objects.bulk_create([AuthorCount(author=each) for each in people], ignore_conflicts=True)


@atomic
def clean(**_):
    """No post has been made; before every turn."""
    for rows in (
        Inbox.objects, Outbox.objects, SearchWord.objects, Notification.objects.filter(verb="posted"),
        PhotoTag.objects.filter(photo__image=IMAGE), Photo.objects.filter(image=IMAGE),
    ):
        rows.all()._raw_delete("default")  # nothing else refers to them
    AuthorCount.objects.update(photos=0)
