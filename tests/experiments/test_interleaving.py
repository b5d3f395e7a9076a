"""Interleavings: every order of steps, once each, the same every time."""

import threading
from itertools import permutations
from math import comb

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.models import F
from django.db.transaction import atomic

from labapp.experiments.interleaving import Stuck, TooManyOrders, interleavings, replay
from labapp.pinsta.models import Photo


def words(run):
    """The order in short: "rrw"."""
    return "".join(name[0] for name in run.order)


def calls(reads, writes):
    """A scenario of so many cache calls by each of two."""

    def scenario():
        cache.clear()
        return {
            "reader": lambda: [cache.get(f"read-{n}") for n in range(reads)],
            "writer": lambda: [cache.set(f"written-{n}", n) for n in range(writes)],
        }

    return scenario


@pytest.mark.parametrize("reads, writes", [(1, 1), (2, 3), (4, 4), (0, 3)])
def test_every_order_is_run_once(reads, writes):
    orders = [words(run) for run in interleavings(calls(reads, writes))]
    assert sorted(orders) == sorted({"".join(p) for p in permutations("r" * reads + "w" * writes)})
    assert len(orders) == comb(reads + writes, reads)


def test_three_pieces():
    def scenario():
        return {name: lambda name=name: [cache.get(f"{name}-{n}") for n in "12"] for name in "abc"}

    assert len({words(run) for run in interleavings(scenario)}) == 90


def test_two_enumerations_are_the_same():
    first, second = ([str(run) for run in interleavings(calls(3, 2))] for _ in range(2))
    assert first == second


def test_statements_and_the_end_of_a_transaction_are_steps(pinsta_db):
    def change():
        with atomic():
            Photo.objects.filter(pk=1).update(width=F("width") + 1)
            return Photo.objects.values_list("width", flat=True).get(pk=1)

    (run,) = interleavings(lambda: {"writer": change})
    assert [step.what.split()[0] for step in run.steps] == ["BEGIN", "UPDATE", "SELECT", "COMMIT"]
    assert run.values == {"writer": Photo.objects.get(pk=1).width}


def test_a_lost_update_is_lost_in_as_many_orders_as_one_can_work_out(pinsta_db):
    """Both read, then both write: 4 of the 6 orders of R W and R W lose one."""

    def add():
        photo = Photo.objects.only("width").get(pk=1)
        Photo.objects.filter(pk=1).update(width=photo.width + 1)

    def scenario():
        Photo.objects.filter(pk=1).update(width=0)
        return {"one": add, "two": add}

    widths = [Photo.objects.get(pk=1).width for _ in interleavings(scenario)]
    assert sorted(widths) == [1, 1, 1, 1, 2, 2]


def test_a_piece_that_waits_for_the_lock_of_another_goes_on_when_that_has_committed(pinsta_db):
    """BEGIN, UPDATE, COMMIT twice: the second UPDATE can only come after the first COMMIT."""

    def add():
        with atomic():
            Photo.objects.filter(pk=1).update(width=F("width") + 1)

    def scenario():
        Photo.objects.filter(pk=1).update(width=0)
        return {"one": add, "two": add}

    runs = []
    for run in interleavings(scenario):
        runs.append(run)
        assert not run.errors, run
        assert Photo.objects.get(pk=1).width == 2
        what = [(step.who, step.what.split()[0]) for step in run.steps]
        first = next(who for who, word in what if word == "UPDATE")
        second = "two" if first == "one" else "one"
        assert what.index((first, "COMMIT")) < what.index((second, "UPDATE"))
    assert len(runs) == len({run.order for run in runs}) == 8


def test_two_that_wait_for_each_other_get_the_databases_own_error(pinsta_db):
    """SQLite, where both have read before one has committed: neither may write, so one of them fails."""

    def add():
        with atomic():
            width = Photo.objects.values_list("width", flat=True).get(pk=1)
            Photo.objects.filter(pk=1).update(width=width + 1)

    def scenario():
        Photo.objects.filter(pk=1).update(width=0)
        return {"one": add, "two": add}

    seen = set()
    for run in interleavings(scenario):
        words = [step.what.split()[0] for step in run.steps]
        first_end = min(words.index(end) for end in ("COMMIT", "ROLLBACK") if end in words)
        both_read = words[:first_end].count("SELECT") == 2
        assert len(run.errors) == both_read
        assert all(isinstance(error, OperationalError) for error in run.errors.values())
        assert Photo.objects.get(pk=1).width == 2 - len(run.errors), "who did not fail is not lost"
        seen.add(both_read)
    assert seen == {True, False}


