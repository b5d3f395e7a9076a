"""People who post: exactly so many followers each, on both databases, and nothing written twice."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

import labapp
from labapp.experiments.databases import database as chosen
from labapp.experiments.perceived.authors import authors
from labapp.experiments.traffic import people
from labapp.pinsta.models import Board, Follow
from tests.experiments.both import database as on  # noqa: F401


@pytest.fixture
def own_copy(on):
    """A copy of the data to write to, on each kind of database."""
    with chosen(writes=True).enter(on):
        yield


def followers_of(user):
    return list(Follow.objects.filter(followed=user).order_by("follower").values_list("follower", flat=True))


def rows():
    """What a second call must leave as it is."""
    return list(Follow.objects.order_by("pk").values_list("pk", flat=True)), Board.objects.count()


def test_each_has_exactly_so_many_followers_and_a_board_of_their_own(own_copy):
    for followers in (7, 0, 30, 12):
        known = authors(followers, 5)
        ids = list(get_user_model().objects.order_by("id").values_list("pk", flat=True))
        assert [user.pk for user, _ in known] == ids[:5]
        for user, board in known:
            assert followers_of(user) == ids[5 : 5 + followers]
            assert board.owner_id == user.pk


def test_they_are_those_as_whom_the_traffic_asks(own_copy):
    assert [user.username for user, _ in authors(1, 4)] == [each["name"] for each in people(4)]


def test_a_second_call_changes_nothing(own_copy):
    first = authors(9, 6)
    before = rows()
    assert authors(9, 6) == first and rows() == before


def test_one_follower_too_many_or_too_few_is_seen(own_copy):
    (first, _), (second, _) = authors(9, 2)
    Follow.objects.filter(followed=first).order_by("pk").first().delete()
    authors(9, 2)
    assert len(followers_of(first)) == len(followers_of(second)) == 9
    Follow.objects.create(follower=first, followed=second, created=Follow.objects.first().created)
    authors(9, 2)
    assert first.pk not in followers_of(second)


def test_whoever_has_no_board_is_given_one(own_copy):
    Board.objects.filter(owner__in=people_by_id(3)).delete()
    given = [board for _, board in authors(2, 3)]
    assert [board for _, board in authors(2, 3)] == given
    assert Board.objects.filter(owner__in=people_by_id(3)).count() == 3


def people_by_id(number):
    return list(get_user_model().objects.order_by("id")[:number])


def test_nothing_of_it_is_recorded(own_copy):
    with labapp.record() as recording:
        authors(11, 3)
        authors(11, 3)
    assert recording.count == 0


def test_it_takes_a_statement_for_a_batch_and_three_to_find_that_all_is_there(own_copy):
    authors(1, 20)
    assert sum(each.startswith("INSERT") for each in statements_of(lambda: authors(30, 20))) == 2
    sent = statements_of(lambda: authors(30, 20))
    assert len(sent) == 3 and all(each.startswith("SELECT") for each in sent)


def statements_of(call):
    sent = []

    def note(execute, sql, *more):
        sent.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(note):
        call()
    return sent


def test_where_there_are_too_few_people_some_join(own_copy):
    there = get_user_model().objects.count()
    known = authors(there, 5)
    assert len(followers_of(known[0][0])) == there
    assert get_user_model().objects.count() == there + 5
    assert get_user_model().objects.last().profile.bio == ""
    assert len(authors(3, there + 10)) == there + 10


@pytest.mark.parametrize("followers", [4, 9])
def test_the_acquainted_follow_one_another_and_have_exactly_so_many_followers(own_copy, followers):
    known = authors(followers, 5, acquainted=True)
    ids = list(get_user_model().objects.order_by("id").values_list("pk", flat=True))
    for user, _ in known:
        assert followers_of(user) == [each for each in ids[: followers + 1] if each != user.pk]
    before = rows()
    assert authors(followers, 5, acquainted=True) == known and rows() == before


def test_the_acquainted_have_each_other_at_least(own_copy):
    with pytest.raises(ValueError, match="followers is 3; 5 people who follow one another have 4"):
        authors(3, 5, acquainted=True)
