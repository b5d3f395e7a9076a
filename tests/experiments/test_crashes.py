"""Pieces that are killed before each of their steps, and what a second run makes of what is left."""

from collections import Counter
from contextlib import suppress

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.transaction import atomic, on_commit

from labapp.experiments.crashes import END, Endless, crashes, delivered_again, step
from labapp.experiments.homes import entered
from labapp.pinsta.models import Tag
from tests.experiments.both import database as kind  # noqa: F401

OWNER = object()


@pytest.fixture
def database(kind):
    """A copy of the data on each of the databases."""
    with entered(kind, OWNER):
        none()
        yield kind


def none():
    Tag.objects.filter(name__startswith="new").delete()


def tags():
    names = Tag.objects.filter(name__startswith="new").values_list("name", flat=True)
    return Counter(name.split("-")[0] for name in names)


def add(name):
    """A tag more of this name: it can be there twice."""
    number = Tag.objects.count()
    Tag.objects.create(name=f"{name}-{number}", slug=f"{name}-{number}")


def two_tags():
    add("new1")
    add("new2")


def found(piece, begin=none):
    """What was there after each crash."""
    return [dict(tags()) for _ in crashes(piece, begin)]


def test_every_statement_is_a_crash_point_once(database):
    left = found(two_tags)  # before count, insert, count, insert, and at the end
    assert left == [{}, {}, {"new1": 1}, {"new1": 1}, {"new1": 1, "new2": 1}]


def test_a_transaction_leaves_nothing_until_its_commit(database):
    *before, last = found(atomic(two_tags))
    assert len(before) >= 5  # the four statements and the COMMIT
    assert not any(before)
    assert last == {"new1": 1, "new2": 1}


def test_a_crash_tells_its_steps(database):
    *_, commit, end = crashes(atomic(two_tags), none)
    assert commit.about_to.startswith("COMMIT")
    assert end.about_to == END
    assert "INSERT INTO" in str(end) and "killed before the end" in str(end)
    assert len(end.done) == len(commit.done) + 1


def test_what_is_open_is_rolled_back_without_atomic_as_well(database):
    def open_for_good():
        connection.set_autocommit(False)
        add("new1")

    assert not any(found(open_for_good))
    assert connection.get_autocommit()


def test_nobody_survives_his_death(database):
    def stubborn():
        with suppress(BaseException):
            add("new1")
        add("new2")

    *crashed, last = found(stubborn)
    assert all("new2" not in left for left in crashed)
    assert last == {"new1": 1, "new2": 1}


def test_the_own_connection_and_cache_are_as_before(database):
    list(crashes(two_tags, none))
    assert not connection.execute_wrappers
    add("new3")
    cache.set("name", 1)
    assert tags()["new3"] == cache.get("name") == 1


def test_on_commit_is_lost_with_its_process_and_a_named_step_is_a_crash_point(database):
    sent = []

    def send():
        step("send")
        sent.append("message")

    def post():
        with atomic():
            add("new1")
            on_commit(send)

    left = []
    for crash in crashes(post, none):
        left.append((crash.about_to, tags()["new1"], len(sent)))
        sent.clear()
    assert left[-3][0].startswith("COMMIT") and left[-3][1:] == (0, 0)
    assert left[-2:] == [("send", 1, 0), (END, 1, 1)]


def test_step_does_nothing_where_nobody_is_killed():
    assert step("send") is None


# Delivered again


def twice():
    return list(tags().elements())


def test_what_is_not_idempotent_doubles_and_loses_nothing(database):
    outcome = delivered_again(two_tags, none, twice)
    assert outcome.count == 5
    assert [each.crash.about_to == END for each in outcome.wrong] == [False, False, True]
    assert [dict(each.doubled) for each in outcome.wrong] == [{"new1": 1}] * 2 + [{"new1": 1, "new2": 1}]
    assert not outcome.lost and not outcome.exactly_once
    assert "doubled: 1 of new1" in str(outcome.shortest)


def once(work):
    """An inbox: the work and the row that says that it is done, in one transaction."""

    @atomic
    def done_once():
        _, new = Tag.objects.get_or_create(name="inbox", defaults={"slug": "inbox"})
        if new:
            work()

    return done_once


def empty():
    none()
    Tag.objects.filter(name="inbox").delete()


def test_an_inbox_in_the_same_transaction_is_exactly_once(database):
    outcome = delivered_again(once(two_tags), empty, twice)
    assert outcome.exactly_once and outcome.count > 6, outcome.shortest


def test_an_inbox_that_is_written_first_loses(database):
    def early():
        _, new = Tag.objects.get_or_create(name="inbox", defaults={"slug": "inbox"})
        if new:
            two_tags()

    outcome = delivered_again(early, empty, twice)
    assert outcome.lost and not outcome.doubled


def test_an_inbox_that_is_written_last_doubles(database):
    def late():
        if not Tag.objects.filter(name="inbox").exists():
            two_tags()
            Tag.objects.create(name="inbox", slug="inbox")

    outcome = delivered_again(late, empty, twice)
    assert outcome.doubled and not outcome.lost


def test_what_is_owed_may_depend_on_what_was_committed(database):
    """A post that was never committed is owed nothing; one that was, its message."""
    sent = []

    def post():
        with atomic():
            add("new1")
        step("send")
        sent.append("message")

    def begin():
        none()
        sent.clear()

    def owed():
        return ["message"] * tags()["new1"]

    outcome = delivered_again(post, begin, lambda: sent, again=lambda: None, owed=owed)
    assert [(each.crash.about_to, dict(each.lost)) for each in outcome.wrong] == [("send", {"message": 1})]


def test_a_cache_call_is_a_crash_point_and_outlives_the_crash(database):
    def marked_first():
        if cache.add("done", 1):
            add("new1")

    wrong = delivered_again(marked_first, none, twice).wrong
    assert [len(each.crash.done) for each in wrong] == [1, 2]
    assert all(each.lost == {"new1": 1} and each.crash.done[0].startswith("cache.add(") for each in wrong)


def test_a_second_run_that_raises_is_wrong(database):
    def unique():
        Tag.objects.create(name="new1", slug="new1")

    outcome = delivered_again(unique, none, twice)
    assert [type(each.error).__name__ for each in outcome.wrong] == ["IntegrityError"]
    assert "the second run raised IntegrityError" in str(outcome.shortest)


def test_a_piece_that_raises_by_itself_says_so(database):
    def broken():
        add("new1")
        raise ValueError("of its own")

    with pytest.raises(ValueError, match="of its own"):
        list(crashes(broken, none))
    with pytest.raises(ValueError, match="of its own"):
        delivered_again(broken, none, twice)


def test_a_piece_that_never_ends_is_refused(database):
    def forever():
        while True:
            Tag.objects.exists()

    with pytest.raises(Endless, match="After 500 steps"):
        delivered_again(forever, none, twice)
