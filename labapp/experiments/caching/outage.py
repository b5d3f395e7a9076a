"""The cache server fails in the middle of the traffic, and comes back (talk 2.1).

A server that was killed refuses at once, and comes back with nothing in it. One that hangs lets its clients
wait until they give up: that is what the time limit and the pause are for.
"""

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from labapp.experiments.caching.cache_levels_page import STAMP, most_discussed, story
from labapp.experiments.caching.outage_backend import Forgiving
from labapp.experiments.caching.outage_server import HANGS, KILLED, Outage
from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.parameters import Choice, Integer, Number
from labapp.experiments.traffic import Ask, Traffic, think_time, threads, users, workers
from labapp.experiments.traffic import cache as backend
from labapp.experiments.traffic.backends import MEMCACHED, REDIS
from labapp.services import memcached, redis

crash = Outage()


def asks(photos, **_):
    """The photos in play, the most discussed most often."""
    return [Ask("photo", "photos/{key}/", keys=most_discussed(photos), zipf=1.0, look=STAMP)]


def needs_server():
    """Nothing, or why there is no cache server that could be killed."""
    if redis.find() or memcached.find():
        return ""
    return "needs Redis or Memcached, and neither is on this machine"


def limited(cache, limit, **_):
    """How long the server's client waits for it, in the words of redis-py and of pymemcache."""
    waits = {REDIS: ("socket_timeout", "socket_connect_timeout"), MEMCACHED: ("timeout", "connect_timeout")}
    return {"OPTIONS": dict.fromkeys(waits.get(cache, ()), limit)}


outage = Experiment(
    "outage", question="The cache server fails. What do the readers see?", claims=["2.1"],
    parameters=[
        Integer("photos", 20, low=1, high=300, help="photos in play"),
        Integer("comments", 1, low=0, high=10, help="threads on the page"),
        Choice("failure", KILLED, help="the server", choices=(KILLED, HANGS)),
        Number("limit", 0.2, low=0.05, high=2.0, step=0.05, unit="s", help="time limit of its client"),
        Number("pause", 1.0, low=0.1, high=5.0, step=0.1, unit="s", help="pause before it is tried again"),
    ],
    conditions=[
        database(), round_trip(default=0.5), backend(default=REDIS, only=(REDIS, MEMCACHED)), workers(2),
        threads(2), users(20), think_time(0.6),
    ],
    figures=[
        Figure("errors meanwhile", "%", "of requests that came while the server was gone", of=crash.errors),
        Figure("p95 before", "ms", "before the server failed", of=crash.p95("before")),
        Figure("p95 meanwhile", "ms", "while it was gone; errors are left out", of=crash.p95("in")),
        Figure("p95 after", "ms", "when it was back", of=crash.p95("after")),
    ],
    method=Traffic(
        serves="photos/<int:photo_id>/", asks=asks, turn=4.0, warm=0.5, same=True, strip=(STAMP,),
        compares="p95", during=crash.during, cache=limited,
    ),
    setting=crash.healed,
    includes=[
        "In each turn the cache server fails after 1 s and is back at 2.5 s (SIGKILL, or SIGSTOP: it hangs).",
    ],
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
