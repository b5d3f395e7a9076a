"""One variant under traffic: its requests and the work of its server, summed up."""

import math
from dataclasses import dataclass, field
from operator import attrgetter

from ..comparison import Comparison
from .rate import Turn
from .summary import Summary
from .tasks import Tasks, tasks


@dataclass(eq=False)
class Stream(Summary):
    """What is known of one variant; latencies in ms from the moment when a request was due.

    `requests` are those that count, in the order in which they were due; `work` and `marks` are the ledger's
    entries of the same parts of time, and `turns` these parts as (began, ended) in monotonic seconds, `ended`
    None for one under way; `numbers` are the numbers of the turns. `early` are the moments of answers to what
    was due before its part began: they belong to the rate alone. `same` is None where no page was compared,
    `difference` says why it is False. `error` and `unavailable` are one sentence each, `fault` is one on what
    its requests left behind where that is wrong, `note` is a remark for the reader, and `figures` holds the
    experiment's own, by the names in the result's.

    `jobs` are the tasks that were handed over by what counts, and `early_jobs` those of the warm-ups before,
    which belong to the length of the queue alone. `drains` are the times after the turns in which no request
    came and the queue could empty, as (began, ended) like the turns. `tasks` sums the jobs up.

    A request has turn, ask, key, user, person, due, sent, first, done (seconds), status, size, who, timing,
    asked, digest, seen, foreign and error, as labapp.services.traffic.Request has. An entry has kind, label,
    began, queries, db_ms, hits, misses and bytes, as labapp.probe.ledger.Entry has. A job has the fields of
    the Job of jobs.py.

    Counts are always up to date, percentiles and rates since the last refresh() that found anything new;
    `looks` is how many of these there were.
    """

    variant: str
    caption: str = ""
    colour: str = "#999999"
    source: str = ""
    baseline: bool = False
    unavailable: str | None = None
    error: str | None = None
    note: str = ""
    fault: str = ""
    figures: dict[str, float | None] = field(default_factory=dict)
    requests: list = field(default_factory=list)
    work: list = field(default_factory=list)
    marks: list = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    early: list[float] = field(default_factory=list)
    jobs: list = field(default_factory=list)
    early_jobs: list = field(default_factory=list)
    drains: list[Turn] = field(default_factory=list)
    same: bool | None = None
    difference: str | None = None
    comparison: Comparison | None = None

    def __post_init__(self):
        super().__init__(self.requests, self.work, self.early)
        self._began = {number: turn[0] for number, turn in zip(self.numbers, self.turns, strict=True)}
        self.sum_up(self.turns)
        self._changed = True
        self.looks = 0
        self.tasks, self._seen = Tasks(), None

    # Collecting

    def begin(self, turn: int, at: float) -> None:
        """From `at` (monotonic seconds) on, the requests of this turn count."""
        self._began[turn] = at
        self.numbers.append(turn)
        self.turns.append((at, None))

    def end(self, at: float) -> None:
        """The turn under way counts no longer; answers to what was due before are still taken."""
        self.turns[-1] = (self.turns[-1][0], at)
        self._changed = True

    def drain(self, at: float) -> None:
        """From `at` (monotonic seconds) on no more requests come, and the workers empty the queue."""
        self.drains.append((at, None))

    def drained(self, at: float) -> None:
        """The queue is empty, or nobody waits for that any longer."""
        self.drains[-1] = (self.drains[-1][0], at)

    def add(self, requests, work=()) -> None:
        """Take from these what belongs to the counted parts; the rest may be anybody's.

        A request belongs here when it is of a turn of this stream and was due after its part began. Of the
        ledger, the entries of requests belong here by their label, which is the number of the turn, and
        those without a label, like all others, when they began within a counted part, or before its workers
        had done what it handed over. Runs of tasks belong here as they come.
        """
        for request in requests:
            self._add(request)
        for entry in work:
            if self._counts(entry):
                self._add_work(entry)
        self._changed = True

    def _add(self, request) -> None:
        began = self._began.get(request.turn)
        if began is None or request.done < began:
            return
        if request.due >= began:
            self.requests.append(request)
            self._answers.add(request)
        elif not request.error:
            self.early.append(request.done)
            self._answers.answered_at.append(request.done)

    def _add_work(self, entry) -> None:
        if entry.kind == "mark":
            self.marks.append(entry)
        else:
            self.work.append(entry)
            self._work.add(entry)

    def _counts(self, entry) -> bool:
        if entry.kind == "task":
            return True
        label = getattr(entry, "label", "") if entry.kind == "request" else ""
        if label:
            return label.isdecimal() and int(label) in self._began
        return any(
            began <= entry.began and (ended is None or entry.began < self._watched(place, ended))
            for place, (began, ended) in enumerate(self.turns)
        )

    def _watched(self, place: int, ended: float) -> float:
        """Until when what happens belongs to this turn: its drain is part of it."""
        if place >= len(self.drains):
            return ended
        drained = self.drains[place][1]
        return math.inf if drained is None else drained

    def blame(self, fault: str) -> None:
        """What its requests left behind is not what it has to be: one sentence."""
        self.fault, self._changed = fault, True

    def refresh(self) -> bool:
        """Sum up what has come; whether anything has."""
        worked = self._worked()
        if not self._changed:
            return worked
        self._changed = False
        self.requests.sort(key=attrgetter("due"))
        self.sum_up(self.turns)
        self.looks += 1
        return True

    def _worked(self) -> bool:
        """Sum up the tasks where there is news of any; whether there is."""
        begins, runs = sum(len(job.begins) for job in self.jobs), sum(job.runs for job in self.jobs)
        seen = len(self.jobs), begins, runs, tuple(self.drains)
        if not self.jobs or seen == self._seen:
            return False
        self.tasks, self._seen = tasks(self), seen
        return True
