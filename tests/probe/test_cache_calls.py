"""What a recording says of cache calls: one for each call of the API, on every backend, hits and misses."""

import asyncio
import random
from contextlib import closing

import pytest
from django.core.cache import cache, caches
from django.core.management import call_command
from django.test import override_settings

from labapp.probe import record, unrecorded
from tests.probe.backends import ENTRIES, SERVERS, told
from tests.requires import needs


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
