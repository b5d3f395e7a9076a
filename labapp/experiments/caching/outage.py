"""The cache server dies in the middle of the traffic, and comes back empty (talk 2.1)."""

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from labapp.experiments.caching.cache_levels_page import STAMP, most_liked, story
from labapp.experiments.caching.outage_backend import Forgiving
from labapp.experiments.caching.outage_server import Outage
from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.parameters import Integer, Number
from labapp.experiments.traffic import Ask, Traffic, think_time, threads, users, workers
from labapp.experiments.traffic import cache as backend
from labapp.experiments.traffic.backends import MEMCACHED, REDIS
from labapp.services import memcached, redis

crash = Outage()


def asks(photos, **_):
    """The photos in play, the most liked most often."""
    return [Ask("photo", "photos/{key}/", keys=most_liked(photos), zipf=1.0, look=STAMP)]


def needs_server():
    """Nothing, or why there is no cache server that could be killed."""
    if redis.find() or memcached.find():
        return ""
    return "needs Redis or Memcached, and neither is on this machine"


outage = Experiment(
    "outage", question="The cache server dies. What do the readers see?", claims=["2.1"],
    parameters=[
        Integer("photos", 20, low=1, high=300, help="photos in play"),
        Integer("comments", 1, low=0, high=10, help="threads on the page"),
        Number("pause", 1.0, low=0.1, high=5.0, step=0.1, unit="s", help="pause before it is tried again"),
    ],
    conditions=[
        database(), round_trip(default=0.5), backend(default=REDIS, only=(REDIS, MEMCACHED)), workers(2),
        threads(2), users(20), think_time(0.6),
    ],
    figures=[
        Figure("errors", "%", "of the requests that came while the server was gone", of=crash.errors),
        Figure("p95 before", "ms", "before the server was killed", of=crash.p95("before")),
        Figure("p95 without", "ms", "while it was gone; of answers that were no errors", of=crash.p95("in")),
        Figure("p95 after", "ms", "when it was back, with nothing in it", of=crash.p95("after")),
    ],
    method=Traffic(
        serves="photos/<int:photo_id>/", asks=asks, turn=4.0, warm=0.5, same=True, strip=(STAMP,),
        compares="p95", during=crash.during,
    ),
    includes=["In each turn the cache server is killed after 1 s (SIGKILL) and started again at 2.5 s."],
)


def kept(cache, photo_id, comments):
    """The page as HTML, kept for a minute in this cache."""
    key = f"photo:{photo_id}:{comments}"
    html = cache.get(key)
    if html is None:
        html = render_to_string("levels/photo.html", story(photo_id, comments))
        cache.set(key, html, 60)
    return html


@outage.variant(baseline=True, name="no cache")
def no_cache(request, photo_id, comments):
    """Every request asks the database and renders the page."""
    return render(request, "levels/photo.html", story(photo_id, comments))


@outage.variant(name="as it comes", unavailable=needs_server)
def as_it_comes(request, photo_id, comments):
    """Django's backend: what its client raises becomes an answer with status 500."""
    return HttpResponse(kept(cache, photo_id, comments))


@outage.variant(unavailable=needs_server)
def degrades(request, photo_id, comments, pause):
    """A cache that fails is a cache that has nothing: the page is rendered."""
    forgiving = Forgiving("default", {"OPTIONS": {"pause": pause}})
    return HttpResponse(kept(forgiving, photo_id, comments))


@outage.variant(name="degrades to local memory", unavailable=needs_server)
def degrades_to_local_memory(request, photo_id, comments, pause):
    """Meanwhile each worker keeps pages of its own."""
    forgiving = Forgiving("default", {"OPTIONS": {"pause": pause, "instead": "local"}})
    return HttpResponse(kept(forgiving, photo_id, comments))
