"""Cache everything, but where: objects, fragments, views, the whole site (talk 2.1).

The page is Pinsta's page of one photo; popular photos are asked for more often. A cache can also make it
slower: make the page cheap (no threads on it, no round trip), the photos many and all alike, the lifetime
short, and the cache a database or files. Then nearly every request pays for asking and filling the cache, and
hardly one gains.
"""

from django.core.cache import cache
from django.shortcuts import render
from django.views.decorators.cache import cache_page

from labapp.experiments.caching.cache_levels_figures import (
    back_in_time,
    cost_of_a_hit,
    cost_of_a_miss,
    from_the_cache,
)
from labapp.experiments.caching.cache_levels_page import STAMP, most_liked, story, whole_story
from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.parameters import Integer, Number
from labapp.experiments.traffic import Ask, Traffic, arrival, think_time, threads, users, workers
from labapp.experiments.traffic import cache as backend


def asks(photos, popularity, **_):
    """The photos in play, the most liked most often."""
    return [Ask("photo", "photos/{key}/", keys=most_liked(photos), zipf=popularity, look=STAMP)]


cache_levels = Experiment(
    "cache_levels", question="Which part of a page should be kept, and what does a hit save?", claims=["2.1"],
    parameters=[
        Integer("lifetime", 3, low=1, high=60, unit="s", help="lifetime of an entry"),
        Integer("photos", 50, low=1, high=300, help="photos in play"),
        Number("popularity", 1.0, low=0.0, high=2.0, step=0.1, help="popularity (Zipf exponent)"),
        Integer("comments", 1, low=0, high=10, help="threads on the page"),
        Integer("entries", 1000, low=10, high=1000, step=10, help="entries at most"),
    ],
    conditions=[
        database(), round_trip(default=1.0), backend(), workers(2), threads(1), users(20), think_time(0.5),
        arrival(),
    ],
    figures=[
        Figure("a hit", "ms", "median latency of answers that found all they asked for", of=cost_of_a_hit),
        Figure("a miss", "ms", "median latency of answers that had to fill the cache", of=cost_of_a_miss),
        Figure("from cache", "%", "answers that found all they asked the cache for", of=from_the_cache),
        Figure("back in time", "%", "answers older than one given before, of the same page", of=back_in_time),
    ],
    method=Traffic(serves="photos/<int:photo_id>/", asks=asks, turn=2.0, warm=0.5, same=True, strip=(STAMP,)),
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
    """cache_page keeps the view's whole answer."""
    return cache_page(lifetime)(none)(request, photo_id, comments)
