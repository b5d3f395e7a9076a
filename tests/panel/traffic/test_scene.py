"""What of a stream is drawn: dots, windows, events."""

import pytest

from labapp.panel.traffic.scene import events, quantile, stretches, windows
from tests.panel.streams import entry, request, stream, turn


def evenly(count, ms=10.0, began=0.0, seconds=1.0, **fields):
    return [request(began + seconds * place / count, ms, **fields) for place in range(count)]


def test_a_turn_is_a_stretch_of_its_own():
    made = stream("whole")
    turn(made, 1, 100.0)
    turn(made, 2, 110.0, seconds=1.0)
    first, second = stretches(made, now=120.0)
    assert (first.began, first.ended, second.began, second.ended) == (100.0, 102.0, 110.0, 111.0)
    assert len(first.dots) + len(second.dots) == made.count
    assert all(100 <= due < 102 for due, _, _ in first.dots)


def test_a_turn_under_way_lasts_until_now():
    made = turn(stream("whole"), 1, 100.0, ended=False)
    only, = stretches(made, now=101.2)
    assert only.ended == 101.2


def test_a_window_has_the_quantiles_of_what_was_due_in_it():
    slow = [request(0.5, 900.0)]
    window, = windows(evenly(39) + slow, [], 0.0, 1.0)
    assert window.quantiles == pytest.approx({0.5: 10.0, 0.95: 10.0})
    window, = windows(evenly(30) + evenly(10, 500.0), [], 0.0, 1.0)
    assert window.quantiles == pytest.approx({0.5: 10.0, 0.95: 500.0})


def test_too_few_requests_make_no_quantile():
    window, = windows(evenly(19), [], 0.0, 1.0)
    assert list(window.quantiles) == [0.5]
    window, = windows(evenly(4), [], 0.0, 1.0)
    assert not window.quantiles


def test_while_slow_answers_are_still_to_come_a_window_has_no_quantile():
    made = turn(stream("whole"), 1, 100.0, seconds=3.0, each_s=40, ended=False)
    longest = max(request.done - request.due for request in made.requests)
    only, = stretches(made, now=102.0 + longest / 2)
    assert [bool(window.quantiles) for window in only.windows][:2] == [True, False]
    only, = stretches(made, now=102.0 + 2 * longest)
    assert [bool(window.quantiles) for window in only.windows][:2] == [True, True]


def test_a_quantile_that_falls_on_what_was_never_answered_is_not_drawn():
    given_up = [each._replace(error="not answered", who="", status=0) for each in evenly(10, 300.0)]
    window, = windows(evenly(30) + given_up, [], 0.0, 1.0)
    assert list(window.quantiles) == [0.5]


def test_a_quick_error_is_no_quick_answer():
    errors = [each._replace(error="HTTP 500", who="") for each in evenly(30, 1.0)]
    window, = windows(evenly(10, 50.0) + errors, [], 0.0, 1.0)
    assert window.quantiles[0.5] == pytest.approx(50.0)
    assert window.requests == 10


def test_rates_are_of_answers_and_of_statements_in_the_window():
    work = [entry(0.1, queries=20), entry(0.7, queries=5), entry(1.4, queries=100)]
    first, _ = windows(evenly(40, seconds=2.0), work, 0.0, 2.0)
    assert first.requests == pytest.approx(20, abs=1)
    assert first.queries == 25


def test_the_rest_of_a_turn_is_a_window_when_it_is_long_enough():
    assert [each.ended for each in windows([], [], 0.0, 2.2)] == [1.0, 2.2]
    assert [each.ended for each in windows([], [], 0.0, 2.4)] == [1.0, 2.0, 2.4]
    assert windows([], [], 0.0, 0.2) == []
    assert [each.ended for each in windows([], [], 0.0, 2.2, settled=2.0)] == [1.0, 2.0]


def test_errors_are_nobodys_answers():
    made = stream("whole")
    made.begin(1, 0.0)
    made.add([request(0.1, 5.0, turn=1, error="HTTP 500", who="origin", status=500)])
    only, = stretches(made, now=1.0)
    assert only.dots[0][2] == ""


def test_many_marks_of_a_name_at_the_same_time_are_said_once():
    made = stream("whole")
    made.marks = [entry(at, kind="mark", name="recompute") for at in (1.0, 1.1, 1.2, 3.0)]
    made.marks.append(entry(1.05, kind="mark", name="Redis killed"))
    assert [(each.at, each.words) for each in events(made)] == [
        (1.0, "3 × recompute"), (1.05, "Redis killed"), (3.0, "recompute")
    ]


def test_marks_of_one_thing_among_many_are_for_figures_and_not_drawn():
    made = stream("whole")
    made.marks = [entry(1.0, kind="mark", name="done 4530"), entry(2.0, kind="mark", name="worker killed")]
    assert [each.words for each in events(made)] == ["worker killed"]


def test_a_quantile_is_a_value_that_was_there():
    assert quantile([1, 2, 3, 4], 0.5) == 2
    assert quantile(list(range(1, 101)), 0.95) == 95
