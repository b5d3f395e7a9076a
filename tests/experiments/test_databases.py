"""Which database an experiment runs on: what can be chosen, what variants may do there, what stays."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.db.models import F

from labapp import databases, probe
from labapp.experiments import Experiment, Integer
from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, durability, keep, needs_postgresql, scratch
from labapp.experiments.parameters import BadSetting
from labapp.measure.stop import Stopped
from labapp.measure.worker import worker
from labapp.pinsta.models import Tag
from labapp.services import postgresql
from tests.requires import needs

KINDS = "SQLite", "PostgreSQL", "PostgreSQL via proxy"
pytestmark = pytest.mark.usefixtures("pinsta_db")


@pytest.fixture(params=KINDS)
def kind(request):
    if request.param != "SQLite":
        needs("postgresql")
    return request.param


def experiment(*variants, writes=False, conditions=(), **options):
    """An experiment with these functions as variants."""
    made = Experiment("tags", question="?", conditions=[database(writes=writes), *conditions], **options)
    for each in variants:
        made.variant(each)
    return made


def value_of(function, kind, writes=False, conditions=(), **settings):
    """What a function returns when an experiment runs it on this kind of database."""
    found = []
    made = experiment(lambda: found.append(function()), writes=writes, conditions=conditions)
    measurement = made.run(budget_ms=0, database=kind, **settings).measurements[0]
    assert measurement.error is None, measurement.error
    return found[-1]


def sql(statement):
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None


def names():
    return set(Tag.objects.values_list("name", flat=True))


# What can be chosen


@pytest.mark.parametrize("missing", [
    "labapp.services.postgresql.find", "labapp.experiments.databases.find_spec",
])
def test_what_is_not_there_is_not_offered_and_the_refusal_says_how_to_get_it(monkeypatch, missing):
    monkeypatch.setattr(missing, lambda *_: None)
    condition = database()
    assert condition.parameter.choices == ("SQLite",)
    assert condition.hint == postgresql.HOW
    made = Experiment("tags", question="?", conditions=[condition])
    with pytest.raises(BadSetting) as refusal:
        made.run(database="PostgreSQL")
    assert str(refusal.value) == f"database cannot be 'PostgreSQL' here. {postgresql.HOW}"
    with pytest.raises(BadSetting, match="database must be one of 'SQLite', and 'Oracle' is not"):
        made.run(database="Oracle")


def test_all_that_is_there_is_offered():
    needs("postgresql")
    assert database().parameter.choices == KINDS
    assert database().hint == ""


def test_data_that_are_not_ours_cannot_be_copied(tmp_path):
    needs("postgresql")
    with databases.database(tmp_path / "empty.sqlite3"):
        databases.use(tmp_path / "empty.sqlite3")
    with pytest.raises(BadSetting, match="none of Pinsta's data sets.*labapp.boot"):
        experiment(names).run(budget_ms=0, database="PostgreSQL")


def test_each_kind_has_the_same_rows(kind):
    assert value_of(names, kind) == names()


def test_the_result_says_what_it_was_measured_on(kind):
    environment = experiment(names).run(budget_ms=0, database=kind).environment
    assert environment["database"].startswith(kind.split()[0])


def test_a_variant_can_need_postgresql(kind):
    made = experiment(names)
    own = "SELECT DISTINCT ON (id) id FROM pinsta_tag"
    made.variant(lambda: sql(own), name="own", unavailable=needs_postgresql)
    own = made.run(budget_ms=0, database=kind)["own"]
    assert own.unavailable == ("needs PostgreSQL, this is SQLite" if kind == "SQLite" else None)
    assert own.error is None and own.rows == (None if kind == "SQLite" else 40)


# Reading


@pytest.mark.parametrize("write", [
    lambda: Tag.objects.create(name="new", slug="new"),
    lambda: Tag.objects.all().delete(),
    lambda: transaction.atomic(lambda: Tag.objects.update(name="x"))(),
])
def test_a_variant_that_writes_is_told_so_and_nothing_changes(kind, write):
    made = experiment()
    made.variant(write, name="mine")
    mine = made.run(budget_ms=0, database=kind)["mine"]
    assert mine.error == "mine writes to the database, and this experiment only reads; nothing was changed."
    assert value_of(names, kind) == names() and len(names()) == 40


@pytest.mark.parametrize("kind", KINDS[1:])
def test_no_variant_can_switch_reading_off(kind):
    needs("postgresql")

    def mine():
        sql("SET default_transaction_read_only = off")
        sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
        Tag.objects.all().delete()

    mine = experiment(mine).run(budget_ms=0, database=kind)["mine"]
    assert mine.error == "mine writes to the database, and this experiment only reads; nothing was changed."
    assert value_of(lambda: sql("SHOW default_transaction_read_only"), kind) == [("on",)]
    assert value_of(names, kind) == names()


# Writing


def test_what_is_written_stays_in_the_experiments_own_copy(kind):
    def mine():
        Tag.objects.create(name="new", slug="new")
        return len(names())

    made, found = experiment(writes=True), []
    made.variant(lambda: found.append(mine()), name="mine", around=lambda **_: forgetting("new"))
    assert made.run(budget_ms=0, database=kind)["mine"].error is None
    assert found[-1] == 41
    assert "new" not in names() and "new" not in value_of(names, kind)
    assert "new" not in value_of(names, kind, writes=True)  # another experiment's
    left = []
    made.variant(lambda: left.append(len(names())), name="mine")
    made.run(budget_ms=0, database=kind)
    assert left[-1] == 41


@contextmanager
def forgetting(name):
    Tag.objects.filter(name=name).delete()
    yield


LEVELS = {
    "full": ("delete", 2, "on", "on"),
    "WAL": ("wal", 2, "on", "on"),
    "relaxed": ("wal", 1, "off", "on"),
    "none": ("memory", 0, "off", "off"),
}


def session_variables():
    if connection.vendor == "sqlite":
        return sql("PRAGMA journal_mode") + sql("PRAGMA synchronous")
    return sql("SHOW synchronous_commit") + sql("SHOW fsync")


@pytest.mark.parametrize("level", LEVELS)
def test_durability_is_what_it_says(kind, level):
    journal, synchronous, commit, fsync = LEVELS[level]
    expected = [(journal,), (synchronous,)] if kind == "SQLite" else [(commit,), (fsync,)]
    found = value_of(
        lambda: (session_variables(), in_thread(session_variables)), kind, writes=True, durability=level,
        conditions=[durability()],
    )
    assert found == (expected, expected)
    words = durability().words_for({"database": kind, "durability": level}).lower()
    assert all(str(value) in words for (value,) in expected if isinstance(value, str))
    if kind != "SQLite":
        assert value_of(lambda: sql("SHOW fsync"), kind) == [("on",)]


def test_durability_can_change_from_run_to_run_and_holds_for_copies_too(kind):
    found = {}

    def mine():
        Tag.objects.filter(pk=1).update(name=str(len(found)))
        found["now"] = session_variables()

    made = experiment(writes=True, conditions=[durability()])
    made.variant(mine, around=lambda **_: scratch(f"durable {kind}"))
    for level in (*LEVELS, *reversed(LEVELS)):
        assert made.run(budget_ms=0, database=kind, durability=level)["mine"].error is None
        journal, synchronous, commit, fsync = LEVELS[level]
        expected = [(journal,), (synchronous,)] if kind == "SQLite" else [(commit,), (fsync,)]
        assert found["now"] == expected


def in_thread(function):
    found = []

    def run():
        found.append(function())
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


# Copies


def test_a_copy_is_made_once_and_its_connection_stays_open(kind):
    made, found = [], []

    def make():
        made.append(1)
        Tag.objects.create(name="made", slug="made")

    def mine():
        found.append((len(names()), id(connection.connection)))
        Tag.objects.create(name=f"new {len(found)}", slug=f"new-{len(found)}")

    tags = experiment(names)
    tags.variant(mine, around=lambda **_: scratch(f"once {kind}", make))
    result = tags.run(budget_ms=0, database=kind)
    assert result["mine"].error is None and result["mine"].queries == 2
    tags.run(budget_ms=0, database=kind)
    assert made == [1]
    sizes, connections = zip(*found, strict=True)
    assert sizes[0] == 41 and sizes == tuple(range(41, 41 + len(sizes)))
    assert len(set(connections)) == 1
    assert value_of(names, kind) == names() and len(names()) == 40


def test_a_copy_whose_making_fails_is_made_anew(kind):
    tries = []

    def make():
        tries.append(1)
        Tag.objects.filter(pk=1).delete()
        if len(tries) == 1:
            raise LookupError("not yet")

    tags = experiment()
    tags.variant(names, name="mine", around=lambda **_: scratch(f"failing {kind}", make))
    assert tags.run(budget_ms=0, database=kind)["mine"].error.startswith("LookupError: not yet")
    mine = tags.run(budget_ms=0, database=kind)["mine"]
    assert (mine.error, mine.rows, len(tries)) == (None, 39, 2)


def test_what_is_kept_is_kept_for_each_database(kind):
    made = []

    def make():
        made.append(connection.vendor)
        assert Tag.objects.filter(pk=1).update(name=F("name")) == 1  # it may write
        return len(made)

    def mine():
        return keep(f"tag of {kind}", make)

    counted = experiment(mine)
    first = counted.run(budget_ms=0, database=kind)["mine"]
    assert (first.error, first.queries) == (None, 0)
    assert value_of(mine, kind) == 1 and len(made) == 1
    assert value_of(mine, kind, writes=True) == 2
    assert value_of(mine, "SQLite" if kind != "SQLite" else kind) == (1 if kind == "SQLite" else 3)


# Stopping


ENDLESS = {
    "SQLite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "PostgreSQL": "SELECT pg_sleep(600)",
    "PostgreSQL via proxy": "SELECT pg_sleep(600)",
}


@pytest.mark.parametrize("inside", ["the database", "a copy"])
def test_a_long_statement_is_stopped_where_it_runs(kind, inside):
    begun = threading.Event()

    def endless():
        begun.set()
        sql(ENDLESS[kind])

    tags = experiment()
    around = None if inside == "the database" else lambda **_: scratch(f"endless {kind}")
    tags.variant(endless, around=around)
    job = worker.submit(object(), lambda stop: tags.measure({"database": kind}, stop, budget_ms=0))
    assert begun.wait(60)
    worker.stop(job)
    with pytest.raises(Stopped) as stopped:
        job.future.result(60)
    assert "left behind" not in str(stopped.value)
    assert value_of(names, kind) == names()


# The way there


def test_a_real_delay_is_not_slept_and_its_measured_size_is_told():
    needs("postgresql")
    tags = Experiment("tags", question="?", conditions=[database(), round_trip()])
    tags.variant(lambda: [Tag.objects.count() for _ in range(3)], name="mine")
    settings = {"database": "PostgreSQL via proxy", "round_trip": 8.0}
    result = tags.run(budget_ms=0, **settings)
    queries = result["mine"].recording.queries
    assert [query.wait_ms for query in queries] == [0, 0, 0]
    assert all(query.execute_ms > 7 for query in queries)  # the proxy holds each back for 8
    way = tags.conditions["round_trip"]
    assert way.mark_for(settings) == ""
    words = way.words_for(settings)
    assert words.endswith(" ms there and back, measured") and 7 < float(words.split()[0]) < 100
    assert result.includes[-1] == f"Round trip: {words}."
    near = {**settings, "database": "PostgreSQL"}
    assert (way.mark_for(near), way.words_for(near)) == ("simulated", "")


def test_the_delay_ends_with_the_measurement():
    needs("postgresql")
    from labapp import postgres

    tags = Experiment("tags", question="?", conditions=[database(), round_trip()])
    tags.variant(names, name="mine")
    tags.run(budget_ms=0, database="PostgreSQL via proxy", round_trip=20)
    assert "round trip 0 ms" in repr(postgres.proxy())


def test_the_simulated_way_is_slept_on_every_database():
    needs("postgresql")
    tags = Experiment("tags", question="?", conditions=[database(), round_trip()])
    tags.variant(lambda: Tag.objects.count(), name="mine")
    for kind in ("SQLite", "PostgreSQL"):
        (query,) = tags.run(budget_ms=0, database=kind, round_trip=2)["mine"].recording.queries
        assert query.wait_ms >= 2


def test_what_prepares_a_database_is_in_no_recording(kind):
    with probe.record() as everything:
        value_of(names, kind, writes=True)
    assert everything.count == 0  # it ran in the worker
    tags = experiment(names, writes=True, parameters=[Integer("unused", 1, low=0, high=9)])
    assert tags.run(budget_ms=0, database=kind)["names"].queries == 1
