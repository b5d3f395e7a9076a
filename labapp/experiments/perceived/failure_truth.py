"""What is in the database when all is over: each effect of each post, counted against what it is owed."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from labapp.experiments.perceived.failure_posts import IMAGE
from labapp.pinsta.models import AuthorCount, Follow, Notification, Photo, SearchWord
from labapp.pinsta.posting.index import words
from labapp.probe.style import counted

COUNTED = "counter"


@dataclass(frozen=True)
class Truth:
    """The committed ``posts``, whether or not their authors heard of it, and what became of their effects.

    ``lost`` effects are owed and missing, ``doubled`` ones are there more often than owed, ``orphans`` are
    those of posts that were never committed. ``lacking`` and ``repeated`` are how many posts have lost or
    doubled any.
    """

    posts: int = 0
    owed: int = 0
    lost: int = 0
    doubled: int = 0
    orphans: int = 0
    lacking: int = 0
    repeated: int = 0


def count_effects(**_):
    """The Truth of the database at hand."""
    there, should = Counter(effects()), Counter(owed())
    orphans = sum(number for (photo, _), number in there.items() if photo is None)
    lost, doubled = should - there, there - should
    return Truth(
        len(_photos()), should.total(), lost.total(), doubled.total() - orphans, orphans,
        len({photo for photo, _ in lost}), len({photo for photo, _ in doubled} - {None}),
    )


def effects():
    """(photo, effect) for all that is there, as often as it is there; photo None for one that never was."""
    photos, own_of = _photos(), defaultdict(list)
    for pk, photo in sorted(photos.items()):
        own_of[photo.author_id].append(pk)
    found = list(Notification.objects.filter(photo__in=photos).values_list("photo", "recipient"))
    found += SearchWord.objects.filter(photo__in=photos).values_list("photo", "word")
    for author, number in AuthorCount.objects.filter(photos__gt=0).values_list("author", "photos"):
        own = own_of.get(author) or [None]
        found += [(pk, COUNTED) for pk in own[:number]]
        found += [(own[-1], COUNTED)] * (number - len(own))
    return found


def owed():
    """The same, once for each effect that the committed photos should have."""
    photos = _photos()
    authors = {each.author_id for each in photos.values()}
    followers = {author: [] for author in authors}
    for author, follower in Follow.objects.filter(followed__in=authors).values_list("followed", "follower"):
        followers[author].append(follower)
    for pk, photo in photos.items():
        yield from ((pk, follower) for follower in followers[photo.author_id])
        yield from ((pk, word) for word in words(photo.caption))
        yield pk, COUNTED


def _photos():
    """The committed photos by id."""
    return {each.pk: each for each in Photo.objects.filter(image=IMAGE)}


def difference(truth, left, **_):
    """What became of the posts where it is not what they are owed, in a few words; nothing where it is."""
    counts = {
        f"{counted(truth.lacking, 'post')} without all effects": truth.lacking,
        f"{truth.repeated} with some twice": truth.repeated,
        counted(truth.orphans, "orphan"): truth.orphans,
    }
    return ", ".join(said for said, number in counts.items() if number)


# Figures


def late(log, **_):
    """How many tasks had not been begun at the end of their drains."""
    return sum(not each.begins for each in log.jobs)


def total(name):
    """A function for a Figure: this of all turns together."""
    return lambda log, **_: sum(getattr(each, name) for each in log.truths)
