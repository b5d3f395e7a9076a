"""What posts leave behind: put back before each turn, counted after it in the database and on disk."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db.models import Max
from django.db.transaction import atomic
from PIL import Image, UnidentifiedImageError

from labapp.experiments.homes import keep
from labapp.experiments.perceived.authors import authors
from labapp.experiments.traffic.site import media
from labapp.pinsta.models import AuthorCount, Follow, Notification, Photo, SearchWord
from labapp.pinsta.posting.index import words
from labapp.pinsta.posting.thumbnails import SIZES, thumbnail
from labapp.probe.style import counted

MOST = 40  # people who post


@dataclass(frozen=True)
class Effects:
    """What is there of so many ``posts``.

    ``complete`` of them have exactly their effects. ``lacking`` and ``surplus`` have by the kind of effect
    ("thumbnails", "words", "notifications", "counts") how many posts have less or more of it.
    """

    posts: int
    complete: int
    lacking: dict = field(default_factory=dict)
    surplus: dict = field(default_factory=dict)

    def fault(self, left=0):
        """In a few words what is there and must not be, or is missing beyond the works that are left."""
        more, less = _listed(self.surplus), _listed(self.lacking)
        return f"too many {more}" if more else f"missing {less}" if self.posts - self.complete > left else ""


def _listed(kinds):
    return ", ".join(f"{kind} of {counted(number, 'post')}" for kind, number in kinds.items() if number)


def agrees(effects, left, **_):
    """For ``agrees=``: what is wrong with the Effects of a turn that ended with so many works left."""
    return effects.fault(left)


def put_back(followers, **_):
    """For ``before=``: the authors have so many followers, and nothing that was posted is there any more."""
    authors(followers, MOST)
    last = last_seeded()
    posted = Photo.objects.filter(pk__gt=last)
    with atomic():
        # A thread of the site may still be at work on one: what it adds from now on waits, and is refused.
        list(posted.order_by("pk").select_for_update().values_list("pk"))
        for model in (Notification, SearchWord):
            model.objects.filter(photo__gt=last).delete()
        posted.delete()
        AuthorCount.objects.all().delete()


def last_seeded():
    """The id of the last photo that was there before anybody posted one."""
    return keep("the last photo before posting", lambda: Photo.objects.aggregate(Max("pk"))["pk__max"] or 0)


def count_effects(**_):
    """For ``truth=``: the Effects of all that was posted since then.

    What follows from posts is read before the posts: where the site is still at work on some, they lack
    something, and nothing seems to be there for no post at all.
    """
    last = last_seeded()
    counts = Counter(dict(AuthorCount.objects.values_list("author", "photos")))
    notified = Notification.objects.filter(verb=Notification.Verb.POSTED)
    told, indexed = _by_photo(notified, last, "recipient"), _by_photo(SearchWord.objects, last, "word")
    photos = list(Photo.objects.filter(pk__gt=last).order_by("pk"))
    known, too_often = _counted(photos, counts)
    return _effects(photos, known, too_often, {
        "thumbnails": {each.pk: (_missing_sizes(each), 0) for each in photos},
        "words": {each.pk: _difference(Counter(words(each.caption)), indexed[each.pk]) for each in photos},
        "notifications": _notifications(photos, told),
    })  # fmt: skip


def _effects(photos, known, too_often, differences):
    """The Effects for {kind: {photo's id: (how many are missing, how many are too many)}}."""
    lacking = {kind: {pk for pk, (less, _) in each.items() if less} for kind, each in differences.items()}
    surplus = {kind: {pk for pk, (_, more) in each.items() if more} for kind, each in differences.items()}
    right = len(photos) - len(set().union(*lacking.values(), *surplus.values()))
    return Effects(
        len(photos), max(0, min(right, known) - too_often),
        {kind: len(each) for kind, each in lacking.items()} | {"counts": len(photos) - known},
        {kind: len(each) for kind, each in surplus.items()} | {"counts": too_often},
    )


def _notifications(photos, told):
    """{photo's id: (followers who were not told, notifications too many)}."""
    followers = defaultdict(Counter)
    follows = Follow.objects.filter(followed__in={each.author_id for each in photos})
    for author, follower in follows.values_list("followed", "follower"):
        followers[author][follower] = 1
    return {each.pk: _difference(followers[each.author_id], told[each.pk]) for each in photos}


def _counted(photos, counts):
    """(posts that their author's counter knows of, how many more the counters say)."""
    posted = Counter(each.author_id for each in photos)
    return (posted & counts).total(), (counts - posted).total()


def _by_photo(rows, last, column):
    """{photo's id: how often it has each value} of the photos after the last one."""
    found = defaultdict(Counter)
    for photo, value in rows.filter(photo__gt=last).values_list("photo", column):
        found[photo][value] += 1
    return found


def _missing_sizes(photo):
    """How many of its sizes have no file, or one that is not of that size."""
    return sum(not _is_there(photo, size) for size in SIZES)


def _difference(wanted, there):
    """(how many are missing, how many are too many), each counted."""
    return (wanted - there).total(), (there - wanted).total()


def _is_there(photo, size):
    path = Path(media() or settings.MEDIA_ROOT, thumbnail(photo.image, size))
    try:
        with Image.open(path) as image:
            return max(image.size) == min(size, max(photo.width, photo.height))
    except (OSError, UnidentifiedImageError):
        return False
