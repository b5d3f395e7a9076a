"""A cache that carries on without its server: real servers, really killed."""

import socket
import time

import pytest
from django.core.cache import caches

from labapp.experiments.caching import outage_backend
from labapp.experiments.caching.outage_backend import FAILURES, Forgiving
from labapp.services import memcached, redis
from tests.experiments.backends import LOCMEM
from tests.requires import needs

SERVERS = {"redis": redis, "memcached": memcached}


class Clock:
    """Moves when it is told to."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(outage_backend, "time", clock)
    monkeypatch.setattr(outage_backend, "_resting", {})
    return clock


@pytest.fixture(params=SERVERS)
def server(request):
    """A server that holds nothing, as the cache "shared"; alive again when the test is over."""
    needs(request.param)
    server = SERVERS[request.param].server()
    server.flush()
    before = dict(caches.settings)
    caches.settings.update(shared=server.entry(), local={"BACKEND": LOCMEM, "LOCATION": "instead"})
    caches["local"].clear()
    try:
        yield server
        SERVERS[request.param].server()
    finally:
        for alias in ("shared", "local"):
            if hasattr(caches._connections, alias):
                del caches[alias]
        caches.settings.clear()
        caches.settings.update(before)


def forgiving(**options):
    return Forgiving("shared", {"OPTIONS": options})


def test_with_its_server_it_is_that_cache(server, clock):
    cache = forgiving()
    cache.set("a", 1)
    assert cache.add("a", 2) is False and cache.add("b", 2) is True
    assert cache.get_many(["a", "b", "c"]) == caches["shared"].get_many(["a", "b"]) == {"a": 1, "b": 2}
    assert cache.incr("a") == 2 and cache.touch("a", 100) is True and "a" in cache
    assert cache.set_many({"c": 3, "d": 4}) == []
    cache.delete_many(["c"])
    assert cache.delete("a") is True and caches["shared"].get_many(["a", "b", "c", "d"]) == {"b": 2, "d": 4}
    cache.clear()
    assert cache.get("b") is None


def test_a_server_that_is_gone_is_a_miss_and_not_an_error(server, clock):
    forgiving().set("a", 1)
    server.kill()
    with pytest.raises(FAILURES):
        caches["shared"].get("a")
    cache = forgiving()
    assert cache.get("a") is None and cache.get("a", "default") == "default"
    cache.set("a", 1)
    cache.clear()
    assert cache.get_or_set("a", lambda: "made") == "made"
    assert cache.get_many(["a"]) == {} and cache.delete("a") is False and cache.touch("a") is False
    assert "a" not in cache and cache.set_many({"a": 1}) == []


def test_a_server_that_is_gone_is_tried_once_in_a_pause(server, clock, monkeypatch):
    server.kill()
    tried = _connections(monkeypatch)
    for pause in range(1, 4):
        for _ in range(20):
            assert forgiving(pause=2.0).get("a") is None
        assert 1 <= len(tried) <= pause  # pymemcache itself leaves it alone for a while
        clock.now += 2.0


def _connections(monkeypatch):
    """Grows by one whenever this process tries to connect to something."""
    tried, connect = [], socket.socket.connect

    def counted(self, address):
        tried.append(address)
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", counted)
    return tried


def test_it_is_used_again_when_it_is_back_and_the_pause_is_over(server, clock):
    cache = forgiving(pause=2.0)
    server.kill()
    assert cache.get("a") is None
    server.revive()
    cache.set("a", 1)
    assert caches["shared"].get("a") is None, "the pause is not over"
    clock.now += 2.0
    deadline = time.monotonic() + 10  # pymemcache has a pause of its own, in true seconds
    while caches["shared"].get("a") is None and time.monotonic() < deadline:
        cache.set("a", 1)
        clock.now += 2.0
    assert cache.get("a") == 1


def test_another_cache_may_stand_in(server, clock):
    cache = forgiving(instead="local")
    server.kill()
    cache.set("a", 1)
    assert cache.get("a") == 1 and caches["local"].get("a") == 1
    assert cache.get_or_set("b", 2) == 2 and cache.incr("b") == 3
