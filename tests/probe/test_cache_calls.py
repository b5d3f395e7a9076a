"""What a recording says of cache calls: one for each call of the API, on every backend, hits and misses."""

import asyncio
import inspect
import json
import random
import subprocess
import sys
import threading
from contextlib import closing
from functools import wraps

import pytest
from django.core.cache import cache, caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.management import call_command
from django.test import override_settings

from labapp.probe import Recording, record, unrecorded
from labapp.probe.scope import current
from labapp.services import memcached, redis
from tests.cases.models import Tag
from tests.requires import needs

BUILT_IN = "django.core.cache.backends"
ENTRIES = {
    "locmem": {"BACKEND": f"{BUILT_IN}.locmem.LocMemCache", "LOCATION": "calls"},
    "file": {"BACKEND": f"{BUILT_IN}.filebased.FileBasedCache"},
    "database": {"BACKEND": f"{BUILT_IN}.db.DatabaseCache", "LOCATION": "cached"},
    "third party": {"BACKEND": f"{__name__}.Shelf"},
}
SERVERS = {"redis": redis, "memcached": memcached}


class Shelf(BaseCache):
    """A backend that has what BaseCache asks for, no more, and counts for itself what it was asked."""

    def __init__(self, location, params):
        super().__init__(params)
        self.values, self.found, self.lacked = {}, 0, 0

    def get(self, key, default=None, version=None):
        key = self.make_key(key, version)
        self.found, self.lacked = self.found + (key in self.values), self.lacked + (key not in self.values)
        return self.values.get(key, default)

    def set(self, key, value, timeout=None, version=None):
        self.values[self.make_key(key, version)] = value

    def add(self, key, value, timeout=None, version=None):
        fresh = self.make_key(key, version) not in self.values
        self.values.setdefault(self.make_key(key, version), value)
        return fresh

    def touch(self, key, timeout=None, version=None):
        return self.make_key(key, version) in self.values

    def delete(self, key, version=None):
        return self.values.pop(self.make_key(key, version), self) is not self

    def clear(self):
        self.values.clear()


@pytest.fixture(params=[*ENTRIES, *SERVERS])
def backend(request, shop_db, tmp_path):
    """caches["default"], empty, once of each kind."""
    if request.param in SERVERS:
        needs(request.param)
        entry = SERVERS[request.param].server().entry()
    else:
        entry = {"LOCATION": str(tmp_path / "files")} | ENTRIES[request.param]
    with override_settings(CACHES={"default": entry}):
        if request.param == "database":
            call_command("createcachetable", verbosity=0)
        cache.clear()
        yield cache
        cache.clear()


def told(recording):
    return [(each.op, each.hits, each.misses, each.sets, each.deletes) for each in recording.cache]


