"""Invalidation and stampede as exercises: judged in every order, by a clock that is moved on."""

import threading
import time
from time import sleep

import pytest
from django.core.cache import cache
from django.db.models import F
from django.db.transaction import atomic

from labapp.experiments.exercises import caching as lesson
from labapp.experiments.exercises.clock import WaitsForEver, moved
from tests.experiments.exercises import fails, kept, passes  # noqa: F401

pytestmark = pytest.mark.usefixtures("kept")
Caption = lesson.Caption


# C. Never stale


def keep(key, row):
    page = cache.get(key)
    if page is None:
        page = lesson.page_with(row())
        cache.set(key, page, 3600)
    return page


def row_of(photo_id):
    return Caption.objects.get(pk=photo_id)


def read_uncached(photo_id):
    return lesson.page_with(row_of(photo_id))


def read_by_id(photo_id):
    return keep(f"page-{photo_id}", lambda: row_of(photo_id))


def read_by_version(photo_id):
    row = row_of(photo_id)
    return keep(f"page-{photo_id}-{row.version}", lambda: row)


def write(photo_id, caption):
    Caption.objects.filter(pk=photo_id).update(text=caption, version=F("version") + 1)


def write_then_delete(photo_id, caption):
    write(photo_id, caption)
    cache.delete(f"page-{photo_id}")


def delete_then_write(photo_id, caption):
    cache.delete(f"page-{photo_id}")
    write(photo_id, caption)


def read_by_generation(photo_id):
    generation = cache.get_or_set(f"generation-{photo_id}", 1, None)
    return keep(f"page-{photo_id}-{generation}", lambda: row_of(photo_id))


def write_generation(photo_id, caption):
    write(photo_id, caption)
    cache.add(f"generation-{photo_id}", 1, None)
    cache.incr(f"generation-{photo_id}")


def locked(photo_id, work):
    while not cache.add(f"lock-{photo_id}", True, 10):
        sleep(0.01)
    try:
        return work()
    finally:
        cache.delete(f"lock-{photo_id}")


def read_locked(photo_id):
    page = cache.get(f"page-{photo_id}")
    return locked(photo_id, lambda: read_by_id(photo_id)) if page is None else page


def write_locked(photo_id, caption):
    locked(photo_id, lambda: write_then_delete(photo_id, caption))


@pytest.mark.parametrize(("read", "save"), [
    (read_by_version, write), (read_by_version, atomic(write)), (read_by_generation, write_generation),
    (read_locked, write_locked),
])  # fmt: skip
def test_keys_with_a_version_and_locks_are_never_stale(read, save):
    assert "Never stale, in" in passes(lesson.never_stale, read, save)


@pytest.mark.parametrize("save", [write_then_delete, delete_then_write])
def test_deleting_races_with_a_reader(save):
    fails(
        lesson.never_stale, (read_by_id, save),
        "✓ The right page", "✗ Stale in", "reader: cache.set('page-1')", "afterwards: is shown 'Old",
    )


def test_a_version_that_two_writers_raise_alike_is_stale():
    def save(photo_id, caption):
        row = row_of(photo_id)
        row.text, row.version = caption, row.version + 1
        row.save()

    fails(lesson.never_stale, (read_by_version, save), "✗ Stale in", "writer 2: UPDATE lab_caption")


def test_reading_without_a_cache_is_told_and_so_is_what_is_out_of_date():
    fails(lesson.never_stale, (read_uncached, write), "✗ A page that was read before takes 2 queries")
    fails(lesson.never_stale, (read_by_id, write), "After a change of it, read(")
    one_for_all = lambda photo_id: keep("page", lambda: row_of(photo_id))  # noqa: E731
    fails(lesson.never_stale, (one_for_all, write), "At first, read(")


def test_saving_nothing_or_everything_is_told():
    fails(lesson.never_stale, (read_by_version, lambda photo_id, caption: None), "and of no other")
    everything = lambda photo_id, caption: Caption.objects.update(text=caption)  # noqa: E731
    fails(lesson.never_stale, (read_uncached, everything), "and of no other")


def test_a_read_or_save_that_raises_or_is_missing_is_told():
    fails(lesson.never_stale, (lambda photo_id: 1 / 0, write), "It raises ZeroDivisionError")
    fails(lesson.never_stale, read_by_version, "wants the function itself and got NoneType")
    fails(lesson.never_stale, (read_by_version, lambda photo_id: None), "photo_id, caption")


# D. One makes it


def get_else_set(key, make, lifetime):
    page = cache.get(key)
    if page is None:
        page = make()
        cache.set(key, page, lifetime)
    return page


def lock(key, make, lifetime):
    page = cache.get(key)
    while page is None:
        if cache.add(f"{key}-lock", True, 10):
            try:
                page = get_else_set(key, make, lifetime)
            finally:
                cache.delete(f"{key}-lock")
        else:
            sleep(0.01)
            page = cache.get(key)
    return page


