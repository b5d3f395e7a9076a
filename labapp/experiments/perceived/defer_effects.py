"""What posts leave behind: put back before each turn, counted after it in the database and on disk."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db.models import Max
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
    for model in (Notification, SearchWord):
        model.objects.filter(photo__gt=last).delete()
    Photo.objects.filter(pk__gt=last).delete()
    AuthorCount.objects.all().delete()


def last_seeded():
    """The id of the last photo that was there before anybody posted one."""
    return keep("the last photo before posting", lambda: Photo.objects.aggregate(Max("pk"))["pk__max"] or 0)


def count_effects(**_):
    """For ``truth=``: the Effects of all that was posted since then."""
    photos = list(Photo.objects.filter(pk__gt=last_seeded()).order_by("pk"))
    lacking, surplus = {}, {}
    for kind, differences in (
        ("thumbnails", thumbnails_of(photos)), ("words", words_of(photos)),
        ("notifications", notifications_of(photos)),
    ):
        lacking[kind] = {photo for photo, (less, _more) in differences.items() if less}
        surplus[kind] = {photo for photo, (_less, more) in differences.items() if more}
    wrong = set().union(*lacking.values(), *surplus.values())
    known, too_often = counts_of(photos)
    return Effects(
        len(photos), max(0, min(len(photos) - len(wrong), known) - too_often),
        {kind: len(each) for kind, each in lacking.items()} | {"counts": len(photos) - known},
        {kind: len(each) for kind, each in surplus.items()} | {"counts": too_often},
    )


def notifications_of(photos):
    """{photo's id: (followers who were not told, notifications too many)}."""
    followers = defaultdict(Counter)
    follows = Follow.objects.filter(followed__in={each.author_id for each in photos})
    for author, follower in follows.values_list("followed", "follower"):
        followers[author][follower] = 1
    told = _by_photo(Notification.objects.filter(verb=Notification.Verb.POSTED), photos, "recipient")
    return {each.pk: _difference(followers[each.author_id], told[each.pk]) for each in photos}


def words_of(photos):
    """{photo's id: (words that the index lacks, words that it has beyond the caption's)}."""
    there = _by_photo(SearchWord.objects, photos, "word")
    return {each.pk: _difference(Counter(words(each.caption)), there[each.pk]) for each in photos}


def thumbnails_of(photos):
    """{photo's id: (sizes whose file is missing or not of that size, 0)}."""
    return {each.pk: (sum(not _is_there(each, size) for size in SIZES), 0) for each in photos}


def counts_of(photos):
    """(posts that their author's counter knows of, how many more the counters say)."""
    posted = Counter(each.author_id for each in photos)
    said = Counter(dict(AuthorCount.objects.values_list("author", "photos")))
    return (posted & said).total(), (said - posted).total()


def _by_photo(rows, photos, column):
    found = defaultdict(Counter)
    for photo, value in rows.filter(photo__in=photos).values_list("photo", column):
        found[photo][value] += 1
    return found


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
