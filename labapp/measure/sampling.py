"""Rounds: every variant once a round, in an order that gives none of them an advantage.

A noisy machine slows whatever happens to run, so variants are interleaved and compared within a round. The
order is drawn anew for each round, not rotated: a machine has rhythms of its own (timers, a neighbour's cron
job), and a rotation can keep step with them, so that one variant is always the unlucky one. With a drawn
order, which of two equal variants comes out ahead in a round is the toss of a coin whatever the machine does,
and on that the intervals rest.
"""

import gc
import math
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from .clock import CLOCK, Clock
from .garbage import held, left_alone
from .interval import median_interval

Call = Callable[[], object]
Stage = Callable[[], AbstractContextManager]

SLICE_MS = 2.0
STAGING_MS = 20.0  # what the stages of one call's repeats may take in a round
LEAST_ROUNDS = 7
PATIENCE = 8


@dataclass(slots=True)
class Samples:
    """The rounds so far. The same object is yielded after each round, with longer lists.

    `wall_ms[name]` and `cpu_ms[name]` hold one figure a round: the time of one call, or the mean of
    `repeats[name]` calls where one is too short for the clock. `elapsed_ms` is what the rounds took together,
    warm-up included. `collecting` says that garbage collection was left on while timing.
    """

    wall_ms: dict[str, list[float]]
    cpu_ms: dict[str, list[float]]
    repeats: dict[str, int] = field(default_factory=dict)
    rounds: int = 0
    elapsed_ms: float = 0.0
    done: bool = False
    reason: str = ""
    collecting: bool = False


def sample(
    calls: dict[str, Call],
    *,
    stages: Mapping[str, Stage] | None = None,
    budget_ms: float = 2000,
    target: float = 0.05,
    clock: Clock = CLOCK,
    least_rounds: int = LEAST_ROUNDS,
    seed: int = 1,
) -> Iterator[Samples]:
    """Time the calls in interleaved rounds; yields `Samples` after each, the last with `done` and a `reason`.

    It ends when the interval of every median is within `target` (0.05 is ±5 %) or `budget_ms` is used.
    `least_rounds` are made in any case, except when that would take more than 8 budgets. Each call is run
    once before (not counted), and garbage collection is held off until the generator ends or is closed. What
    a call raises reaches you. A call with a stage is made inside it, and only the call is timed: there its
    data is put back.
    """
    _check(calls, budget_ms, target, least_rounds)
    samples = Samples({name: [] for name in calls}, {name: [] for name in calls}, collecting=left_alone())
    stages = stages or {}
    orders = _orders(list(calls), random.Random(seed))
    started = clock.wall_ms()
    with held():
        for name, call in calls.items():
            samples.repeats[name] = _warm_up(call, stages.get(name, nullcontext), clock)
        while not samples.done:
            for name in next(orders):
                _time(calls[name], stages.get(name), name, samples, clock)
            gc.collect()
            samples.rounds += 1
            samples.elapsed_ms = clock.wall_ms() - started
            samples.reason = _reason(samples, budget_ms, target, least_rounds)
            samples.done = bool(samples.reason)
            yield samples


def _warm_up(call: Call, stage: Stage, clock: Clock) -> int:
    """Run once for the caches, and find how many calls fill a slice that the clock can measure."""
    took, _ = _once(call, stage, clock)
    if took >= SLICE_MS:
        return 1
    again, staging = _once(call, stage, clock)
    took = min(took, again)
    repeats = max(1, min(1000, math.ceil(SLICE_MS / took))) if took > 0 else 1000
    return repeats if staging <= 0 else min(repeats, max(1, int(STAGING_MS / staging)))


def _once(call: Call, stage: Stage, clock: Clock) -> tuple[float, float]:
    """What one call takes, and what its stage takes besides."""
    began = clock.wall_ms()
    with stage():
        took, _ = _together(call, 1, clock)
    return took, clock.wall_ms() - began - took


def _time(call: Call, stage: Stage | None, name: str, samples: Samples, clock: Clock) -> None:
    repeats = samples.repeats[name]
    if stage is None:
        wall, cpu = _together(call, repeats, clock)
    else:
        wall, cpu = map(sum, zip(*_apart(call, stage, repeats, clock), strict=True))
    samples.wall_ms[name].append(wall / repeats)
    samples.cpu_ms[name].append(cpu / repeats)


def _together(call: Call, repeats: int, clock: Clock) -> tuple[float, float]:
    """Wall and CPU time of so many calls, one after the other."""
    cpu, wall = clock.cpu_ms(), clock.wall_ms()
    for _ in range(repeats):
        call()
    return clock.wall_ms() - wall, clock.cpu_ms() - cpu


def _apart(call: Call, stage: Stage, repeats: int, clock: Clock) -> Iterator[tuple[float, float]]:
    """The times of each of so many calls, each on a stage of its own."""
    for _ in range(repeats):
        with stage():
            times = _together(call, 1, clock)
        yield times


def _reason(samples: Samples, budget_ms: float, target: float, least_rounds: int) -> str:
    """Why the rounds may end now, or nothing."""
    rounds, elapsed = samples.rounds, samples.elapsed_ms
    said = f"{rounds} {'round' if rounds == 1 else 'rounds'} in {elapsed / 1000:.1f} s"
    if rounds < least_rounds:
        too_long = elapsed >= budget_ms * PATIENCE
        return f"{said}; a round is too long for more" if too_long else ""
    intervals = [median_interval(times) for times in samples.wall_ms.values()]
    widest = max((interval.relative if interval else math.inf for interval in intervals), default=0.0)
    if widest <= target:
        return f"{said}; every interval within {math.ceil(widest * 100) or 1} %"
    if elapsed >= budget_ms:
        return f"{said}; time used, the widest interval is {_width(widest)}"
    return ""


def _width(relative: float) -> str:
    return "not known yet" if math.isinf(relative) else f"±{relative:.0%}".replace("%", " %")


def _orders(names: list[str], chance: random.Random) -> Iterator[list[str]]:
    """Endless orders, each drawn anew."""
    while True:
        yield chance.sample(names, len(names))


def _check(calls: dict, budget_ms: float, target: float, least_rounds: int) -> None:
    if not calls:
        raise ValueError("sample needs at least one call; calls is empty")
    if not budget_ms > 0:
        raise ValueError(f"budget_ms is {budget_ms!r}; it must be a number of milliseconds above 0")
    if not target > 0:
        raise ValueError(f"target is {target!r}; it must be a share above 0, such as 0.05 for ±5 %")
    if least_rounds < 1:
        raise ValueError(f"least_rounds is {least_rounds!r}; it must be 1 or more")
