"""One turn of a variant being watched: the traffic, then the workers that empty the queue, then the truth."""

import os
import time
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

from labapp import probe
from labapp.experiments.traffic.effort import Effort
from labapp.experiments.traffic.log import Log
from labapp.measure.traffic.jobs import Jobs
from labapp.probe.ledger import Entry
from labapp.probe.style import counted

TICK = 0.05  # seconds between two looks at what has come
PATIENCE = 2.0  # seconds that answers under way are waited for at the end of a turn


@dataclass
class Known:
    """What is kept of a variant besides its Stream: of all its turns so far."""

    warm: list = field(default_factory=list)
    jobs: list = field(default_factory=list)
    early_jobs: list = field(default_factory=list)
    truths: list = field(default_factory=list)
    effort: list = field(default_factory=list)
    visits: dict = field(default_factory=lambda: defaultdict(list))


class WatchedTurn:
    """The turn that begins when it is made: the site serves the variant, and its task workers are there."""

    def __init__(self, run, variant):
        self._run, self._variant = run, variant
        self._stream, self._known = run.result[variant.name], run.known[variant.name]
        self._place = run.site.begin(run.experiment, variant, run.settings)
        self._number = self._place["turn"]
        self._effort = Effort(run.site, run.site.broker_of(variant, run.load))
        self._labels = str(self._number), f"{self._number} warm"
        self._jobs, self._unclaimed = Jobs(), []
        self._from_here = time.monotonic() + run.warm

    def watch(self):
        """All of it, into the Stream."""
        self._serve()
        self._run.generator.idle(PATIENCE, self._look)
        self._collect()
        self._drain()
        self._tell_truth()
        self._complain()
        self._figure()
        self._visit()

    def _serve(self):
        """Warm-up, then what counts."""
        run, end = self._run, self._from_here + self._run.turn
        plan = self._place | run.plan(self._place["mount"]) | {"counted": (self._from_here, end)}
        run.generator.steer(plan)
        self._stream.begin(self._number, self._from_here)
        run.say(f"Round {run.result.rounds + 1}: {self._variant.name} is being served.")
        while (now := time.monotonic()) < end:
            if run.method.during is not None and now >= self._from_here:
                self._interfere(now)
            self._look()
            time.sleep(TICK)
        self._stream.end(end)
        self._stream.drain(end)
        run.result.late_ms = max(run.result.late_ms or 0.0, run.generator.lag() or 0.0)
        run.result.status = f"Waiting for the last answers of {self._variant.name}."

    def _look(self):
        """Whether to go on, and what has come; shown when it is time."""
        self._run.stop.check()
        self._collect()
        self._run.show()

    def _interfere(self, now):
        """What the experiment does to the site meanwhile; where it says what that was, it is a mark."""
        run = self._run
        if happened := run.method.during(now - self._from_here, **run.settings):
            mark = Entry("mark", happened, str(self._number), os.getpid(), now, time.monotonic())
            self._stream.marks.append(mark)

    def _collect(self):
        """What has come of this turn; the warm-up and what is left of turns before are not counted."""
        come = [each for each in self._run.generator.take() if each.turn == self._number]
        self._known.warm += [each for each in come if each.due < self._from_here]
        entries = self._run.site.ledger.take()
        self._jobs.add(entries)
        work = [each for each in entries if _counts(each, str(self._number))]
        self._stream.add(come, work + self._claimed(entries))
        self._stream.jobs = self._known.jobs + self._jobs.of(self._labels[0])
        self._stream.early_jobs = self._known.early_jobs + self._jobs.of(self._labels[1])
        self._warn()

    def _claimed(self, entries):
        """Runs of tasks that counted requests handed over; of some it is not known yet who did."""
        runs = self._unclaimed + [each for each in entries if each.kind == "task"]
        self._unclaimed = [each for each in runs if self._jobs.label(each.name) is None]
        return [each for each in runs if self._jobs.label(each.name) == self._labels[0]]

    def _warn(self):
        """Say so where nobody does what is put off, and for as long as this is shown."""
        run = self._run
        if self._variant.queue is None or run.load["task_workers"]:
            return
        put_off = [run.result[each.name] for each in run.running() if each.queue is not None]
        waiting = sum(not job.begins for stream in put_off for job in (*stream.jobs, *stream.early_jobs))
        if waiting:
            far = f"{_tasks(waiting, 'wait')}, and there is no task worker"
            run.result.warning = f"Nobody is listening: {far}."

    # After the traffic

    def _drain(self):
        """Let the workers do what was handed over, as long as they may; then there are none any more."""
        run, began = self._run, time.monotonic()
        patience = run.method.value("drain", run.settings)
        run.wait_until_quiet()  # a request that was given up goes on, and may hand something over yet
        self._collect()
        while any(left := self._jobs.left(*self._labels)) and time.monotonic() < began + patience:
            if self._variant.queue is not None and not run.load["task_workers"]:
                break
            far = f"{_tasks(left[0], 'wait')}, {left[1]} under way"
            run.result.status = f"The workers empty the queue: {far}."
            self._look()
            time.sleep(TICK)
        ended = time.monotonic()
        run.site.workers.end()
        self._collect()
        self._stream.drained(ended)
        self._known.jobs, self._known.early_jobs = self._stream.jobs, self._stream.early_jobs
        self._known.effort.append(self._effort.spent())

    def _tell_truth(self):
        run = self._run
        if run.method.truth is None:
            return
        left = sum(self._jobs.left(*self._labels)) + run.site.under_way
        with probe.unrecorded():
            truth = run.method.truth(**run.parameters)
        self._known.truths.append(truth)
        if run.method.agrees is not None:
            if fault := run.method.agrees(truth, left, **run.parameters):
                self._stream.blame(fault)

    def _complain(self):
        """What its views raised; a variant that answers nothing else gets no further turn."""
        stream, number = self._stream, str(self._number)
        said = [sentence for turn, sentence in self._run.site.complaints.take() if turn == number]
        if said and stream.errors >= len(stream.requests):
            stream.error = said[0]
        elif said:
            stream.note = f"{len(said)} requests raised an exception: {said[0]}"

    def _figure(self):
        stream, run, known = self._stream, self._run, self._known
        log = Log(
            stream.requests, stream.work, stream.marks, stream.turns, known.warm, run.warm, run.settings,
            jobs=stream.jobs, truths=known.truths, effort=known.effort,
        )
        for each in run.experiment.figures:
            if each.of is not None:
                stream.figures[each.name] = each.of(log, **run.parameters)

    def _visit(self):
        """More figures of this turn, while no traffic comes; the median over the turns is shown."""
        run = self._run
        if run.method.extra is None:
            return
        for name, value in run.method.extra(self._place, self._variant, run.settings).items():
            self._known.visits[name].append(value)
            known = [each for each in self._known.visits[name] if each is not None]
            self._stream.figures[name] = median(known) if known else None


def _counts(entry, number):
    """Whether an entry of the ledger belongs to this turn; those of requests tell the warm-up apart."""
    if entry.kind in ("enqueued", "begun", "task"):
        return False
    return entry.label == number if entry.kind == "request" else entry.label in ("", number, f"{number} warm")


def _tasks(number, verb):
    return f"{counted(number, 'task')} {verb}{'s' if number == 1 else ''}"
