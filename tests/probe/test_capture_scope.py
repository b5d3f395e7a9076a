"""Who sees what: nested recordings, recordings side by side, threads, executors."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from labapp.probe import before_statement, record, unrecorded
from labapp.probe.scope import current
from tests.cases.models import Tag


def ask(times=1):
    try:
        for _ in range(times):
            Tag.objects.count()
    finally:
        connections.close_all()


def in_thread(work, *args):
    thread = threading.Thread(target=work, args=args)
    thread.start()
    thread.join()


def test_nested_recordings_both_see_a_query(shop_db):
    with record() as outer:
        Tag.objects.count()
        with record() as inner:
            Tag.objects.exists()
    assert (outer.count, inner.count) == (2, 1)
    assert inner.queries[0].sql == outer.queries[1].sql


def test_four_threads_with_five_queries_each(traced):
    with record() as recording:
        threads = [threading.Thread(target=ask, args=(5,), name=f"worker {i}") for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert recording.count == sum(statement.startswith("SELECT") for statement in traced) == 20
    assert {query.thread for query in recording.queries} == {f"worker {i}" for i in range(4)}


def test_a_thread_is_itself_again_once_it_runs(shop_db):
    class Own(threading.Thread):
        def run(self):
            ask()

    with record() as recording:
        thread = Own()
        thread.start()
        thread.join()
    assert recording.count == 1
    assert "run" not in vars(thread)


def test_an_executor_made_before_the_recording(shop_db):
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(ask, [1, 1]))
        with record() as recording:
            list(pool.map(ask, [3, 3]))
        list(pool.map(ask, [1, 1]))
    assert recording.count == 6


def test_an_executor_made_inside_does_not_keep_the_scope(shop_db):
    with ThreadPoolExecutor(1) as pool:
        with record() as recording:
            pool.submit(ask).result()
        assert pool.submit(current.get).result() is None
    assert recording.count == 1


def test_work_without_a_frame_of_its_own_knows_who_submitted_it(shop_db):
    Tag.objects.create(name="x")
    with ThreadPoolExecutor(1) as pool, record() as recording:
        pool.submit(Tag.objects.get, name="x").result()
        pool.submit(connections.close_all).result()
    assert recording.queries[0].site.text == 'pool.submit(Tag.objects.get, name="x").result()'
    assert recording.queries[0].via == ["get"]


def test_two_recordings_in_two_threads_see_only_their_own(shop_db):
    barrier = threading.Barrier(2, timeout=30)
    counts = {}

    def work(name, times):
        with record(name) as recording:
            for _ in range(times):
                barrier.wait()
                ask()
        counts[name] = recording.count

    threads = [threading.Thread(target=work, args=(name, 10)) for name in ("cell", "panel")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == {"cell": 10, "panel": 10}


def test_a_thread_from_before_is_heard_only_by_everywhere(shop_db):
    go, done = threading.Event(), threading.Event()

    def waiting():
        go.wait(30)
        ask()
        done.set()

    thread = threading.Thread(target=waiting)
    thread.start()
    with record() as own, record(everywhere=True) as everything:
        go.set()
        assert done.wait(30)
        Tag.objects.count()
    thread.join()
    assert (own.count, everything.count) == (1, 2)


def test_everywhere_and_a_nested_recording_count_once_each(shop_db):
    with record(everywhere=True) as everything, record() as own, record(everywhere=True) as again:
        in_thread(ask)
        Tag.objects.count()
    assert (everything.count, own.count, again.count) == (2, 2, 2)


def test_queries_that_come_after_the_end_are_ignored(shop_db):
    go, done = threading.Event(), threading.Event()

    def late():
        go.wait(30)
        ask()
        done.set()

    with record() as recording:
        thread = threading.Thread(target=late)
        thread.start()
    count = recording.count
    go.set()
    assert done.wait(30)
    thread.join()
    assert (count, recording.count) == (0, 0)


def test_hooks_and_silence_reach_threads_and_end_with_their_block(shop_db):
    calls = []
    go, done = threading.Event(), threading.Event()

    def late():
        ask()
        done.set()
        go.wait(30)
        ask()

    with before_statement(lambda: calls.append(threading.current_thread().name)):
        thread = threading.Thread(target=late, name="late")
        thread.start()
        assert done.wait(30)
    go.set()
    thread.join()
    assert calls == ["late"]
    with record() as recording, unrecorded():
        in_thread(ask)
    assert recording.count == 0


def test_a_recording_can_be_read_inside_its_block(shop_db):
    with record() as recording:
        assert recording.count == 0
        Tag.objects.count()
        assert (recording.count, recording.queries[0].kind) == (1, "select")
        before = recording.wall_ms
        assert 0 < before < recording.wall_ms
    assert recording.count == 1


def test_blocks_of_generators_that_end_in_another_order(shop_db):
    def recorded():
        with record() as recording:
            yield recording

    one, other = recorded(), recorded()
    first, second = next(one), next(other)
    Tag.objects.count()
    one.close()
    Tag.objects.count()
    other.close()
    assert current.get() is None
    assert (first.count, second.count) == (1, 2)


def test_as_a_decorator_each_call_is_a_recording(shop_db):
    @record("counting")
    def count(times):
        for _ in range(times):
            Tag.objects.count()
        return times

    assert count(2) == 2
    first = count.recording
    assert count(3) == 3
    assert (first.count, count.recording.count, first.label) == (2, 3, "counting")


def test_as_a_decorator_of_a_coroutine(shop_db):
    @record()
    async def count():
        return await Tag.objects.acount()

    assert asyncio.run(count()) == 0
    assert count.recording.count == 1


def test_the_block_may_raise(shop_db):
    with pytest.raises(ZeroDivisionError), record() as recording:
        Tag.objects.count()
        1 / 0
    assert recording.count == 1
    assert current.get() is None


def test_nothing_listens_after_a_recording(shop_db):
    with connection.cursor() as cursor:
        with record():
            cursor.execute("SELECT 1")
        cursor.execute("SELECT 1")
        assert cursor._entry is None


def test_a_label_that_is_no_text():
    with pytest.raises(TypeError, match="takes a label of text, got 7"):
        record(7)
