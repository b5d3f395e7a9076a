"""An alias pointed at another database: in this block, its threads and its async code, and nowhere else."""

import asyncio
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import (
    InternalError,
    OperationalError,
    close_old_connections,
    connection,
    connections,
    transaction,
)

from labapp import databases, probe
from labapp import postgres as databases_of_postgres
from labapp.pinsta import seeding
from labapp.pinsta.models import Photo, Tag
from tests.requires import needs

pytestmark = pytest.mark.usefixtures("pinsta_db")


@pytest.fixture
def other(tmp_path):
    """Another copy, in which there are no tags."""
    path = tmp_path / "another one.sqlite3"
    seeding.copy(seeding.ensure("small", 1), path)
    with databases.database(path):
        Tag.objects.all().delete()
    return path


@contextmanager
def pool_that_has_connected():
    """An executor whose only thread has used the database before."""
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(Tag.objects.count).result() == 40
        yield pool
        pool.submit(connections.close_all).result()


def in_thread(function):
    """What the function returns in a thread of its own."""
    found = []

    def run():
        try:
            found.append(function())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def test_the_block_has_it_and_afterwards_not(other):
    assert Tag.objects.count() == 40
    with databases.database(other):
        assert Tag.objects.count() == 0 and Photo.objects.count() == 320
        assert connection.settings_dict["NAME"] == str(other)
    assert Tag.objects.count() == 40


def test_blocks_nest(other, pinsta_db):
    with databases.database(other):
        with databases.database(pinsta_db):
            assert Tag.objects.count() == 40
        assert Tag.objects.count() == 0


def test_threads_started_in_the_block_have_it(other):
    with databases.database(other):
        assert in_thread(Tag.objects.count) == 0
        assert in_thread(lambda: in_thread(Tag.objects.count)) == 0
    assert in_thread(Tag.objects.count) == 40


def test_threads_have_it_while_they_are_recorded(other):
    with probe.record() as outside, databases.database(other), probe.record() as inside:
        assert in_thread(Tag.objects.count) == 0
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(Tag.objects.count).result() == 0
            pool.submit(connections.close_all).result()
    assert inside.count == outside.count == 2
    with databases.database(other), probe.record() as recording:
        assert in_thread(Tag.objects.count) == 0
    assert recording.count == 1


def test_an_older_thread_has_it_for_work_that_the_block_submits(other):
    with pool_that_has_connected() as pool:
        with databases.database(other):
            assert pool.submit(Tag.objects.count).result() == 0
        assert pool.submit(Tag.objects.count).result() == 40


def test_a_thread_that_an_executor_starts_for_the_block_is_free_afterwards(other):
    with ThreadPoolExecutor(1) as pool:
        with databases.database(other):
            assert pool.submit(Tag.objects.count).result() == 0
        assert pool.submit(Tag.objects.count).result() == 40
        pool.submit(connections.close_all).result()


def test_another_thread_keeps_what_it_has(other):
    go, done = threading.Event(), threading.Event()
    counts = []

    def elsewhere():
        go.wait(10)
        counts.append(Tag.objects.count())
        connections.close_all()
        done.set()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    with databases.database(other):
        go.set()
        assert done.wait(10)
    thread.join()
    assert counts == [40]


def test_async_code_in_the_block_has_it(other):
    async def counts():
        found = await asyncio.gather(Tag.objects.acount(), asyncio.to_thread(in_thread, Tag.objects.count))
        return set(found)

    with databases.database(other):
        assert asyncio.run(counts()) == {0}
    assert asyncio.run(counts()) == {40}


def test_every_thread_has_what_is_used_everywhere(other, pinsta_db):
    with pool_that_has_connected() as pool:
        databases.use(other)
        try:
            assert Tag.objects.count() == 0
            assert in_thread(Tag.objects.count) == 0
            assert pool.submit(Tag.objects.count).result() == 0
        finally:
            databases.use(pinsta_db)
        assert pool.submit(Tag.objects.count).result() == 40


def test_the_connections_of_a_block_are_closed_at_its_end(other):
    with databases.database(other) as target, ThreadPoolExecutor(1) as pool:
        Tag.objects.count()
        pool.submit(Tag.objects.count).result()
        opened = list(target._all)
        assert len(opened) == 2 and all(wrapper.connection for wrapper in opened)
    assert not any(wrapper.connection for wrapper in opened)


def test_django_finds_the_open_connections_to_close_them(other):
    with databases.database(other):
        Tag.objects.count()
        assert connections["default"] in connections.all(initialized_only=True)
        connections["default"].close_at = 0
        close_old_connections()
        assert connections["default"].connection is None
        assert Tag.objects.count() == 0


def test_transactions_stay_in_their_database(other):
    with databases.database(other), transaction.atomic():
        Tag.objects.create(name="new", slug="new")
    assert not Tag.objects.filter(name="new")
    with databases.database(other):
        assert Tag.objects.get().name == "new"


