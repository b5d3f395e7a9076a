"""before_statement(): delays that are shown apart, and stops that leave nothing open."""

import pytest
from django.db import connection, transaction

from labapp.probe import before_statement, record, unrecorded
from tests.cases.models import Tag


class Stop(Exception):
    pass


class Clock:
    """Stands in for perf_counter_ns: a microsecond for each look, and what waits add."""

    def __init__(self):
        self.now = 0

    def __call__(self):
        self.now += 1_000
        return self.now

    def wait(self, ms):
        self.now += int(ms * 1e6)


def test_a_hook_runs_before_each_statement_also_of_transactions(shop_db):
    calls = []
    with before_statement(lambda: calls.append("hook")):
        with transaction.atomic():
            Tag.objects.create(name="x")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO shop_tag (name) VALUES (%s)", [["a"], ["b"]])
    Tag.objects.count()
    assert len(calls) == 4  # BEGIN, INSERT, COMMIT, and once for a call of executemany


def test_hooks_nest_outer_first(shop_db):
    calls = []
    with before_statement(lambda: calls.append("outer")):
        with before_statement(lambda: calls.append("inner")):
            Tag.objects.count()
        Tag.objects.count()
    assert calls == ["outer", "inner", "outer"]


def test_the_delay_is_not_the_databases_time(shop_db, monkeypatch):
    clock = Clock()
    for module in ("entry", "cursor", "recorder", "scope"):
        monkeypatch.setattr(f"labapp.probe.{module}.perf_counter_ns", clock)
    with before_statement(lambda: clock.wait(5)), record() as recording:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    query = recording.queries[0]
    assert query.wait_ms == pytest.approx(5, abs=0.01)
    assert 0 < query.execute_ms < 0.1 and 0 < query.fetch_ms < 0.1
    assert recording.wait_ms == query.wait_ms
    assert recording.python_ms == pytest.approx(recording.wall_ms - query.wait_ms - query.db_ms)


def test_a_hook_that_raises_stops_the_statement(shop_db):
    def stop():
        raise Stop

    with record() as recording, pytest.raises(Stop), before_statement(stop):
        Tag.objects.create(name="x")
    assert recording.count == 0
    assert Tag.objects.count() == 0


@pytest.mark.parametrize("at", ["BEGIN", "INSERT", "COMMIT"])
def test_stopping_never_leaves_a_transaction_open(shop_db, at):
    order = iter(["BEGIN", "INSERT", "COMMIT"])

    def stop():
        if next(order, at) == at:
            raise Stop

    with record() as recording, pytest.raises(Stop), before_statement(stop):
        with transaction.atomic():
            Tag.objects.create(name="x")
            transaction.on_commit(lambda: pytest.fail("it was not committed"))
    assert not connection.connection.in_transaction
    assert connection.get_autocommit() and not connection.needs_rollback
    assert Tag.objects.count() == 0
    sent = [query.sql.split()[0] for query in recording.queries]
    assert (
        sent == {"BEGIN": [], "INSERT": ["BEGIN", "ROLLBACK"], "COMMIT": ["BEGIN", "INSERT", "ROLLBACK"]}[at]
    )
    with transaction.atomic():
        Tag.objects.create(name="afterwards")
    assert Tag.objects.count() == 1


def test_what_a_hook_sends_itself_is_neither_recorded_nor_hooked(shop_db):
    def hook():
        Tag.objects.count()

    with record() as recording, before_statement(hook):
        Tag.objects.count()
    assert recording.count == 1


def test_our_own_statements_are_not_delayed(shop_db):
    calls = []
    with before_statement(lambda: calls.append(1)), unrecorded():
        Tag.objects.count()
    assert calls == []


def test_a_hook_that_is_no_function():
    with pytest.raises(TypeError, match="needs a function to call, got 5"):
        with before_statement(5):
            pytest.fail("entered")


def test_a_hook_that_only_looks_is_not_waited_for(shop_db):
    looks = []
    with before_statement(lambda: looks.append(1), waits=False), record() as recording:
        connection.cursor().execute("SELECT 1")
    assert (len(looks), recording.queries[0].wait_ms) == (1, 0)