def old_meanwhile(key, make, lifetime):
    """Who has the lock makes it, the others show the old one; where there is none, all make it."""
    page, until = cache.get(key, (None, 0))
    if time.time() >= until and (cache.add(f"{key}-lock", True, 10) or page is None):
        try:
            page, until = cache.get(key, (None, 0))
            if time.time() >= until:
                page = make()
                cache.set(key, (page, time.time() + lifetime), lifetime + 600)
        finally:
            cache.delete(f"{key}-lock")
    return page


def in_a_thread(key, make, lifetime):
    """The old one is shown, and a thread makes it anew."""

    def anew():
        try:
            if time.monotonic() >= cache.get(key, (None, 0))[1]:
                cache.set(key, (make(), time.monotonic() + lifetime), lifetime + 7200)
        finally:
            cache.delete(f"{key}-lock")

    page, until = cache.get(key, (None, 0))
    if page is None:
        anew()
        return cache.get(key)[0]
    if time.monotonic() >= until and cache.add(f"{key}-lock", True, 10):
        threading.Thread(target=anew).start()
    return page


@pytest.mark.parametrize("answer", [lock, old_meanwhile, in_a_thread])
def test_a_page_made_by_one_passes(answer):
    assert "✓ Expired, one makes it" in passes(lesson.one_makes_it, answer)


def test_without_a_lock_several_make_it_at_once():
    fails(lesson.one_makes_it, get_else_set, "2 make it at the same moment", "reader 2: SELECT 'making the")


def test_who_does_not_look_again_makes_it_again():
    def convoy(key, make, lifetime):
        page = cache.get(key)
        if page is None:
            while not cache.add(f"{key}-lock", True, 10):
                sleep(0.01)
            try:
                page = make()
                cache.set(key, page, lifetime)
            finally:
                cache.delete(f"{key}-lock")
        return page

    fails(lesson.one_makes_it, convoy, "times, one after the other")


def raising_leaves_a_lock(key, make, lifetime):
    page = cache.get(key)
    while page is None:
        if cache.add(f"{key}-lock", True, None):
            page = get_else_set(key, make, lifetime)
            cache.delete(f"{key}-lock")
        else:
            sleep(0.01)
            page = cache.get(key)
    return page


def nothing_for_others(key, make, lifetime):
    page = cache.get(key)
    if page is None and cache.add(f"{key}-lock", True, 10):
        page = get_else_set(key, make, lifetime)
        cache.delete(f"{key}-lock")
    return page


mutex = threading.Lock()


def in_this_process(key, make, lifetime):
    with mutex:
        return get_else_set(key, make, lifetime)


@pytest.mark.parametrize(("answer", "sentence"), [
    (raising_leaves_a_lock, "After make() has raised once, everybody waits for ever."),
    (nothing_for_others, "gets None instead of a page."),
    (in_this_process, "That lock is known to this process alone"),
    (lambda key, make, lifetime: make(), "Half of a lifetime later, it gives page 2, and page 1"),
    (lambda key, make, lifetime: cache.get_or_set(key, make, None), "At the second call after a lifetime"),
    (lambda key, make, lifetime: lock("page", make, lifetime), "When nothing is kept, it gives"),
    (lambda key, make, lifetime: lock(key, make, 3600), "At the second call after a lifetime"),
    (lambda key, make, lifetime: "page 1", "When nothing is kept, it gives 'page 1'"),
    (lambda key, make, lifetime: 1 / 0, "It raises ZeroDivisionError"),
    (lambda key: None, "must be a function of key, make, lifetime"),
])  # fmt: skip
def test_what_is_no_cure_is_told_why(answer, sentence):
    fails(lesson.one_makes_it, answer, sentence)


# The clock


def test_the_clock_is_moved_for_the_check_and_for_nobody_else():
    real = time.time, time.monotonic, time.sleep
    seen, go, gone = [], threading.Event(), threading.Event()

    def other():
        go.wait()
        seen.append(time.time())
        gone.set()

    threading.Thread(target=other).start()
    with moved(lock) as clock:
        before = time.time()
        clock.forward(1000)
        lock.__globals__["sleep"](100)  # which takes no time
        assert time.time() - before >= 1100
        cache.set("key", 1, 60)
        clock.forward(61)
        assert cache.get("key") is None
        go.set()
        gone.wait()
    assert seen[0] - before < 1000
    assert (time.time, time.monotonic, time.sleep) == real and lock.__globals__["sleep"] is sleep


def test_who_sleeps_for_ever_is_woken():
    with moved() as clock, pytest.raises(WaitsForEver):
        while True:
            time.sleep(10)
    assert clock.slept > 0
