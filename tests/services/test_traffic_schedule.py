"""When requests are due, and for what: with a clock that only we move."""

from collections import Counter
from math import inf
from random import Random

import pytest

from labapp.services.traffic.schedule import AFTER_EACH_ANSWER, ON_SCHEDULE, Choice, Schedule, zipf


def gaps(seed, mean, count):
    """The gaps that a seed gives."""
    random = Random(seed)
    return [random.expovariate(1.0) * mean for _ in range(count)]


def served(schedule, until, takes):
    """(due, sent, done) of one user's requests; ``takes(sent)`` is what an answer takes that is sent then."""
    free, requests = 0.0, []
    while (sent := max(schedule.due, free)) < until:
        due, free = schedule.take(), sent + takes(sent)
        schedule.answered(free)
        requests.append((due, sent, free))
    return requests


def stall(sent):
    """A server that answers at once, but nothing from the tenth second to the twentieth."""
    return 20 - sent if 10 <= sent < 20 else 0.001


def test_on_schedule_what_is_due_does_not_depend_on_answers():
    quick = served(Schedule(ON_SCHEDULE, 0.5, Random(1), 0), 100, lambda sent: 0)
    stalled = served(Schedule(ON_SCHEDULE, 0.5, Random(1), 0), 100, stall)
    assert [due for due, *_ in quick] == [due for due, *_ in stalled]


def test_the_gaps_are_exponential_from_the_seed_and_add_up():
    schedule, due, expected = Schedule(ON_SCHEDULE, 0.5, Random(7), 3.0), [], 3.0
    for gap in gaps(7, 0.5, 1000):
        due.append(schedule.take())
        expected += gap
        assert due[-1] == expected
    assert 0.45 < (due[-1] - 3.0) / 1000 < 0.55


def test_a_stall_is_in_the_latency_of_all_that_was_due_meanwhile():
    requests = served(Schedule(ON_SCHEDULE, 0.5, Random(1), 0), 100, stall)
    meanwhile = [each for each in requests if 10 <= each[0] < 20]
    assert len(meanwhile) == pytest.approx(20, abs=10)
    assert all(done >= 20 for *_, done in meanwhile)
    assert sum(sent > due for due, sent, _ in meanwhile) == len(meanwhile) - 1  # one was sent in time
    waited = [done - sent for _, sent, done in requests]
    assert sum(each > 1 for each in waited) == 1  # all that counting from `sent` would have seen


def test_after_a_stall_a_late_user_catches_up_one_at_a_time():
    requests = served(Schedule(ON_SCHEDULE, 0.5, Random(1), 0), 100, stall)
    for (_, _, done), (due, sent, _) in zip(requests, requests[1:], strict=False):
        assert sent == max(due, done)


def test_after_each_answer_the_user_thinks_first():
    requests = served(Schedule(AFTER_EACH_ANSWER, 0.5, Random(1), 0), 100, stall)
    thought = gaps(1, 0.5, len(requests) + 1)
    assert requests[0][0] == thought[0]
    for (_, _, done), (due, sent, _), gap in zip(requests, requests[1:], thought[1:], strict=False):
        assert due == sent == done + gap


def test_after_each_answer_nothing_is_due_while_an_answer_is_awaited():
    schedule = Schedule(AFTER_EACH_ANSWER, 0, Random(1), 5.0)
    assert schedule.due == 5.0
    assert schedule.take() == 5.0 and schedule.due == inf
    schedule.answered(9.0)
    assert schedule.due == 9.0


def test_a_gap_that_has_begun_is_drawn_anew_when_the_think_time_changes():
    schedule = Schedule(ON_SCHEDULE, 1000.0, Random(1), 0)
    schedule.change(ON_SCHEDULE, 0.1, 2.0)
    assert schedule.due == 2.0 + gaps(1, 0.1, 2)[1]


def test_what_is_due_already_stays_due():
    schedule = Schedule(ON_SCHEDULE, 0.1, Random(1), 0)
    due = schedule.due
    schedule.change(ON_SCHEDULE, 5.0, due + 1)
    assert schedule.due == due


def test_nothing_changes_when_nothing_changes():
    schedule = Schedule(ON_SCHEDULE, 5.0, Random(1), 0)
    due = schedule.due
    schedule.change(ON_SCHEDULE, 5.0, 1)
    assert schedule.due == due


def test_the_arrival_can_change_while_an_answer_is_awaited():
    schedule = Schedule(ON_SCHEDULE, 0.1, Random(1), 0)
    schedule.take()
    schedule.change(AFTER_EACH_ANSWER, 0.1, 1)
    assert schedule.due == inf
    schedule.change(ON_SCHEDULE, 0.1, 2)
    assert 2 < schedule.due < inf


@pytest.mark.parametrize("exponent", [0.0, 0.8, 1.2])
def test_keys_are_asked_for_as_often_as_their_rank_says(exponent):
    choice, random, draws = Choice(zipf(50, exponent)), Random(3), 100_000
    asked = Counter(choice.pick(random) for _ in range(draws))
    total = sum(rank**-exponent for rank in range(1, 51))
    for rank in (1, 2, 10, 50):
        expected = draws * rank**-exponent / total
        assert asked[rank - 1] == pytest.approx(expected, abs=5 * expected**0.5)  # five standard deviations


def test_what_has_no_weight_is_never_chosen():
    choice, random = Choice([0, 1, 0, 3, 0]), Random(3)
    asked = Counter(choice.pick(random) for _ in range(10_000))
    assert set(asked) == {1, 3}
    assert asked[3] == pytest.approx(7500, abs=5 * 7500**0.5)
