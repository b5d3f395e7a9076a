"""The stampede: an expensive entry expires under load, and the ways to live without it (talk 2.6).

The ranking takes the database a while. When its entry expires, all who ask find nothing, and all of them make
it: the more do, the longer each takes. The latency over time shows a spike at the end of each lifetime.

Early refresh has a lock as well, for which nobody waits. Without it, chance lets several make it at once now
and then; each takes longer then, which makes the next ones begin earlier, until all of them always do.
"""

from math import log
from random import random
from time import monotonic

from django.core.cache import cache
from django.http import HttpResponse

from labapp.experiments.caching import stampede_figures as figures
from labapp.experiments.caching.stampede_background import in_thread, refresher
from labapp.experiments.caching.stampede_lock import made_by_one
from labapp.experiments.caching.stampede_page import COMPUTED, ranking
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.parameters import Integer
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
    "stampede", question="The page has expired, and everybody asks for it. Who makes it?", claims=["2.6"],
    parameters=[
        Integer("lifetime", 1, low=1, high=5, unit="s", help="lifetime of the entry"),
        Integer("photos", 1200, low=100, high=4500, step=100, help="photos ranked"),
    ],
    conditions=[database(), backend(), workers(1), threads(6), users(20), think_time(0.25), arrival()],
    figures=[
        Figure("made", "", "How often the page was made.", of=figures.recomputed),
        Figure("per lifetime", "", "The same for each lifetime of an entry.", of=figures.per_lifetime),
        Figure("at once", "", "Most that were making it at the same moment.", of=figures.at_once),
        Figure("database", "ms/s", "Time of statements in each second of traffic.", of=figures.database_work),
        Figure("CPU", "ms/s", "The site's processor time in each second.", of=figures.processor_work),
        Figure("oldest", "s", "Age of the oldest answer when it arrived.", of=figures.oldest),
    ],
    method=Traffic(
        serves="reach/", asks=asks, turn=lambda lifetime, **_: 2.5 * lifetime, warm=1.0, strip=(COMPUTED,),
        compares="p99",
    ),
    includes=["Work is that of requests and of threads beside them."],
)


@stampede.variant(baseline=True)
def unguarded(request, photos, lifetime):
    """Whoever finds nothing makes it; so does everybody who asks meanwhile."""
    html = cache.get("ranking")
    if html is None:
        html = ranking(photos)
        cache.set("ranking", html, lifetime)
    return HttpResponse(html)


@stampede.variant
def lock(request, photos, lifetime):
    """One makes it, the others wait for that one: cache.add() succeeds for one of them only."""

    def make():
        html = ranking(photos)
        cache.set("ranking", html, lifetime)
        return html

    return HttpResponse(made_by_one("ranking", make))


@stampede.variant
def early(request, photos, lifetime):
    """XFetch: by chance one makes it before it expires, likely when that is near and making it takes long."""

    def make():
        began = monotonic()
        html = ranking(photos)
        entry = html, monotonic() - began, monotonic() + lifetime
        cache.set("ranking-timed", entry, lifetime)
        return entry

    html, took, expires = made_by_one("ranking-timed", make)
    soon = monotonic() - took * log(1 - random()) >= expires
    if soon and cache.add("ranking-early", True, OLD):
        try:
            html, *_ = make()
        finally:
            cache.delete("ranking-early")
    return HttpResponse(html)


@stampede.variant
def revalidate(request, photos, lifetime):
    """Stale while revalidate: the old one is shown, and who finds it old first has it made in a thread."""

    def make():
        entry = ranking(photos), monotonic() + lifetime
        cache.set("ranking-dated", entry, lifetime + OLD)
        return entry

    def anew():
        try:
            make()
        finally:
            cache.delete("ranking-anew")

    html, expires = made_by_one("ranking-dated", make)
    if monotonic() >= expires and cache.add("ranking-anew", True, OLD):
        in_thread(anew)
    return HttpResponse(html)


@stampede.variant(name="at the edge", edge=True, unavailable=needs_varnish)
def at_the_edge(request, photos, lifetime):
    """Stale while revalidate in Varnish: it shows the old page while it fetches a new one."""
    control = f"max-age={lifetime}, stale-while-revalidate={OLD}"
    return HttpResponse(ranking(photos), headers={"Surrogate-Control": control})


@stampede.variant
def background(request, photos, lifetime):
    """A thread makes it anew once a lifetime; no request ever does."""
    return HttpResponse(refresher("ranking-kept", ranking, photos, every=lifetime).get())
