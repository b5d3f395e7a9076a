"""Killing task workers in the middle of their tasks, at moments that a seed decides."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil

from labapp.experiments.deferral import crew
from labapp.experiments.traffic.site import site
from labapp.probe.ledger import Ledger

KILLED = "worker killed"
SEED = 35
STILL = psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE


class Schedule:
    """Moments at random, so many in a second on the average; a seed gives the same ones every time."""

    def __init__(self, seed=SEED):
        self._random, self._next = Random(seed), 0.0
        self._whom = Random(seed)  # how often it is asked must not change the moments

    def due(self, seconds, rate):
        """How many moments have come, so long after its beginning, since it was asked before."""
        come = 0
        while rate and self._next <= seconds:
            come += self._next > 0
            self._next += self._random.expovariate(rate)
        return come

    def pick(self, choices):
        """One of these."""
        return self._whom.choice(sorted(choices))


class UnderWay:
    """Which processes are in the middle of a task, by what they write into the ledger."""

    def __init__(self, path):
        self._ledger, self._tasks = Ledger(path), {}

    def busy(self):
        """{process id: task} of those that have begun one and not ended it."""
        for entry in self._ledger.take():
            if entry.kind == "begun":
                self._tasks[entry.pid] = entry.name
            elif entry.kind == "task" and self._tasks.get(entry.pid) == entry.name:
                del self._tasks[entry.pid]
        return dict(self._tasks)


class Killer:
    """Kills workers of a crew that are in the middle of a task. ``hits`` are (process id, task)."""

    def __init__(self, ledger, schedule=None):
        self._under_way, self._schedule = UnderWay(ledger), schedule or Schedule()
        self._waiting, self.hits = 0, []

    def look(self, crew, seconds, rate):
        """Do what is due so many seconds after the beginning; whether somebody was killed.

        A kill that comes while nobody works waits until somebody does.
        """
        self._waiting += self._schedule.due(seconds, rate)
        working = self.working(crew) if self._waiting else ()
        if not working or not self._kill(crew, self._schedule.pick(working)):
            return False
        self._waiting -= 1
        return True

    def working(self, crew):
        """The process ids of its workers that are in the middle of a task."""
        return set(self._under_way.busy()) & set(crew.pids)

    def _kill(self, crew, pid):
        """SIGKILL while it stands still: it cannot end its task between a look at it and the kill."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            _await_standstill(pid)
            task = self._under_way.busy().get(pid)
            if task is not None and crew.kill_worker(pid):
                self.hits.append((pid, task))
                return True
            os.kill(pid, signal.SIGCONT)
        return False


def _await_standstill(pid):
    """A signal that was sent is still on its way: on another processor a thread takes some more steps."""
    with suppress(psutil.NoSuchProcess):
        while not all(psutil.Process(each.id).status() in STILL for each in psutil.Process(pid).threads()):
            time.sleep(0.0005)


class Kills:
    """The kills of all turns: every turn has the same schedule."""

    def __init__(self):
        self._killer, self._last = None, float("inf")

    def during(self, seconds, kills, workers, threads, **_):
        """Kill whom it hits so long after a turn began to count, and say so; for ``Traffic(during=)``.

        A new turn has begun where the seconds are fewer than before.
        """
        if seconds < self._last:
            self._killer = Killer(Path(site(workers, threads).folder, "ledger"))
        self._last = seconds
        those = crew()
        return KILLED if those is not None and self._killer.look(those, seconds, kills) else ""


def killed(log, **_):
    """How many, in the counted parts."""
    return sum(each.name == KILLED for each in log.marks)
