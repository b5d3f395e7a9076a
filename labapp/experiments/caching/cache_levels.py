"""Cache everything, but where: objects, fragments, views, the whole site (talk 2.1).

The page is Pinsta's page of one photo; popular photos are asked for more often. A cache can also make it
slower: make the page cheap (no threads on it, no round trip), the photos many and all alike, the lifetime
short, and the cache a database or files. Then nearly every request pays for asking and filling the cache, and
hardly one gains.
"""

from django.core.cache import cache
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie

from labapp.experiments.caching.cache_levels_figures import FIGURES
from labapp.experiments.caching.cache_levels_page import STAMP, TOKEN, most_discussed, story, whole_story
from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer, Number
from labapp.experiments.traffic import Ask, Traffic, arrival, think_time, threads, users, workers
from labapp.experiments.traffic import cache as backend
from labapp.experiments.traffic.backends import MEMCACHED, REDIS


def asks(photos, popularity, **_):
    """The photos in play, the most discussed most often."""
    return [Ask("photo", "photos/{key}/", keys=most_discussed(photos), zipf=popularity, look=STAMP)]


def room(entries, cache, **_):
    """How many entries fit; servers have a size in bytes instead, which is theirs to know."""
    return {} if cache in (REDIS, MEMCACHED) else {"OPTIONS": {"MAX_ENTRIES": entries}}


def long_enough(lifetime, **_):
    """The seconds of a turn in which entries expire; those of the longest lifetimes do not."""
    return min(max(1.5, lifetime), 5.0)


cache_levels = Experiment(
    "cache_levels", question="Which part of a page should be kept, and what does a hit save?", claims=["2.1"],
    parameters=[
        Integer("lifetime", 2, low=1, high=10, unit="s", help="lifetime of an entry"),
        Integer("photos", 20, low=1, high=300, help="photos in play"),
        Number("popularity", 1.0, low=0.0, high=2.0, step=0.1, help="popularity (Zipf exponent)"),
        Integer("comments", 1, low=0, high=10, help="discussions on the page"),
        Integer("entries", 1000, low=10, high=1000, step=10, help="entries at most"),
        Number("members", 0.0, low=0.0, high=1.0, step=0.05, help="share of users logged in"),
    ],
    conditions=[
        database(), round_trip(default=0.5), backend(), workers(2), threads(2), users(20), think_time(0.4),
        arrival(),
    ],
    figures=FIGURES,
    method=Traffic(
        serves="photos/<int:photo_id>/", asks=asks, turn=long_enough, warm=0.5, strip=(STAMP, TOKEN),
        cache=room, members=lambda members, **_: members,
    ),
    includes=[
        "Every worker has a local memory of its own, the other caches are shared.",
        "Redis and Memcached are not limited in their entries.",
        "In Memcached and in the database a lifetime ends with a second of the clock, up to a second early.",
        "A cache makes it slower where pages are cheap, hits few and the cache slow: asking it costs, too.",
    ],
)


@cache_levels.variant(baseline=True)
def none(request, photo_id, comments):
    """Every request asks the database and renders the page."""
    return render(request, "levels/photo.html", story(photo_id, comments))


@cache_levels.variant
def objects(request, photo_id, comments, lifetime):
    """The photo and its comments are kept; the page is rendered from them."""
    key = f"story:{photo_id}:{comments}"
    told = cache.get(key)
    if told is None:
        told = whole_story(photo_id, comments)
        cache.set(key, told, lifetime)
    return render(request, "levels/photo.html", told)


@cache_levels.variant(name="template fragment")
def template_fragment(request, photo_id, comments, lifetime):
    """{% cache %} keeps the article as HTML; the view still looks up the photo."""
    context = {**story(photo_id, comments), "lifetime": lifetime}
    return render(request, "levels/photo_in_fragment.html", context)


@cache_levels.variant
def view(request, photo_id, comments, lifetime):
    """cache_page keeps the whole answer, one for each visitor who has a cookie."""
    page = cache_page(lifetime)(vary_on_cookie(none))
    return page(request, photo_id, comments)


def around_everything(usual):
    """MIDDLEWARE of a site that is cached as a whole."""
    cache = "django.middleware.cache"
    return [f"{cache}.UpdateCacheMiddleware", *usual, f"{cache}.FetchFromCacheMiddleware"]


@cache_levels.variant(name="whole site", middleware=around_everything)
def whole_site(request, photo_id, comments, lifetime):
    """Middleware keeps every answer for as long as it says."""
    response = none(request, photo_id, comments)
    patch_cache_control(response, max_age=lifetime)
    return response
