"""What a count costs when it is kept: each like pays, or each refresh (talk 5.5)."""

from contextlib import contextmanager

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, durability, keep, needs_postgresql
from labapp.experiments.experiment import Experiment
from labapp.experiments.optimization.like_counts import (
    kept,
    like,
    like_and_count,
    stored,
    trigger,
    viewed,
)
from labapp.experiments.optimization.sql import run
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Like, Photo


def photo():
    """The photo that is liked: one that nobody has liked yet."""
    return keep("a photo without likes", lambda: Photo.objects.filter(likes=None).order_by("pk").first().pk)


@contextmanager
def counted(**_):
    """The counts are kept, and none of the new likes stays."""
    with kept():
        yield
        unliked()


def unliked(**_):
    """Nobody likes the photo, and its counter says so."""
    Like.objects.filter(photo=photo()).delete()
    run("UPDATE like_count SET likes = 0 WHERE photo_id = %s", photo())


def truth(value, /, **_):
    """The count that was given, and the likes that are there."""
    return {"count": value, "likes there": Like.objects.filter(photo=photo()).count()}


counters_kept = Experiment(
    "counters_kept", question="What does a like cost when their number is kept?", claims=["5.5"],
    parameters=[Integer("likes", 10, low=1, high=50, help="likes, one after the other")],
    conditions=[database(writes=True), durability(), round_trip()],
    setting=counted, before=unliked, outcome=truth, rate=("likes", lambda likes, **_: likes),
    includes=[
        "Times are of the likes, each with its commit, and of reading the count once at the end; taking the "
        "likes back before each call is not in them.",
        "Compared is the count that each gives with the likes that are then in the table.",
    ],
)


@counters_kept.variant(baseline=True, name="nothing kept")
def nothing_kept(likes):
    """Only the likes; whoever wants the number counts."""
    for user in range(1, likes + 1):
        like(user, photo())
    return Like.objects.filter(photo=photo()).count()


@counters_kept.variant(name="F() + 1")
def with_f(likes):
    """In one transaction with the like: counter = counter + 1."""
    for user in range(1, likes + 1):
        like_and_count(user, photo())
    return stored(photo())


@counters_kept.variant(name="trigger", around=trigger)
def by_trigger(likes):
    """The database adds one by itself, whoever writes the like."""
    for user in range(1, likes + 1):
        like(user, photo())
    return stored(photo())


@counters_kept.variant(name="counted anew")
def counted_anew(likes):
    """After each like all are counted and stored: never wrong for long."""
    for user in range(1, likes + 1):
        like(user, photo())
        run(COUNT_ANEW, photo(), photo())
    return stored(photo())


@counters_kept.variant(name="view, refreshed once", unavailable=needs_postgresql)
def view_refreshed(likes):
    """All likes, then PostgreSQL counts every photo's again; until then the view is old."""
    for user in range(1, likes + 1):
        like(user, photo())
    run("REFRESH MATERIALIZED VIEW like_count_view")
    return viewed(photo())


COUNT_ANEW = """
    UPDATE like_count SET likes = (SELECT count(*) FROM pinsta_like WHERE photo_id = %s) WHERE photo_id = %s
"""
