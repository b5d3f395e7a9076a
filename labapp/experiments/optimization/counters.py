"""A number that every page shows: counted each time, or kept (talk 5.5)."""

from contextlib import contextmanager

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, needs_postgresql
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.optimization.like_counts import kept, missing, new_likes
from labapp.experiments.optimization.sql import rows
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Like, Photo

STALE = Figure("missing", "likes", "Likes of these photos that the answer does not know.", of=missing)
OLD = "It knows what was true when it was refreshed, and the likes since then are missing."
INCLUDES = [
    "Times are of reading alone; what keeping the count costs is measured by counters_kept.",
    "The view was refreshed before the newest likes came.",
]
NEW = Integer("new", 10, low=1, high=15, help="likes since the view was refreshed")


def reading_counts(name, question, *, setting, photos):
    """An Experiment that reads counts of likes; ``photos`` says of which photos."""
    return Experiment(
        name, question=question, claims=["5.5"],
        parameters=[Integer("photos", 30, low=1, high=200, help=photos), NEW],
        conditions=[database(writes=True), round_trip()],
        setting=setting, figures=[STALE], includes=INCLUDES,
    )


# The counts of the photos on a page


@contextmanager
def newest_liked(new, **_):
    """The counts are kept, and the newest photo has been liked since."""
    with kept(), new_likes(Photo.objects.first().pk, new):
        yield


counters = reading_counts(
    "counters", "How many likes has each photo on the page?", setting=newest_liked, photos="newest photos"
)


@counters.variant(baseline=True, name="count per photo")
def count_per_photo(photos):
    """photo.likes.count() in the template."""
    return [(photo.pk, photo.likes.count()) for photo in Photo.objects.only("pk")[:photos]]


@counters.variant(name="annotate(Count)")
def annotated(photos):
    """JOIN and GROUP BY: the likes of all photos are counted, then LIMIT keeps a few."""
    counted = Photo.objects.annotate(n=Count("likes")).order_by("-created", "-id")
    return list(counted.values_list("pk", "n")[:photos])


@counters.variant(name="subquery")
def subquery(photos):
    """A count for each of the photos that the LIMIT leaves."""
    likes = Like.objects.filter(photo=OuterRef("pk")).order_by().values("photo").values(n=Count("pk"))
    return list(Photo.objects.values_list("pk", Coalesce(Subquery(likes), 0))[:photos])


@counters.variant(name="stored counter")
def stored_counter(photos):
    """Read the number that each like has added to."""
    return rows(PAGE.format(kept="like_count"), photos)


@counters.variant(name="materialized view", unavailable=needs_postgresql, wrong=OLD)
def materialized_view(photos):
    """Read the counts as they were when PostgreSQL refreshed the view."""
    return rows(PAGE.format(kept="like_count_view"), photos)


PAGE = """
    SELECT page.id, kept.likes
    FROM (SELECT id, created FROM pinsta_photo ORDER BY created DESC, id DESC LIMIT %s) AS page
    JOIN {kept} AS kept ON kept.photo_id = page.id ORDER BY page.created DESC, page.id DESC
"""


# The photos with the highest counts


@contextmanager
def favourite_liked(new, **_):
    """The counts are kept, and the most liked photo has been liked since."""
    (favourite, _), = counted_and_sorted(1)
    with kept(), new_likes(favourite, new):
        yield


popular = reading_counts(
    "popular", "Which photos are liked most?", setting=favourite_liked, photos="most liked photos"
)


@popular.variant(baseline=True, name="annotate(Count)")
def counted_and_sorted(photos):
    """Count every like of every photo, sort, keep the first."""
    counted = Photo.objects.annotate(n=Count("likes")).order_by("-n", "-id")
    return list(counted.values_list("pk", "n")[:photos])


@popular.variant(name="stored counter")
def stored_and_indexed(photos):
    """An index on the counter: read the first entries."""
    return rows(MOST.format(kept="like_count"), photos)


@popular.variant(name="materialized view", unavailable=needs_postgresql, wrong=OLD)
def viewed_and_indexed(photos):
    """A view can have an index, too; it is right until the next like."""
    return rows(MOST.format(kept="like_count_view"), photos)


MOST = "SELECT photo_id, likes FROM {kept} ORDER BY likes DESC, photo_id DESC LIMIT %s"
