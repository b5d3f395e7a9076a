"""Every query blocks a worker: what a pool of workers can answer in a second (talk 4.2)."""

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import render

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.metrics.throughput_prediction import along_users
from labapp.experiments.parameters import Integer
from labapp.experiments.traffic import Ask, Traffic, threads, users, workers
from labapp.pinsta.models import Comment, Like, Photo


def asks(**_):
    """One page, again and again."""
    return [Ask("feed", "newest/")]


throughput = Experiment(
    "throughput", question="How many pages a second do these workers give?", claims=["4.2"],
    parameters=[Integer("photos", 3, low=1, high=12, help="photos on the page")],
    conditions=[database(), round_trip(default=3.0), workers(2), threads(2), users(8, high=32)],
    method=Traffic(
        serves="newest/", asks=asks, compares="rate", same=True,
        load={"think_time": 0.0, "arrival": "after each answer"},
    ),
    predict=along_users,
    includes=["Each user asks again as soon as there is an answer: as many requests are under way as users."],
)


def page(request, photos):
    """Pinsta's feed with these photos on it."""
    return render(request, "pinsta/feed.html", {"photos": photos, "comments_shown": 2})


@throughput.variant(baseline=True, name="N+1")
def one_by_one(request, photos):
    """The template asks, photo by photo, and the worker waits each time."""
    return page(request, Photo.objects.all()[:photos])


@throughput.variant
def prefetched(request, photos):
    """Two queries, however many photos."""
    likes = Like.objects.filter(photo=OuterRef("pk")).order_by().values("photo").values(n=Count("pk"))
    newest = Comment.objects.select_related("author")[:2]
    return page(
        request,
        Photo.objects.select_related("author__profile", "board")
        .annotate(like_count=Coalesce(Subquery(likes), 0))
        .prefetch_related(Prefetch("comments", newest, to_attr="latest_comments"))[:photos],
    )
