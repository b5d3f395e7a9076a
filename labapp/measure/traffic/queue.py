"""The queue of what was put off: how many tasks waited at each moment, and how many were under way."""

from bisect import bisect_left
from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple


class Step(NamedTuple):
    """From `second` (monotonic) until the next: how many tasks wait, how many have begun and are not done."""

    second: float
    waiting: int
    working: int


class Part(NamedTuple):
    """A turn: counted from `began` to `ended`, its queue watched until `until` (monotonic seconds)."""

    began: float
    ended: float
    until: float


def queue(stream, now: float | None = None) -> list[Step]:
    """The lengths of a Stream's queue as steps, each turn from the beginning of its counted part on.

    They are exact, from when each task was handed over, begun and done; tasks of the warm-up that still wait
    count as well. A turn ends with its drain, and what is left is thrown away then: its last step is at 0. A
    turn under way lasts until `now`, or else until the last that is known of it.
    """
    left = sorted(((handed_over(job), job) for job in [*stream.early_jobs, *stream.jobs]), key=itemgetter(0))
    steps: list[Step] = []
    for part in parts(stream, now):
        place = bisect_left(left, part.until, key=itemgetter(0))
        mine, left = [job for _, job in left[:place]], left[place:]
        if mine:
            steps += _steps(mine, part)
    return steps


def longest(steps: list[Step]) -> int:
    """How many tasks waited at most."""
    return max((step.waiting for step in steps), default=0)


def handed_over(job) -> float:
    """When a task was in the queue; a worker may begin it before whoever handed it over is told so."""
    return min(job.sent, job.begins[0]) if job.begins else job.sent


def over(job) -> float | None:
    """When a task was done or had failed; None while it waits, is under way or is tried again."""
    return job.ended if job.done or 0 < len(job.begins) <= job.runs else None


def parts(stream, now: float | None = None) -> list[Part]:
    """The turns of a Stream, in their order."""
    known = last_known(stream) if now is None else now
    found = []
    for place, (began, ended) in enumerate(stream.turns):
        drained = stream.drains[place][1] if place < len(stream.drains) else None
        over = place + 1 < len(stream.turns)  # another turn has begun: this one cannot last until now
        until = drained if drained is not None else (ended if over else None)
        until = max(known, ended or began) if until is None else until
        found.append(Part(began, until if ended is None else ended, until))
    return found


def last_known(stream) -> float:
    """The last moment (monotonic seconds) of which anything is known; 0 of a stream without any."""
    turns = [moment for turn in [*stream.turns, *stream.drains] for moment in turn if moment is not None]
    jobs = [moment for job in stream.jobs for moment in (job.sent, *job.begins[-1:], over(job) or 0.0)]
    return max([*turns, *jobs, *(request.done for request in stream.requests[-1:])], default=0.0)


def _steps(jobs: list, part: Part) -> Iterator[Step]:
    """One for each moment of the part at which a length changes."""
    waiting = working = 0
    second = part.began
    for at, more_waiting, more_working in sorted(_changes(jobs)):
        at = min(max(at, part.began), part.until)
        if at > second:
            yield Step(second, waiting, working)
            second = at
        waiting, working = waiting + more_waiting, working + more_working
    yield Step(second, waiting, working)
    if second < part.until and (waiting or working):
        yield Step(part.until, 0, 0)


def _changes(jobs: list) -> Iterator[tuple[float, int, int]]:
    for job in jobs:
        yield handed_over(job), 1, 0
        if job.begins:
            yield job.begins[0], -1, 1
            if (ended := over(job)) is not None:
                yield ended, 0, -1
