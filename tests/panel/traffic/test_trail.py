"""Results one after the other on one axis of time, by a clock that stands still."""

import pytest

from labapp.panel.traffic.trail import Trail, changed
from tests.panel.streams import entry, result, stream, turn


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def trail(clock):
    return Trail(clock)


def measured(number=1, began=100.0, users=20, final=False, **fields):
    """A result with one turn."""
    return result([turn(stream("whole"), number, began, **fields)], settings={"users": users}, final=final)


def test_the_picture_is_filled_from_the_left_and_then_moves_on(trail, clock):
    trail.follow(measured(ended=False))
    for now, extent in ((100.0, (100, 110)), (109.0, (100, 110)), (112.0, (100, 120)), (125.0, (100, 130)),
                        (134.0, (104, 134))):
        clock.now = now
        scene = trail.scene()
        assert (scene.began, scene.ended) == extent
        assert scene.origin == 100


def test_before_the_first_turn_the_axis_stands_still_and_then_begins_with_it(trail, clock):
    """Servers begin, and all variants are rehearsed: of that there is nothing to see."""
    made = result([stream("whole")])
    trail.follow(made)
    axes = set()
    for clock.now in (100.0, 109.0, 125.0):
        scene = trail.scene()
        axes.add((scene.began - scene.origin, scene.ended - scene.origin))
    turn(made["whole"], 1, 125.5, ended=False)
    scene = trail.scene()
    axes.add((scene.began - scene.origin, scene.ended - scene.origin))
    assert axes == {(0.0, 10.0)}
    assert scene.origin == 125.5
    clock.now = 137.0
    assert (trail.scene().began, trail.scene().ended) == (125.5, 145.5)


def test_the_setting_before_stays_left_of_a_mark(trail, clock):
    trail.follow(measured(1, 100.5, users=20))
    clock.now = 103.0
    after = result([stream("whole")], settings={"users": 40})
    trail.follow(after)
    turn(after["whole"], 2, 103.5, ended=False)
    clock.now = 105.0
    scene = trail.scene()
    assert [(each.old, each.began) for each in scene.stretches] == [(True, 100.5), (False, 103.5)]
    mark, = scene.marks
    assert (mark.at, mark.words, mark.setting) == (103.0, "users 20 → 40", True)


def test_settings_that_were_never_asked_with_are_skipped(trail, clock):
    trail.follow(measured(1, 100.0, users=20))
    for users in (21, 25, 30):
        clock.now += 2.5
        trail.follow(result([stream("whole")], settings={"users": users}))
    mark, = trail.scene().marks
    assert mark.words == "users 20 → 30"


def test_what_was_stopped_in_its_turn_ends_with_its_last_answer(trail, clock):
    before = measured(1, 100.0, ended=False)
    trail.follow(before)
    clock.now = 102.0
    trail.follow(result([stream("whole")], settings={"users": 40}))
    clock.now = 108.0
    old, = trail.scene().stretches
    assert old.ended == before["whole"].requests[-1].done < 103


def test_what_is_long_past_is_gone_and_the_axis_begins_anew(trail, clock):
    trail.follow(measured(1, 100.0, final=True))
    clock.now = 200.0
    trail.follow(measured(2, 200.5))
    scene = trail.scene()
    assert scene.origin == scene.began == 200.5
    assert len(scene.stretches) == 1
    assert not scene.marks


def test_in_the_end_all_of_a_long_run_is_there(trail, clock):
    long = result([stream("whole")], settings={"users": 20})
    trail.follow(long)
    for number in range(20):
        turn(long["whole"], number, 100.5 + 3 * number)
    clock.now = 161.0
    trail.follow(long)
    assert trail.scene().began == 131.0
    long.final = True
    trail.follow(long)
    scene = trail.scene()
    assert scene.began == 100.5
    assert len(scene.dots) == long["whole"].count


def test_when_all_is_over_the_picture_stands_still(trail, clock):
    trail.follow(measured(1, 100.0, final=True))
    before = trail.scene()
    clock.now = 500.0
    assert trail.scene() == before


def test_after_a_stop_the_picture_stands_still(trail, clock):
    trail.follow(measured(1, 100.0, ended=False))
    clock.now = 101.0
    trail.rest()
    clock.now = 109.0
    stretch, = trail.scene().stretches
    assert stretch.ended == 101.0


def test_dots_that_have_left_the_picture_are_not_counted(trail, clock):
    made = measured(1, 100.0, seconds=20.0, ended=False)
    trail.follow(made)
    clock.now = 140.0
    scene = trail.scene()
    assert scene.began == 110.0
    assert 0 < len(scene.dots) < made["whole"].count
    assert all(due >= 110 for due, _, _ in scene.dots)


def test_events_are_marks(trail):
    made = measured(1, 100.0)
    made["whole"].marks.append(entry(101.0, kind="mark", name="Redis killed"))
    trail.follow(made)
    mark, = trail.scene().marks
    assert (mark.at, mark.words, mark.setting) == (101.0, "Redis killed", False)


def test_many_changes_are_said_in_few_words():
    before = {"users": 20, "think_time": 0.5, "cache": "file", "workers": 2}
    after = {"users": 40, "think_time": 0.1, "cache": "Redis", "workers": 2}
    assert changed(before, after) == "users 20 → 40, think time 0.5 → 0.1, and 1 more"
    assert changed(before, before) == ""
