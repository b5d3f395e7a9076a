"""People who post: so many, with exactly so many followers each and a board to post to."""

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db.models import Count
from django.db.transaction import atomic
from django.utils import timezone

from labapp import probe
from labapp.pinsta.models import Board, Follow, Profile

BATCH = 500  # rows in a statement


def authors(followers, number=20, acquainted=False):
    """[(user, board)] of the first ``number`` people by id, who then have exactly so many followers each.

    Their followers are the first people by id after them, who follow others as before; where there are too
    few people, some join. With ``acquainted`` they follow one another, and that counts: ``followers`` is then
    at least ``number`` - 1. For an experiment's own copy of the data: what is missing there is written, what
    is too much is deleted, unrecorded. A second call changes nothing.
    """
    among = number - 1 if acquainted else 0
    if followers < among:
        raise ValueError(f"followers is {followers}; {number} people who follow one another have {among}.")
    with probe.unrecorded():
        people = get_user_model().objects.order_by("id")
        known = list(people[:number])
        if len(known) < number or not _followed_by(known, followers):
            with atomic():
                others = followers - among
                _join(number + others - people.count())
                known = list(people[:number])
                fans = people[: number + others] if acquainted else people[number : number + others]
                _follow(known, fans.values_list("pk", flat=True))
        return list(zip(known, _boards(known), strict=True))


def _followed_by(people, followers):
    """Whether each of them has so many followers."""
    follows = Follow.objects.filter(followed__in=people).values("followed").order_by()
    counts = follows.annotate(number=Count("pk")).values_list("number", flat=True)
    return all(each == followers for each in counts) and len(counts) == (len(people) if followers else 0)


def _join(missing):
    """So many people more, who have done nothing yet."""
    user, nobodys = get_user_model(), make_password(None)
    last = user.objects.order_by("id").last().pk
    joined = [user(username=f"reader.{last + n}", password=nobodys) for n in range(1, missing + 1)]
    made = user.objects.bulk_create(joined, batch_size=BATCH)
    Profile.objects.bulk_create([Profile(user=each) for each in made], batch_size=BATCH)


def _follow(people, fans):
    """Let exactly these follow them, and nobody themselves."""
    now, fans = timezone.now(), list(fans)
    Follow.objects.filter(followed__in=people).delete()
    follows = [
        Follow(follower_id=fan, followed=each, created=now)
        for each in people for fan in fans if fan != each.pk
    ]
    Follow.objects.bulk_create(follows, batch_size=BATCH)


def _boards(people):
    """A board of each of them: their first, or one that is made."""
    first = {each.owner_id: each for each in Board.objects.filter(owner__in=people).order_by("-pk")}
    now = timezone.now()
    for each in people:
        if each.pk not in first:
            title, slug = f"What {each.username} saw", f"seen-{each.pk}"
            first[each.pk] = Board.objects.create(owner=each, title=title, slug=slug, created=now)
    return [first[each.pk] for each in people]
