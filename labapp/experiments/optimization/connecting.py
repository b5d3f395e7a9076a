"""A connection for each request, one that stays, or a pool of them (talk 5.5)."""

from importlib.util import find_spec

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, needs_postgresql
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.optimization.serving import held, opened, serve, served
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Photo


def needs_pool():
    """Nothing, or why there is no pool here."""
    if find_spec("psycopg_pool") is None:
        return needs_postgresql() or "needs psycopg_pool: pip install 'psycopg[pool]'"
    return needs_postgresql()


def caption(photo):
    """What each request asks: one row by its key."""
    return Photo.objects.values_list("caption", flat=True).get(pk=photo)


connecting = Experiment(
    "connecting", question="What does a request pay for its connection?", claims=["5.5"],
    parameters=[
        Integer("requests", 20, low=1, high=200, help="requests, with one small query each"),
        Integer("threads", 4, low=1, high=8, help="threads that serve them"),
        Integer("pool", 2, low=1, high=8, help="connections in the pool"),
    ],
    conditions=[database(), round_trip()],
    figures=[
        Figure("opened", "connections", "Connections opened while the requests were served.", read=opened),
        Figure("held", "connections", "Connections that stay open when they have been served.", of=held),
    ],
    rate=("requests", lambda requests, **_: requests),
    includes=[
        "Times are of all requests, handed to the threads and waited for: the query of each, and connecting.",
        "Threads, pool and connections that stay were there before, as in a site that has run for a while.",
        "A simulated round trip stands before statements, health checks among them; connecting goes without.",
    ],
)


@connecting.variant(baseline=True, name="per request", around=served(CONN_MAX_AGE=0))
def per_request(requests):
    """CONN_MAX_AGE = 0, Django's default: each request opens and closes."""
    return serve(caption, requests)


@connecting.variant(name="persistent", around=served(CONN_MAX_AGE=None))
def persistent(requests):
    """CONN_MAX_AGE = None: each thread keeps its connection, idle or not."""
    return serve(caption, requests)


@connecting.variant(name="persistent, checked", around=served(CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=True))
def checked(requests):
    """And CONN_HEALTH_CHECKS = True: SELECT 1 before it is used again."""
    return serve(caption, requests)


@connecting.variant(name="pool", around=served(pooled=True), unavailable=needs_pool)
def pooled(requests):
    """OPTIONS = {"pool": …}: the threads share a few; who finds none waits."""
    return serve(caption, requests)
