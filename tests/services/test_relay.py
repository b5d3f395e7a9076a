"""What the relay learns about sleeps that end late; its clock is not asked."""

import pytest

from labapp.services.relay import STEP, TYPICAL, Delay


@pytest.mark.parametrize("overshoot", [0.0, 60e-6, 300e-6])
def test_sleeps_are_shortened_by_what_they_take_too_long(overshoot):
    delay = Delay()
    for _ in range(1000):
        delay.learn(overshoot - delay.early, slept=True)
    assert delay.early == pytest.approx(overshoot, abs=2 * STEP)


def test_chunks_that_leave_too_early_without_any_sleep_are_noticed():
    delay = Delay()
    delay.early = 300e-6
    for _ in range(1000):
        # each waits for 100 microseconds at most, so that nothing sleeps while more than that is taken off
        delay.learn(-min(delay.early, 100e-6), slept=False)
    assert delay.early == pytest.approx(0, abs=2 * STEP)


@pytest.mark.parametrize(("late", "slept"), [(TYPICAL, True), (1.0, True), (100e-6, False)])
def test_what_was_late_for_another_reason_teaches_nothing(late, slept):
    delay = Delay()
    delay.learn(late, slept)
    assert delay.early == 0


def test_what_is_learnt_has_a_limit():
    delay = Delay()
    for _ in range(10_000):
        delay.learn(TYPICAL / 2, slept=True)
    assert delay.early == TYPICAL


def test_a_round_trip_below_the_relays_own_adds_nothing():
    delay = Delay()
    delay.whole, delay.own = 0.0001, 0.0002
    assert delay.half == 0
    delay.whole = 0.0012
    assert delay.half == pytest.approx(0.0005)
