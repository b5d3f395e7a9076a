"""Axes that seldom change, with ticks at round values."""

import pytest

from labapp.panel.traffic.axes import Latency, Rate, duration, rounded_up, seconds_between_lines


def test_latency_has_whole_decades_around_the_times_and_at_least_two():
    axis = Latency.over([12.0, 85.0], 20, 220)
    assert (axis.low, axis.high) == (10, 1000)
    assert Latency.over([0.4, 3000.0], 20, 220).high == 10_000


def test_each_decade_is_as_high_as_the_other_and_later_is_higher_up():
    axis = Latency(1, 100, top=20, bottom=220)
    assert [axis.y(ms) for ms in (1, 10, 100)] == pytest.approx([220, 120, 20])


def test_what_is_below_the_axis_stands_on_it():
    assert Latency(0.1, 10, 20, 220).y(0.001) == 220


def test_no_time_at_all_has_an_axis():
    axis = Latency.over([], 20, 220)
    assert axis.low < axis.high


def test_few_decades_have_labels_between_many_have_not():
    assert [label for _, label in Latency(1, 100, 0, 1).ticks()] == [
        "1 ms", "2 ms", "5 ms", "10 ms", "20 ms", "50 ms", "100 ms"
    ]
    assert [label for _, label in Latency(1, 10_000, 0, 1).ticks() if label] == [
        "1 ms", "10 ms", "100 ms", "1 s", "10 s"
    ]


@pytest.mark.parametrize(("value", "up"), [(0, 1), (1, 1), (1.2, 2), (21, 50), (50, 50), (501, 1000)])
def test_rates_go_up_to_a_round_figure(value, up):
    assert rounded_up(value) == up


def test_a_rate_of_nothing_stands_at_the_bottom():
    axis = Rate.over([], 10, 60)
    assert axis.y(0) == 60


@pytest.mark.parametrize(("length", "step"), [(8, 1), (10, 2), (30, 5), (60, 10), (5000, 600)])
def test_lines_of_the_time_axis_stand_apart(length, step):
    assert seconds_between_lines(length) == step


def test_durations_are_short():
    assert [duration(ms) for ms in (0.1, 20, 1000, 10_000)] == ["0.1 ms", "20 ms", "1 s", "10 s"]
