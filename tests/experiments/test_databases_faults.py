"""PostgreSQL killed while an experiment runs on it: one sentence, and the next run works on the same data."""

import os
import signal

import pytest
from django.db import Error, connection

from labapp.experiments import Experiment, round_trip
from labapp.experiments.databases import database, durability, scratch
from labapp.experiments.faults import ServerDied
from labapp.panel import text
from labapp.pinsta.models import Tag
from labapp.services import postgresql
from tests.requires import needs

KINDS = "PostgreSQL", "PostgreSQL via proxy"
pytestmark = pytest.mark.usefixtures("pinsta_db")


@pytest.fixture
def server():
    needs("postgresql")
    return postgresql.server()


@pytest.fixture(params=KINDS)
def kind(server, request):
    return request.param


def kill(pid):
    """The process is gone, or is about to be: SIGKILL cannot be refused."""
    os.kill(pid, signal.SIGKILL)


def postmaster(server):
    """The process of the whole server: the parent of each connection's own."""
    with server.admin() as admin:
        pid = admin.info.backend_pid
        with open(f"/proc/{pid}/stat") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])


def until_it_fails():
    """Read for as long as somebody answers."""
    while True:
        Tag.objects.count()


def tags(writes=False):
    """An experiment with an honest baseline."""
    made = Experiment("tags", question="?", conditions=[database(writes=writes), durability(), round_trip()])
    made.variant(lambda: Tag.objects.count(), name="honest", baseline=True)
    return made


def died(during):
    return f"PostgreSQL has died while {during} ran; the next run starts it again, with its data."


@pytest.mark.parametrize("budget_ms", [0, 200])
def test_a_killed_server_ends_the_run_with_a_sentence_and_the_next_run_works(server, kind, budget_ms):
    def mine():
        nonlocal calls
        calls += 1
        if calls == 1 or not budget_ms:
            kill(postmaster(server))
        until_it_fails()

    calls, restarts = 0, server.restarts
    made = tags()
    made.variant(mine)
    with pytest.raises(ServerDied) as death:
        made.run(budget_ms=budget_ms, database=kind)
    assert str(death.value) == text.fault(death.value) == died("mine")
    made.forget("mine")
    honest = made.run(budget_ms=budget_ms, database=kind)["honest"]
    assert (honest.error, honest.queries) == (None, 1)
    assert server.restarts == restarts + 1 and server is postgresql.server()


def test_a_server_that_dies_in_the_rounds_ends_the_run_too(server, kind):
    calls = []

    def mine():
        calls.append(1)
        if len(calls) == 5:
            kill(postmaster(server))
            until_it_fails()
        return Tag.objects.count()

    made = tags()
    made.variant(mine)
    with pytest.raises(ServerDied, match="while mine ran"):
        made.run(budget_ms=200, database=kind)
    assert len(calls) == 5
    assert made.run(budget_ms=0, database=kind)["mine"].same is True


def test_a_server_killed_between_two_runs_is_not_noticed(server, kind):
    made = tags()
    made.run(budget_ms=0, database=kind)
    kill(postmaster(server))
    while server.alive:
        continue
    result = made.run(budget_ms=0, database=kind)
    assert result["honest"].error is None and result["honest"].queries == 1


def test_a_crash_of_one_process_ends_the_run_too_and_the_next_one_waits_for_the_recovery(server, kind):
    def mine():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            kill(cursor.fetchone()[0])
        until_it_fails()

    made = tags()
    made.variant(mine)
    with pytest.raises(ServerDied, match="while mine ran"):
        made.run(budget_ms=0, database=kind)
    made.forget("mine")
    assert made.run(budget_ms=0, database=kind)["honest"].error is None


@pytest.mark.parametrize("level", ["full", "none"])
def test_copies_and_what_was_written_to_them_are_still_there(server, kind, level):
    sizes, deadly = [], False

    def mine():
        Tag.objects.create(name=f"new {len(sizes)}", slug=f"new-{len(sizes)}")
        sizes.append(Tag.objects.count())
        if deadly:
            kill(postmaster(server))
            until_it_fails()

    made = tags(writes=True)
    made.variant(mine, around=lambda **_: scratch(f"survivor {kind} {level}"))
    assert made.run(budget_ms=0, database=kind, durability=level)["mine"].error is None
    deadly = True
    with pytest.raises(ServerDied):
        made.run(budget_ms=0, database=kind, durability=level)
    deadly = False
    assert made.run(budget_ms=0, database=kind, durability=level)["mine"].error is None
    # With synchronous_commit off, the last commits before a crash may be lost: that is what it says.
    assert sizes[-1] == sizes[-2] + 1 or (level == "none" and 41 <= sizes[-1] <= sizes[-2])
    with server.admin() as admin:
        assert admin.execute("SHOW fsync").fetchone() == ("on",)


def test_a_server_that_dies_around_a_call_says_so_with_the_variants_name(server, kind):
    def make():
        kill(postmaster(server))
        until_it_fails()

    made = tags()
    made.variant(lambda: Tag.objects.count(), name="mine", around=lambda **_: scratch(f"dying {kind}", make))
    with pytest.raises(ServerDied, match="while mine ran"):
        made.run(budget_ms=0, database=kind)
    made.forget("mine")
    assert made.run(budget_ms=0, database=kind)["honest"].error is None


def test_what_the_server_answers_is_no_death(server, kind):
    def mine():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    made = tags()
    made.variant(mine)
    assert "division by zero" in made.run(budget_ms=0, database=kind)["mine"].error


def test_a_proxy_that_was_killed_is_replaced_at_the_next_run(server):
    from labapp import postgres

    def mine():
        postgres.proxy().stop()
        with pytest.raises(Error):
            until_it_fails()

    made = tags()
    made.variant(mine)
    made.run(budget_ms=0, database="PostgreSQL via proxy")
    made.forget("mine")
    assert made.run(budget_ms=0, database="PostgreSQL via proxy")["honest"].error is None
