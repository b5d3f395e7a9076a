"""lost_update: two writers who always meet at the same moment."""

import threading

import pytest
from django.db import transaction
from django.db.models import F

from labapp import probe
from labapp.experiments.optimization.lost_update import lost_update
from labapp.experiments.optimization.lost_update_writers import both, two_writers
from labapp.experiments.optimization.story import Narrow, prepare
from labapp.experiments.world import world
from labapp.measure.stop import Stopped
from tests.experiments.writing import count, everything, figures, on  # noqa: F401

LOSES = {"read, add, save()", "save(update_fields)", "atomic()"}
POSTGRESQL_ONLY = {"atomic()", "select_for_update()"}


@pytest.mark.parametrize("clicks", [1, 7])
def test_half_of_the_clicks_are_lost_every_time_or_none(on, clicks):
    for _ in range(3):
        result = count(lost_update, database=on, clicks=clicks)
        lost = figures(result, "lost")
        assert lost == {name: clicks if name in LOSES else 0 for name in lost}
        assert {name: 2 * clicks - lost[name] for name in lost} == figures(result, "likes")


@pytest.mark.parametrize("durability", lost_update.conditions["durability"].parameter.choices)
def test_they_are_lost_however_durable_a_commit_is(on, durability):
    lost = figures(count(lost_update, database=on, durability=durability, clicks=2), "lost")
    assert lost == {name: 2 if name in LOSES else 0 for name in lost}


def test_a_variant_that_loses_is_shown_as_wrong_and_said_to_be_meant_so(on):
    result = count(lost_update, database=on, clicks=2)
    for each in result:
        assert each.error is None, f"{each.variant}: {each.error}"
        if not each.unavailable:
            assert each.same is (each.variant not in LOSES), each.variant
    assert {name for name, each in lost_update.variants.items() if each.wrong} == LOSES
    assert result["read, add, save()"].difference == "likes is 2, should be 4"


def test_row_locks_need_postgresql(on):
    missing = {each.variant for each in count(lost_update, database=on, clicks=1) if each.unavailable}
    assert missing == (POSTGRESQL_ONLY if on == "SQLite" else set())


def test_statements_are_the_same_in_every_run(on):
    runs = [
        {each.variant: each.queries for each in count(lost_update, database=on, clicks=3)} for _ in range(3)
    ]
    assert runs[0] == runs[1] == runs[2]
    assert runs[0]["F()"] == 2 * 3
    assert runs[0]["read, add, save()"] == 2 * 3 * 2
    assert runs[0]["version column"] == (2 + 3 - 2 + 3) * 3, "the second reads and writes once more"


def test_what_a_writer_raises_reaches_the_caller_and_leaves_nobody_waiting(pinsta_db):
    def first_fails(pause):
        pause()
        raise LookupError("no such story")

    with two_writers(), pytest.raises(LookupError, match="no such story"):
        both(first_fails, 1)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("writer")]


@pytest.mark.parametrize("statement", range(1, 6))
def test_who_is_stopped_at_any_statement_leaves_nobody_waiting(on, statement):
    """A newer setting stops a measurement at its next statement, in whichever thread that is."""
    left = iter(range(statement - 1))

    def stop():
        if next(left, None) is None:
            raise Stopped("stopped")

    settings = lost_update.check({"database": on, "clicks": 1})
    locked = "select_for_update()" if on == "PostgreSQL" else "version column"
    with world(lost_update, settings), probe.before_statement(stop), pytest.raises(Stopped):
        lost_update.variants[locked].call({"clicks": 5})
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("writer")]


def test_a_writer_that_never_pauses_has_ended_when_the_other_begins(pinsta_db):
    prepare(Narrow, 1)
    seen = []

    def note(pause):
        seen.append(Narrow.objects.get(pk=1).likes)
        with transaction.atomic():
            Narrow.objects.filter(pk=1).update(likes=F("likes") + 1)

    with two_writers():
        both(note, 2)
    assert seen == [0, 1, 2, 3]


def test_the_writers_are_two_and_stay_the_same(pinsta_db):
    names = []

    def note(pause):
        names.append(threading.current_thread().name)
        pause()

    with two_writers():
        both(note, 5)
    assert len(names) == 10 and len(set(names)) == 2


def test_the_users_own_data_is_untouched(on):
    before = everything()
    count(lost_update, database=on, clicks=1)
    assert everything() == before
