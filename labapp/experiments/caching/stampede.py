"""The stampede: an expensive entry expires under load, and the ways to live without it (talk 2.6).

The ranking takes the database a while. When its entry expires, all who ask find nothing, and all of them make
it: the more do, the longer each takes. The latency over time shows a spike at the end of each lifetime.
"""

from math import log
from random import random
from time import monotonic, sleep

from django.core.cache import cache
from django.http import HttpResponse

from labapp.experiments.caching import stampede_figures as figures
from labapp.experiments.caching.stampede_background import in_thread, refresher
from labapp.experiments.caching.stampede_page import COMPUTED, ranking
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.parameters import Integer, Number
from labapp.experiments.traffic import (
    Ask,
    Traffic,
    arrival,
    needs_varnish,
    think_time,
    threads,
    users,
    workers,
)
from labapp.experiments.traffic import cache as backend

OLD = 10  # seconds after its lifetime in which an entry may still be shown


def asks(**_):
    """Everybody wants the same page."""
    return [Ask("ranking", "reach/", look=COMPUTED)]


stampede = Experiment(
    "stampede", question="The page has expired, and forty people ask for it. Who makes it?", claims=["2.6"],
    parameters=[
        Number("lifetime", 1.2, low=0.4, high=10.0, step=0.2, unit="s", help="lifetime of the entry"),
        Integer("photos", 2000, low=100, high=4500, step=100, help="photos ranked"),
    ],
    conditions=[database(), backend(), workers(1), threads(8), users(20), think_time(0.25), arrival()],
    figures=[
        Figure("made", "", "How often the page was made.", of=figures.recomputed),
        Figure("per lifetime", "", "The same for each lifetime of an entry.", of=figures.per_lifetime),
        Figure("at once", "", "Most that were making it at the same moment.", of=figures.at_once),
        Figure("database", "ms/s", "Time of statements in each second of traffic.", of=figures.database_work),
        Figure("CPU", "ms/s", "The site's processor time in each second.", of=figures.processor_work),
        Figure("oldest", "s", "Age of the oldest answer when it arrived.", of=figures.oldest),
    ],
    method=Traffic(
        serves="reach/", asks=asks, turn=lambda lifetime, **_: 2.5 * lifetime, warm=0.7, strip=(COMPUTED,),
        compares="p99",
    ),
)


@stampede.variant(baseline=True, name="get, else set")
def get_else_set(request, photos, lifetime):
    """Whoever finds nothing makes it; so does everybody who asks meanwhile."""
    html = cache.get("ranking")
    if html is None:
        html = ranking(photos)
        cache.set("ranking", html, lifetime)
    return HttpResponse(html)


@stampede.variant
def lock(request, photos, lifetime):
    """One makes it, the others wait for that one: add() succeeds for one of them only."""
    html = cache.get("ranking")
    while html is None:
        if cache.add("ranking-lock", True, OLD):
            try:
                html = cache.get("ranking")  # somebody may have finished just before
                if html is None:
                    html = ranking(photos)
                    cache.set("ranking", html, lifetime)
            finally:
                cache.delete("ranking-lock")
        else:
            sleep(0.01)
            html = cache.get("ranking")
    return HttpResponse(html)


@stampede.variant(name="early refresh")
def early(request, photos, lifetime):
    """By chance one makes it before it expires: likely when that is near, and when making it takes long."""
    html, took, expires = cache.get("ranking") or (None, 0.0, 0.0)
    if html is None or monotonic() - took * log(1 - random()) >= expires:
        began = monotonic()
        html = ranking(photos)
        took, expires = monotonic() - began, monotonic() + lifetime
        cache.set("ranking", (html, took, expires), lifetime)
    return HttpResponse(html)


@stampede.variant(name="stale while revalidate")
def stale_while_revalidate(request, photos, lifetime):
    """Old ones are shown at once, and the first who finds it old has it made anew in a thread."""

    def make():
        html = ranking(photos)
        cache.set("ranking", (html, monotonic() + lifetime), lifetime + OLD)
        cache.delete("ranking-lock")
        return html

    html, expires = cache.get("ranking") or (None, 0.0)
    if html is None:
        html = make()
    elif monotonic() >= expires and cache.add("ranking-lock", True, OLD):
        in_thread(make)
    return HttpResponse(html)


@stampede.variant(name="stale at the edge", edge=True, unavailable=needs_varnish)
def stale_at_the_edge(request, photos, lifetime):
    """Varnish does the same: it shows the old page while it fetches one new one."""
    control = f"max-age={lifetime}, stale-while-revalidate={OLD}"
    return HttpResponse(ranking(photos), headers={"Surrogate-Control": control})


@stampede.variant(name="in the background")
def in_the_background(request, photos, lifetime):
    """A thread makes it anew once a lifetime; no request ever does."""
    return HttpResponse(refresher("ranking", ranking, photos, every=lifetime).get())
