"""Parts that change are set at most ten times a second, by a clock that stands still."""

import pytest

from labapp.panel.live import Live


class Clock:
    """Time that moves when told to, and timers that go off then."""

    def __init__(self):
        self.now = 100.0
        self.timers = []

    def __call__(self):
        return self.now

    def timer(self, seconds, action):
        timer = Timer(self.now + seconds, action)
        self.timers.append(timer)
        return timer

    def pass_time(self, seconds):
        self.now += seconds
        for timer in [each for each in self.timers if each.started and each.at <= self.now]:
            self.timers.remove(timer)
            timer.action()


class Timer:
    def __init__(self, at, action):
        self.at, self.action, self.started = at, action, False

    def start(self):
        self.started = True


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def live(clock):
    """A live part with the list of everything it was set to."""
    live = Live(pause=0.1, clock=clock, timer=clock.timer)
    live.seen = []
    live.widget.observe(lambda change: live.seen.append(change.new), "value")
    return live


def test_the_first_is_shown_at_once(live):
    live.show("one")
    assert live.seen == ["one"]


def test_of_many_only_the_last_arrives_when_the_pause_is_over(live, clock):
    for text in ("one", "two", "three", "four"):
        live.show(text)
    assert live.seen == ["one"]
    assert live.text == "four"
    clock.pass_time(0.11)
    assert live.seen == ["one", "four"]


def test_after_the_pause_the_next_is_shown_at_once(live, clock):
    live.show("one")
    clock.pass_time(0.11)
    live.show("two")
    assert live.seen == ["one", "two"]
    assert not clock.timers


def test_what_is_urgent_does_not_wait_and_what_waited_does_not_follow(live, clock):
    live.show("one")
    live.show("two")
    live.show("done", at_once=True)
    clock.pass_time(1)
    assert live.seen == ["one", "done"]


def test_what_is_the_same_is_not_sent(live, clock):
    live.show("one")
    clock.pass_time(1)
    live.show("one")
    live.show("two")
    assert live.seen == ["one", "two"]
