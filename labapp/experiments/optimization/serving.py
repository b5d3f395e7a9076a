"""Threads that serve requests, and what becomes of their connections between two of them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from threading import Barrier

from django.db import close_old_connections, connections
from django.db.backends.signals import connection_created

from labapp import databases

PATIENCE = 10  # seconds for a connection of the pool, or for all threads to have theirs

_site = ContextVar("labapp_serving")


class Site:
    """Threads, their database, and how many connections they have opened."""

    def __init__(self, target, workers):
        self.target, self.workers = target, workers
        self.created, self.wrappers = 0, set()

    @property
    def pool(self):
        """Django's pool, None where there is none."""
        return getattr(self.target.connection, "pool", None)

    def note(self, connection, **_):
        """A receiver of connection_created: with a pool it only tells that one was taken out."""
        if connection.settings_dict is self.target.settings:
            self.created += 1
            self.wrappers.add(connection)

    def opened(self):
        """Connections opened so far."""
        return self.pool.get_stats().get("connections_num", 0) if self.pool else self.created

    def held(self):
        """Connections open now."""
        if self.pool:
            return self.pool.get_stats()["pool_size"]
        return sum(each.connection is not None for each in self.wrappers)


def served(pooled=False, **settings):
    """For ``around=``: a site whose database has these settings, warm; nothing of it stays."""
    return partial(_served, pooled, settings)


@contextmanager
def _served(pooled, settings, *, threads, pool, **_):
    entry = {**connections["default"].settings_dict, **settings}
    if pooled:
        size = {"min_size": pool, "max_size": pool, "timeout": PATIENCE}
        entry["OPTIONS"] = {**entry["OPTIONS"], "pool": size}
    with databases.database(entry) as target, ThreadPoolExecutor(threads) as workers:
        site = Site(target, workers)
        connection_created.connect(site.note)
        token = _site.set(site)
        try:
            _warm(site, threads)
            yield
        finally:
            _site.reset(token)
            connection_created.disconnect(site.note)
            if pooled:
                target.connection.close_pool()


def _warm(site, threads):
    """Each thread has had a connection before, and the pool is full."""
    if site.pool:
        site.pool.open(wait=True, timeout=PATIENCE)
    together = Barrier(threads)

    def connect(_):
        try:
            connections["default"].ensure_connection()
            close_old_connections()
        finally:
            together.wait(PATIENCE)

    list(site.workers.map(connect, range(threads)))


def serve(view, requests):
    """What ``view(number)`` gives for each request, answered by the threads of the site."""
    return list(_site.get().workers.map(partial(_request, view), range(1, requests + 1)))


def _request(view, number):
    """What Django does around each request: connections that are too old or broken are closed."""
    close_old_connections()
    try:
        return view(number)
    finally:
        close_old_connections()


def opened():
    """Connections that this site has opened until now."""
    return _site.get().opened()


def held(recording, value, **_):
    """Connections that this site holds open."""
    return _site.get().held()