# what is called on a cache in which "there" is 1 and nothing else: what is told of it
CALLS = {
    "get": (lambda it: it.get("there"), (1, 0, 0, 0)),
    "get, not there": (lambda it: it.get("gone", "a default"), (0, 1, 0, 0)),
    "get_many": (lambda it: it.get_many(["there", "gone", "lost"]), (1, 2, 0, 0)),
    "get_many of nothing": (lambda it: it.get_many([]), (0, 0, 0, 0)),
    "has_key": (lambda it: it.has_key("there"), (1, 0, 0, 0)),
    "get_or_set": (lambda it: it.get_or_set("there", 5), (1, 0, 0, 0)),
    "get_or_set, not there": (lambda it: it.get_or_set("gone", 5), (0, 1, 1, 0)),
    "get_or_set, computed": (lambda it: it.get_or_set("gone", lambda: 5), (0, 1, 1, 0)),
    "set": (lambda it: it.set("gone", 1, 60), (0, 0, 1, 0)),
    "set_many": (lambda it: it.set_many({"gone": 1, "there": 2}), (0, 0, 2, 0)),
    "add": (lambda it: it.add("gone", 1), (0, 0, 1, 0)),
    "add, but it is there": (lambda it: it.add("there", 1), (0, 0, 0, 0)),
    "touch": (lambda it: it.touch("there", 60), (0, 0, 0, 0)),
    "incr": (lambda it: it.incr("there"), (1, 0, 1, 0)),
    "decr": (lambda it: it.decr("there", 2), (1, 0, 1, 0)),
    "incr_version": (lambda it: it.incr_version("there"), (1, 0, 1, 1)),
    "decr_version": (lambda it: it.decr_version("there"), (1, 0, 1, 1)),
    "delete": (lambda it: it.delete("there"), (0, 0, 0, 1)),
    "delete_many": (lambda it: it.delete_many(["there", "gone"]), (0, 0, 0, 2)),
    "clear": (lambda it: it.clear(), (0, 0, 0, 0)),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_one_call_and_answers_as_before(backend, name):
    call, expected = CALLS[name]
    op = name.split(",")[0].split(" ")[0]
    backend.set("there", 1)
    with unrecorded():
        answer = call(backend)
    backend.clear()
    backend.set("there", 1)
    with record() as recording:
        assert call(backend) == answer
    assert told(recording) == [(op, *expected)]
    assert recording.cache[0].alias == "default"


@pytest.mark.parametrize("name", [name for name in CALLS if "computed" not in name])
def test_so_is_its_async_twin(backend, name):
    call, expected = CALLS[name]
    op = name.split(",")[0].split(" ")[0]
    backend.set("there", 1)

    class Twins:
        def __getattr__(self, method):
            return getattr(backend, f"a{method}")

    async def main():
        with record() as recording:
            await call(Twins())
        return recording

    recording = asyncio.run(main())
    assert told(recording) == [(op, *expected)]
    assert recording.cache[0].site.label.startswith("test_cache_calls.py:")


def test_in_is_a_question(backend):
    backend.set("there", 1)
    with record() as recording:
        assert "there" in backend and "gone" not in backend
    assert told(recording) == [("has_key", 1, 0, 0, 0), ("has_key", 0, 1, 0, 0)]


def test_a_stored_none_is_a_hit(backend):
    backend.set("there", None)
    with record() as recording:
        assert backend.get("there", "a default") is None
        assert backend.get_or_set("there", 5) is None
        assert backend.get_many(iter(["there", "gone", "there"])) == {"there": None}
    assert (recording.cache_hits, recording.cache_misses) == (3, 1)


def test_to_count_on_from_nothing_is_a_miss_and_no_failure(backend):
    for method in (backend.incr, backend.decr, backend.incr_version):
        with record() as recording, pytest.raises(ValueError, match="not found"):
            method("gone")
        assert told(recording) == [(method.__name__, 0, 1, 0, 0)]
        assert recording.cache[0].error is None


def test_a_thousand_calls_of_any_kind_are_counted_as_a_dictionary_would(backend):
    dice, model, expected = random.Random(1), {}, [0, 0, 0]
    with record(sites=False) as recording:
        for number in range(300):
            key, many = dice.choice("abcdefgh"), dice.sample("abcdefgh", 3)
            kind = dice.randrange(6)
            if kind == 0:
                backend.get(key)
            elif kind == 1:
                backend.get_many(many)
            elif kind == 2:
                backend.get_or_set(key, number)
            elif kind == 3:
                backend.set(key, None)
            else:
                backend.delete(key)
            asked = [key] if kind in (0, 2) else many if kind == 1 else []
            expected[0] += sum(each in model for each in asked)
            expected[1] += sum(each not in model for each in asked)
            expected[2] += kind == 3 or (kind == 2 and key not in model)
            if kind in (2, 3):
                model.setdefault(key, number)
            elif kind > 3:
                model.pop(key, None)
    assert len(recording.cache) == 300
    sets = sum(call.sets for call in recording.cache)
    assert [recording.cache_hits, recording.cache_misses, sets] == expected


@pytest.mark.parametrize("name", SERVERS)
def test_hits_and_misses_are_those_that_the_server_counts(name):
    needs(name)
    server = SERVERS[name].server()
    with override_settings(CACHES={"default": server.entry()}):
        server.flush()
        before = counted(server)
        with record() as recording:
            for number in range(30):
                cache.get(f"key{number % 7}")
                cache.get_many([f"key{each}" for each in range(number % 5)])
                cache.has_key("key3")
                cache.set(f"key{number}", None)
            computed = [cache.get_or_set(f"made{number % 4}", number) for number in range(9)]
        after = counted(server)
    assert computed == [0, 1, 2, 3, 0, 1, 2, 3, 0]
    # Django asks once more for what it has just stored in get_or_set(): four hits that no caller asked for
    assert recording.cache_hits == after[0] - before[0] - 4
    assert recording.cache_misses == after[1] - before[1]


def counted(server):
    """(hits, misses) since the server started, as it counts them."""
    with closing(server.client()) as client:
        if server.name == "Redis":
            stats = client.info("stats")
            return stats["keyspace_hits"], stats["keyspace_misses"]
        stats = client.stats()
        return stats[b"get_hits"], stats[b"get_misses"]


@override_settings(CACHES={"default": ENTRIES["third party"]})
def test_hits_and_misses_are_those_that_the_backend_counts_itself():
    with record() as recording:
        for number in range(20):
            cache.get(f"key {number % 7}")
            cache.get_many(f"key {each}" for each in range(number))
            cache.set(f"key {number}", number)
    shelf = caches["default"]
    assert (recording.cache_hits, recording.cache_misses) == (shelf.found, shelf.lacked)
    assert shelf.found > 0 and shelf.lacked > 0


def test_statements_of_the_database_cache_are_queries_too(traced):
    with override_settings(CACHES={"default": ENTRIES["database"]}):
        call_command("createcachetable", verbosity=0)
        traced.clear()
        with record() as recording:
            cache.set("key", 1)
            cache.get("key")
    assert recording.count == len(traced) == 6  # count, savepoint or BEGIN, select, insert, COMMIT; select
    assert [call.op for call in recording.cache] == ["set", "get"]
    assert recording.cache_ms > recording.db_ms > 0


def test_computing_a_value_is_not_the_cache_s_time_and_its_own_calls_count(shop_db, monkeypatch):
    now = [0]
    monkeypatch.setattr("labapp.probe.caches.perf_counter_ns", lambda: now[0])

    def expensive():
        now[0] += 5_000_000
        Tag.objects.count()
        return cache.get("part", 7)

    cache.clear()
    with record() as recording:
        assert cache.get_or_set("whole", expensive) == 7
    assert told(recording) == [("get_or_set", 0, 1, 1, 0), ("get", 0, 1, 0, 0)]
    assert recording.cache[0].ms == 0 and recording.count == 1


def test_a_server_that_is_gone_is_noted():
    class Gone(LocMemCache):
        def get(self, key, default=None, version=None):
            raise ConnectionRefusedError("nobody there")

    gone = Gone("gone", {})
    with record() as recording:
        with pytest.raises(ConnectionRefusedError):
            gone.get("key")
        with pytest.raises(ConnectionRefusedError):
            gone.get_or_set("key", 1)
        gone.set("key", 1)
    errors = [call.error for call in recording.cache]
    assert errors == ["ConnectionRefusedError: nobody there"] * 2 + [None]
    assert (recording.cache_hits, recording.cache_misses) == (0, 0)


def test_what_a_degrading_backend_swallows_is_a_miss_and_noted():
    class Gone(LocMemCache):
        def get(self, key, default=None, version=None):
            raise ConnectionRefusedError("nobody there")

    class Degrading(Gone):
        def get(self, key, default=None, version=None):
            try:
                return super().get(key, default, version)
            except ConnectionRefusedError:
                return default

    with record() as recording:
        assert Degrading("degrading", {}).get("key", 5) == 5
    assert told(recording) == [("get", 0, 1, 0, 0)]
    assert recording.cache[0].error == "ConnectionRefusedError: nobody there"


def test_an_override_that_takes_over_the_attributes_of_what_it_overrides_is_a_call():
    class Wrapping(LocMemCache):
        @wraps(LocMemCache.get)
        def get(self, *args, **kwargs):
            return 5

    with record() as recording:
        assert Wrapping("wrapping", {}).get("key") == 5
    assert told(recording) == [("get", 1, 0, 0, 0)]


def test_a_value_that_cannot_be_computed_is_not_the_cache_s_failure():
    with record() as recording, pytest.raises(ZeroDivisionError):
        LocMemCache("computing", {}).get_or_set("key", lambda: 1 // 0)
    assert told(recording) == [("get_or_set", 0, 1, 0, 0)]
    assert recording.cache[0].error is None


class Polite:
    """A mixin that is no cache by itself."""

    def get(self, key, default=None, version=None):
        return super().get(f"please-{key}", default, version)


def test_subclasses_mixins_and_their_super_are_one_call():
    class Shouting(Polite, LocMemCache):
        def get_many(self, keys, version=None):
            return {key: self.get(key) for key in keys}

        def set(self, key, value, *args, **kwargs):
            super().delete(key)
            return super().set(key, value, *args, **kwargs)

    class Louder(Shouting):
        def get(self, key, default=None, version=None, *, loud=True):
            return super().get(key, default, version)

    for made in (Shouting("loud", {}), Louder("loud", {})):
        with record() as recording:
            made.set("please-key", 1)
            assert made.get("key") == 1
            assert made.get_many(["key"]) == {"key": 1}
        assert told(recording) == [("set", 0, 0, 1, 0), ("get", 1, 0, 0, 0), ("get_many", 1, 0, 0, 0)]
        assert {call.alias for call in recording.cache} == {""}
    assert Louder("loud", {}).get("key", loud=False) == 1


def test_a_mixin_that_answers_by_itself_is_a_call():
    class Never:
        def get(self, key, default=None, version=None):
            return default

    class Nothing(Never, LocMemCache):
        pass

    with record() as recording:
        assert Nothing("never", {}).get("key", 3) == 3
    assert told(recording) == [("get", 0, 1, 0, 0)]


def test_django_still_knows_its_own_methods():
    assert LocMemCache("own", {}).get_many.__func__ is BaseCache.get_many
    assert inspect.iscoroutinefunction(cache.aget) and not inspect.iscoroutinefunction(cache.get)
    assert str(inspect.signature(LocMemCache.get)) == "(self, key, default=None, version=None)"


def test_nobody_hears_what_is_unrecorded_or_outside():
    cache.get("before")
    with record() as recording, unrecorded():
        cache.get("between")
    cache.get("after")
    assert recording.cache == [] and current.get() is None


def test_a_recording_inside_a_recording_and_threads():
    with record() as outer:
        with record() as inner:
            cache.get("one")
        thread = threading.Thread(target=cache.get, args=("two",), name="helper")
        thread.start()
        thread.join()
        assert [call.keys for call in outer.cache] == [["one"], ["two"]]  # read while it still listens
    assert [call.keys for call in inner.cache] == [["one"]]
    assert outer.cache[1].thread == "helper"


def test_cache_calls_survive_json_and_older_recordings_have_none():
    with record("cached") as recording:
        cache.set("key", object)
        cache.get_many([("a",), "key"])
    assert recording.cache[1].keys == ["['a']", "key"]
    again = Recording.from_dict(json.loads(json.dumps(recording.to_dict())))
    assert again == recording and again.cache == recording.cache
    older = recording.to_dict()
    del older["cache"]
    assert Recording.from_dict(older).cache == []


BEFORE = """
import django, sys
from django.conf import settings
settings.configure(CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}})
django.setup()
from django.core.cache import cache
cache.set("key", 1)
assert "labapp.probe" not in sys.modules
from labapp.probe import record
with record() as recording:
    cache.get("key")
(call,) = recording.cache
print(call.alias, call.op, call.hits)
"""


def test_a_backend_made_before_the_probe_was_there_is_recorded():
    result = subprocess.run([sys.executable, "-c", BEFORE], capture_output=True, text=True, timeout=60)
    assert result.stdout == "default get 1\n", result.stderr
