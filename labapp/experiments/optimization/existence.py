"""Photos that somebody I follow likes: a join made distinct, IN, EXISTS, or Python (talk 5.5)."""

from contextlib import contextmanager
from itertools import islice

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Count, Exists, Index, OuterRef

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, keep, scratch
from labapp.experiments.experiment import Experiment
from labapp.experiments.optimization.footprint import pages_read
from labapp.experiments.optimization.growing import analyze
from labapp.experiments.parameters import Choice, Integer
from labapp.pinsta.models import Follow, Like, Photo

existence = Experiment(
    "existence", question="Which photos does anybody I follow like?", claims=["5.5"],
    parameters=[
        Integer("photos", 30, low=1, high=300, help="photos on the page"),
        Choice("follows", "many", help="people I follow", choices=("many", "few")),
    ],
    conditions=[database(), round_trip()],
    figures=[pages_read()],
    includes=["Times are of the queries, the models made of the rows, and what is done with them in Python."],
)


def me(follows):
    """The key of whoever follows most people, or fewest."""
    return keep("who follows many and few", _extremes)[follows]


def _extremes():
    ranked = get_user_model().objects.annotate(n=Count("following")).filter(n__gt=0).order_by("n", "pk")
    keys = ranked.values_list("pk", flat=True)
    return {"many": keys.last(), "few": keys.first()}


@existence.variant(baseline=True, name="Python")
def in_python(photos, follows):
    """Fetch whom I follow, what they like, and then photos until the page is full."""
    people = list(Follow.objects.filter(follower=me(follows)).values_list("followed", flat=True))
    liked = set(Like.objects.filter(user__in=people).values_list("photo", flat=True))
    newest = Photo.objects.iterator(chunk_size=100)
    return list(islice((photo for photo in newest if photo.pk in liked), photos))


@existence.variant(name="JOIN, distinct()")
def join_distinct(photos, follows):
    """A row for each like; then equal rows are thrown away."""
    return Photo.objects.filter(likes__user__followers__follower=me(follows)).distinct()[:photos]


@existence.variant(name="IN")
def in_subquery(photos, follows):
    """The keys of all that they like, then those photos."""
    liked = Like.objects.filter(user__followers__follower=me(follows))
    return Photo.objects.filter(pk__in=liked.values("photo"))[:photos]


@existence.variant(name="EXISTS")
def exists(photos, follows):
    """Asked of each photo; one like is enough."""
    liked = Like.objects.filter(photo=OuterRef("pk"), user__followers__follower=me(follows))
    return Photo.objects.filter(Exists(liked))[:photos]


@contextmanager
def newest_first(**_):
    """A copy of Pinsta whose photos have an index in the order of the page."""
    with scratch("existence", _add_index):
        yield


def _add_index():
    with connection.schema_editor() as editor:
        editor.add_index(Photo, Index(fields=["-created", "-id"], name="newest_first"))
    analyze(Photo)


@existence.variant(name="EXISTS, index", around=newest_first)
def exists_in_order(photos, follows):
    """Index(fields=["-created", "-id"]): asked in the page's order, until it is full."""
    liked = Like.objects.filter(photo=OuterRef("pk"), user__followers__follower=me(follows))
    return Photo.objects.filter(Exists(liked))[:photos]