def test_an_entry_like_in_the_settings_will_do(other):
    with databases.database({"ENGINE": "django.db.backends.sqlite3", "NAME": other}):
        assert Tag.objects.count() == 0


@pytest.mark.parametrize("thread", [False, True])
def test_read_only_refuses_every_write(pinsta_db, thread):
    run = in_thread if thread else (lambda function: function())

    def write():
        with pytest.raises(OperationalError, match="readonly"):
            Tag.objects.create(name="new", slug="new")
        return True

    with databases.read_only():
        assert run(Tag.objects.count) == 40
        assert run(write)
    Tag.objects.create(name="new", slug="new")
    assert Tag.objects.count() == 41


def test_read_only_inside_another_database_and_inside_itself(tmp_path, other):
    odd = tmp_path / "100% odd? name #1.sqlite3"
    shutil.copyfile(other, odd)
    with databases.database(odd), databases.read_only(), databases.read_only():
        assert Tag.objects.count() == 0
        with pytest.raises(OperationalError, match="readonly"):
            Photo.objects.all().delete()


@pytest.fixture
def postgres():
    """The entry of a PostgreSQL database with the small data set, of this test's own."""
    needs("postgresql")
    entry = databases_of_postgres.private_copy("small", 1)
    yield entry
    databases_of_postgres.drop(entry)


@pytest.mark.parametrize("thread", [False, True])
def test_read_only_refuses_every_write_on_postgresql(postgres, thread):
    run = in_thread if thread else (lambda function: function())

    def write():
        with pytest.raises(InternalError, match="cannot execute INSERT in a read-only transaction"):
            Tag.objects.create(name="new", slug="new")
        return True

    with databases.database(postgres):
        with databases.read_only():
            assert run(Tag.objects.count) == 40
            assert run(write)
        Tag.objects.create(name="new", slug="new")
        assert Tag.objects.count() == 41


def session():
    """The number of PostgreSQL's process for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_a_target_that_is_entered_again_keeps_its_connection(postgres, other):
    target = databases.target_of(postgres)
    with databases.entered(target):
        first = session()
    with databases.entered(target), databases.database(other):
        with databases.entered(target):
            assert session() == first
    target.close()
    with databases.entered(target):
        assert session() != first
    target.close()

    target = databases.target_of(other)
    with databases.entered(target):
        Tag.objects.count()
        first = connection.connection
    with databases.entered(target):
        assert connection.connection is first
    target.close()
    assert not target._all


def test_the_next_who_enters_meets_no_transaction_no_setting_and_no_thread_of_the_one_before(postgres):
    target = databases.target_of(postgres)
    with databases.entered(target), connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("SET default_transaction_read_only = on")
        mine, other = session(), in_thread_without_closing(session)
        assert {mine, other} <= sessions(postgres)
    with databases.entered(target):
        assert session() == mine
        with connection.cursor() as cursor:
            cursor.execute("SHOW enable_seqscan")
            assert cursor.fetchone() == ("on",)
            cursor.execute("SHOW default_transaction_read_only")
            assert cursor.fetchone() == ("off",)
        assert other not in sessions(postgres)
        transaction.set_autocommit(False)
        Tag.objects.all().delete()
    with databases.entered(target):
        assert Tag.objects.count() == 40
    target.close()


def test_a_connection_that_was_lost_is_replaced(postgres):
    target = databases.target_of(postgres)
    with databases.entered(target):
        lost = session()
    with databases_of_postgres.postgresql.server().admin() as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 10000)", [lost])
    with databases.entered(target):
        assert session() != lost
        assert Tag.objects.count() == 40
    target.close()


def in_thread_without_closing(function):
    """What the function returns in a thread that forgets to close its connection."""
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def sessions(entry):
    """The processes of all who are connected to this database."""
    with databases_of_postgres.postgresql.server().admin() as admin:
        found = admin.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [entry["NAME"]])
        return {pid for (pid,) in found}


ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(600)",
}


@pytest.mark.parametrize("thread", [False, True])
@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_a_long_statement_is_ended_wherever_it_runs(request, other, vendor, thread):
    entry = request.getfixturevalue("postgres") if vendor == "postgresql" else other

    def run():
        with connection.cursor() as cursor:
            begun.set()
            with pytest.raises(OperationalError, match="interrupted|canceling statement"):
                cursor.execute(ENDLESS[vendor])
                cursor.fetchall()
        return "ended"

    begun, over = threading.Event(), threading.Event()
    with databases.interruptible() as interrupt:

        def insist():
            begun.wait()
            while not over.wait(0.01):
                interrupt()

        stopper = threading.Thread(target=insist)
        stopper.start()
        with databases.database(entry):
            assert (in_thread(run) if thread else run()) == "ended"
        over.set()
        stopper.join()
