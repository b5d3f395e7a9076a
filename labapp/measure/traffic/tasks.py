"""What became of the work that the requests of a stream put off, in figures."""

import math
from bisect import bisect_left
from dataclasses import dataclass, field
from operator import attrgetter

from ..wording import plural
from .latency import Percentile, Timed, percentiles
from .queue import Part, handed_over, longest, over, parts, queue

PERCENTILES = {"p50": 0.5, "p95": 0.95}
NONE = dict.fromkeys(PERCENTILES)


@dataclass(frozen=True)
class Tasks:
    """The tasks that were handed over in the counted parts.

    `done` ended well, `failed` raised and were not tried again, `unfinished` are all others: they wait, or
    were begun and never ended. `again` were begun more than once. `waiting` has the percentiles ("p50",
    "p95") in ms from when a task was handed over until it was first begun, and `finishing` those until it was
    done; of a task that had not come so far only the lower limit is known. `longest` is how many waited at
    most, those of the warm-up among them.
    """

    count: int = 0
    done: int = 0
    failed: int = 0
    again: int = 0
    longest: int = 0
    waiting: dict[str, Percentile | None] = field(default_factory=lambda: dict(NONE))
    finishing: dict[str, Percentile | None] = field(default_factory=lambda: dict(NONE))
    drained_s: float | None = None  # how long the queues were watched after the traffic, at most

    @property
    def unfinished(self) -> int:
        """Those that were neither done nor failed."""
        return self.count - self.done - self.failed

    @property
    def undone(self) -> str:
        """ "12 of 80 tasks were not done 5 s after the traffic"; "" where all were, or where it goes on."""
        if not self.unfinished or self.drained_s is None:
            return ""
        were = "was" if self.unfinished == 1 else "were"
        return f"{self.unfinished:,} of {plural(self.count, 'task')} {were} not done {self.drained}"

    @property
    def drained(self) -> str:
        """ "5 s after the traffic": how long the queues were watched, at most; "" while they are."""
        if self.drained_s is None:
            return ""
        since = f"{self.drained_s:.1f}".rstrip("0").rstrip(".")
        return f"{since} s after the traffic" if self.drained_s >= 0.1 else "when the traffic ended"


def tasks(stream) -> Tasks:
    """What is known of a Stream's jobs."""
    if not stream.jobs:
        return Tasks()
    jobs, watched = sorted(stream.jobs, key=handed_over), parts(stream)
    done = sum(job.done for job in jobs)
    return Tasks(
        count=len(jobs),
        done=done,
        failed=sum(over(job) is not None for job in jobs) - done,
        again=sum(len(job.begins) > 1 for job in jobs),
        longest=longest(queue(stream)),
        waiting=percentiles([_until(job, _begun(job), watched) for job in jobs], PERCENTILES),
        finishing=percentiles([_until(job, _done(job), watched) for job in jobs], PERCENTILES),
        drained_s=_drained(stream),
    )


def _begun(job) -> float | None:
    return job.begins[0] if job.begins else None


def _done(job) -> float | None:
    return over(job) if job.done else None


def _until(job, moment: float | None, watched: list[Part]) -> Timed:
    """The time from when a task was handed over until then; as long as it was watched, where that is open."""
    since = handed_over(job)
    if moment is not None:
        ms = 1000 * (moment - since)
        return Timed(since, ms, ms)
    place = min(bisect_left(watched, since, key=attrgetter("until")), len(watched) - 1)
    return Timed(since, math.inf, 1000 * max(0.0, watched[place].until - since))


def _drained(stream) -> float | None:
    """The seconds of the longest drain; None as long as the newest is not over."""
    known = [ended - began for began, ended in stream.drains if ended is not None]
    return max(known) if known and len(known) == len(stream.turns) else None


def undone(streams) -> list[str]:
    """What was not done, in one sentence for all the streams."""
    left = [each for each in streams if each.tasks.undone]
    if len(left) <= 1:
        return [f"{each.variant}: {each.tasks.undone}" for each in left]
    each_of = (
        f"{each.variant} {each.tasks.unfinished:,} of {each.tasks.count:,} ({each.tasks.drained})"
        for each in left
    )
    return [f"Tasks that were not done: {', '.join(each_of)}"]