def test_get_or_set_is_as_many_steps_as_it_is_calls():
    def scenario():
        cache.clear()
        return {"reader": lambda: cache.get_or_set("name", "value")}

    (run,) = interleavings(scenario)
    what = [step.what for step in run.steps]
    assert what == ["cache.get_or_set('name')", "cache.add('name')", "cache.get('name')"]


def test_who_polls_waits_for_another_step():
    def wait():
        while cache.get("ready") is None:
            continue

    def scenario():
        cache.clear()
        return {"waiting": wait, "working": lambda: [cache.set("other", 1), cache.set("ready", 1)]}

    runs = list(interleavings(scenario))
    assert sorted(run.order.count("waiting") for run in runs) == [1, 2, 2, 3]


def test_who_polls_in_a_loop_of_several_steps_waits_as_well():
    def wait():
        while cache.get("ready") is None and not cache.add("lock", 1):
            continue

    def scenario():
        cache.clear()
        cache.set("lock", 1)
        return {"waiting": wait, "working": lambda: cache.set("ready", 1)}

    assert all(len(run.steps) <= 6 for run in interleavings(scenario))


def test_threads_that_a_piece_starts_go_their_own_way(pinsta_db):
    def count_beside():
        counted = []

        def count():
            counted.append(Photo.objects.count())
            connection.close()

        thread = threading.Thread(target=count)
        thread.start()
        thread.join()
        return counted + [Photo.objects.count()]

    (run,) = interleavings(lambda: {"reader": count_beside})
    assert len(run.steps) == 1 and run.values["reader"] == [Photo.objects.count()] * 2


def test_what_is_raised_belongs_to_the_run():
    def fail():
        cache.get("name")
        raise LookupError("nothing")

    (run,) = interleavings(lambda: {"reader": fail})
    assert str(run.errors["reader"]) == "nothing" and run.values == {}


def test_one_order_again():
    run = replay(calls(2, 2), ("writer", "reader", "reader", "writer"))
    assert words(run) == "wrrw"
    assert words(replay(calls(2, 2), ["writer", "writer"])) == "wwrr"
    with pytest.raises(ValueError, match="cannot run in the order writer writer writer"):
        replay(calls(2, 2), ["writer"] * 3)


def test_who_came_after_whom():
    run = replay(calls(1, 2), ("writer", "reader", "writer"))
    assert not run.follows("reader", "writer") and not run.follows("writer", "reader")
    assert replay(calls(1, 2), ("writer", "writer", "reader")).follows("reader", "writer")
    assert replay(calls(1, 2), ("reader",)).follows("writer", "reader")
    assert not replay(calls(0, 2), ()).follows("reader", "writer"), "one without a step came nowhere"


def test_switches_bound_the_orders():
    everything = [run.order for run in interleavings(calls(3, 3))]

    def left(order):
        """How often somebody was left who had not ended."""
        return sum(
            order[at] != order[at - 1] and order[at - 1] in order[at:] for at in range(1, len(order))
        )

    for switches in range(4):
        found = [run.order for run in interleavings(calls(3, 3), switches=switches)]
        assert sorted(found) == sorted(order for order in everything if left(order) <= switches)


def test_too_many_orders_are_refused():
    with pytest.raises(TooManyOrders, match="more than 10 orders of 6 steps"):
        list(interleavings(calls(3, 3), most=10))


def test_who_never_ends_is_stuck():
    def forever():
        n = 0
        while True:
            n += cache.get(f"name-{n}", 1)

    with pytest.raises(Stuck, match="After 500 steps"):
        list(interleavings(lambda: {"reader": forever}))


def test_no_thread_is_left_behind():
    def ours():
        return [thread.name for thread in threading.enumerate() if thread.name.startswith("interleaving")]

    for _ in interleavings(calls(3, 3)):
        break  # in the middle of it
    list(interleavings(calls(1, 1)))
    assert ours() == []


def test_this_threads_own_cache_and_connection_are_as_they_were(pinsta_db):
    before = vars(cache._connections["default"]).copy() if hasattr(cache, "_connections") else None
    list(interleavings(calls(1, 1)))
    assert not connection.execute_wrappers
    assert before is None or vars(cache._connections["default"]) == before
