"""Cache calls in odd places: servers that fail, subclasses, mixins, threads, older backends, JSON."""

import inspect
import json
import subprocess
import sys
import threading
from functools import wraps

import pytest
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.test import override_settings

from labapp.probe import Recording, record, unrecorded
from labapp.probe.scope import current
from labapp.services import redis
from tests.cases.models import Tag
from tests.probe.backends import told
from tests.requires import needs


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


def test_a_redis_that_died_is_noted():
    needs("redis")
    server = redis.Server()
    with override_settings(CACHES={"default": server.entry()}):
        cache.set("key", 1)
        server.stop()
        with record() as recording, pytest.raises(Exception, match="[Cc]onnect"):
            cache.get("key")
    assert told(recording) == [("get", 0, 0, 0, 0)]
    assert recording.cache[0].error.startswith("ConnectionError: ")


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


def test_the_dummy_cache_never_has_anything():
    dummy = DummyCache("", {})
    with record() as recording:
        dummy.set("key", 1)
        assert dummy.get("key", 3) == 3 and dummy.get_or_set("key", lambda: 4) == 4
        assert dummy.get_many(["key", "other"]) == {} and "key" not in dummy
    assert (recording.cache_hits, recording.cache_misses) == (0, 5)


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
