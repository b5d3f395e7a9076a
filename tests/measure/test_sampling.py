import gc
from collections import Counter
from contextlib import contextmanager

import pytest

from labapp.measure.garbage import leave_alone
from labapp.measure.sampling import PATIENCE, sample
from tests.measure.machine import Machine, lognormal, seeded


def last(*args, **options):
    *_, samples = sample(*args, **options)
    return samples


def test_a_steady_machine_needs_seven_rounds():
    machine = Machine()
    samples = last({"a": machine.work(10), "b": machine.work(30)}, clock=machine)
    assert samples.rounds == 7
    assert samples.wall_ms == {"a": [10.0] * 7, "b": [30.0] * 7}
    assert samples.cpu_ms == samples.wall_ms
    assert samples.reason == "7 rounds in 0.3 s; every interval within 1 %"
    assert samples.done


def test_each_is_called_once_before_the_rounds():
    calls = Counter()
    machine = Machine()
    work = machine.work(10)

    def call():
        calls["a"] += 1
        work()

    next(sample({"a": call}, clock=machine))
    assert calls["a"] == 2


def test_the_order_is_drawn_anew():
    seen = []
    machine = Machine(lognormal(seeded("order"), 0.5))
    work = machine.work(10)
    calls = {name: (lambda name=name: (seen.append(name), work())) for name in "abc"}
    samples = last(calls, clock=machine, budget_ms=6000, target=0.001)
    rounds = ["".join(seen[start : start + 3]) for start in range(3, len(seen), 3)]
    assert len(rounds) == samples.rounds > 100
    assert all(sorted(each) == ["a", "b", "c"] for each in rounds)
    assert len(set(rounds)) == 6
    assert min(Counter(rounds).values()) > samples.rounds / 12


def test_the_budget_ends_it():
    machine = Machine(lognormal(seeded("budget"), 0.5))
    samples = last({"a": machine.work(10)}, clock=machine, budget_ms=500, target=0.001)
    assert 500 <= samples.elapsed_ms < 700
    assert "time used, the widest interval is ±" in samples.reason


def test_least_rounds_go_over_the_budget():
    machine = Machine()
    assert last({"a": machine.work(500)}, clock=machine, budget_ms=1000).rounds == 7


def test_but_not_without_end():
    machine = Machine()
    samples = last({"slow": machine.work(3000), "fast": machine.work(0.1)}, clock=machine, budget_ms=2000)
    assert samples.elapsed_ms < 2000 * PATIENCE + 3100
    assert samples.rounds == 5
    assert "a round is too long for more" in samples.reason


def test_short_calls_are_repeated_and_divided():
    machine = Machine()
    samples = last({"short": machine.work(0.1), "long": machine.work(50)}, clock=machine)
    assert samples.repeats == {"short": 20, "long": 1}
    assert samples.wall_ms["short"] == pytest.approx([0.1] * 7)


def test_a_call_that_takes_no_time_at_all():
    samples = last({"nothing": lambda: None}, clock=Machine())
    assert samples.wall_ms["nothing"] == [0.0] * 7


def test_the_same_object_is_yielded_each_round():
    machine = Machine()
    rounds = []
    for samples in sample({"a": machine.work(10)}, clock=machine):
        rounds.append((id(samples), samples.rounds, samples.done))
    assert len({identity for identity, _, _ in rounds}) == 1
    assert [number for _, number, _ in rounds] == list(range(1, 8))
    assert [done for _, _, done in rounds] == [False] * 6 + [True]


def test_garbage_collection_is_held_off_and_comes_back():
    machine = Machine()
    states = []
    work = machine.work(10)
    last({"a": lambda: (states.append(gc.isenabled()), work())}, clock=machine)
    assert set(states) == {False}
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_what_a_call_raises_reaches_you_and_garbage_collection_comes_back():
    machine = Machine()
    calls = iter(range(100))

    def fails_later():
        machine.work(10)()
        if next(calls) == 5:
            raise LookupError("superseded")

    with pytest.raises(LookupError, match="superseded"):
        last({"a": fails_later}, clock=machine)
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_closing_in_the_middle_brings_garbage_collection_back():
    machine = Machine()
    rounds = sample({"a": machine.work(10)}, clock=machine)
    next(rounds)
    assert not gc.isenabled()
    rounds.close()
    assert gc.isenabled()


def test_two_at_once_restore_once():
    machine = Machine()
    one, other = (sample({"a": machine.work(10)}, clock=machine) for _ in range(2))
    next(one), next(other)
    one.close()
    assert not gc.isenabled()
    other.close()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        machine = Machine()
        last({"a": machine.work(10)}, clock=machine)
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"calls": {}}, "calls is empty"),
        ({"budget_ms": 0}, "budget_ms is 0"),
        ({"target": -1}, "target is -1"),
        ({"least_rounds": 0}, "least_rounds is 0"),
    ],
)
def test_bad_input(options, sentence):
    calls = options.pop("calls", {"a": lambda: None})
    with pytest.raises(ValueError, match=sentence):
        next(sample(calls, **options))


def test_the_real_clock():
    samples = last({"a": lambda: sum(range(20_000))}, budget_ms=200)
    assert all(each > 0 for each in samples.wall_ms["a"] + samples.cpu_ms["a"])


def staged(machine, ms, log=None):
    """A stage that takes so long before the call and as long after it."""

    @contextmanager
    def stage():
        machine.now += ms
        if log is not None:
            log.append("set")
        yield
        machine.now += ms

    return stage


def test_a_stage_is_set_before_each_call_and_is_no_part_of_its_time():
    machine, log = Machine(), []
    work = machine.work(10)
    calls = {"a": lambda: (log.append("call"), work()), "b": machine.work(30)}
    samples = last(calls, stages={"a": staged(machine, 100, log)}, clock=machine)
    assert samples.wall_ms == {"a": [10.0] * 7, "b": [30.0] * 7}
    assert samples.cpu_ms == samples.wall_ms
    assert log == ["set", "call"] * 8


def test_short_calls_with_a_stage_repeat_as_often_as_the_stage_lets_them():
    machine = Machine()
    samples = last({"a": machine.work(0.1)}, stages={"a": staged(machine, 2)}, clock=machine)
    assert samples.repeats["a"] == 5  # 20 ms of stages, 4 ms each
    assert samples.wall_ms["a"] == pytest.approx([0.1] * samples.rounds)


def test_a_fault_of_the_stage_reaches_you_and_garbage_collection_is_as_before():
    @contextmanager
    def broken():
        raise LookupError("no table")
        yield

    with pytest.raises(LookupError, match="no table"):
        last({"a": Machine().work(1)}, stages={"a": broken}, clock=Machine())
    assert gc.isenabled()


def test_garbage_collection_may_be_left_alone():
    machine, seen = Machine(), []
    work = machine.work(10)
    with leave_alone():
        samples = last({"a": lambda: (seen.append(gc.isenabled()), work())}, clock=machine)
    assert samples.collecting and all(seen)
    assert not last({"a": machine.work(10)}, clock=machine).collecting
