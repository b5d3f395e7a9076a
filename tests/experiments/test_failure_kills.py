"""When workers are killed, and whom it hits: real processes that say in a ledger what they do."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from labapp.experiments.perceived.failure_kills import KILLED, Killer, Schedule, UnderWay, killed
from labapp.probe.ledger import Entry, Ledger


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger")


@pytest.fixture
def crew():
    """Two processes that do nothing; those that are killed are remembered."""
    sleepers = [subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) for _ in range(2)]
    pids = [each.pid for each in sleepers]

    def kill_worker(pid):
        os.kill(pid, signal.SIGKILL)
        next(each for each in sleepers if each.pid == pid).wait()
        pids.remove(pid)
        return pid

    yield SimpleNamespace(pids=pids, kill_worker=kill_worker)
    for each in sleepers:
        each.kill()
        each.wait()


def told(ledger, kind, task, pid):
    ledger.write(Entry(kind, task, "1", pid, 0.0, 0.0))


def state(pid):
    """The letter that Linux has for what a process does: T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


# When


def moments(seed, rate, seconds=100.0, step=0.05):
    """When it would kill, asked every ``step`` seconds."""
    schedule, times = Schedule(seed), [number * step for number in range(int(seconds / step))]
    return [time for time in times for _ in range(schedule.due(time, rate))]


def test_a_seed_decides_the_moments():
    assert moments(1, 2.0) == moments(1, 2.0) != moments(2, 2.0)


def test_whom_it_hits_does_not_change_when():
    one, other = Schedule(1), Schedule(1)
    for number in range(100):
        one.pick([7, 8])
        assert one.due(number, 0.3) == other.due(number, 0.3)


def test_they_come_at_their_rate_and_none_at_the_beginning():
    assert len(moments(1, 2.0)) == pytest.approx(200, rel=0.2)
    assert min(moments(1, 2.0)) > 0
    assert moments(1, 0.0) == []


def test_none_is_forgotten_where_nobody_asks_for_long():
    schedule, often = Schedule(1), Schedule(1)
    assert schedule.due(10.0, 2.0) == sum(often.due(number / 10, 2.0) for number in range(101))


# Whom


def test_who_has_begun_and_not_ended_is_busy(ledger):
    watched = UnderWay(ledger.path)
    assert watched.busy() == {}
    told(ledger, "enqueued", "a", 1)
    told(ledger, "begun", "a", 10)
    told(ledger, "begun", "b", 11)
    assert watched.busy() == {10: "a", 11: "b"}
    told(ledger, "task", "a", 10)
    assert watched.busy() == {11: "b"}


def killer(ledger):
    return Killer(ledger.path, Schedule(1))


def test_only_a_worker_in_the_middle_of_a_task_is_killed(ledger, crew):
    idle, busy = crew.pids
    told(ledger, "begun", "a", busy)
    hunter = killer(ledger)
    assert not hunter.look(crew, 0.0, 1.0)
    assert hunter.look(crew, 1000.0, 1.0)
    assert hunter.hits == [(busy, "a")] and crew.pids == [idle]


def test_a_kill_waits_until_somebody_works(ledger, crew):
    hunter, (worker, _) = killer(ledger), crew.pids
    assert not hunter.look(crew, 5.0, 1.0)
    told(ledger, "begun", "a", worker)
    told(ledger, "task", "a", worker)
    assert not hunter.look(crew, 5.0, 1.0)
    told(ledger, "begun", "b", worker)
    assert hunter.look(crew, 5.0, 1.0)
    assert hunter.hits == [(worker, "b")]


def test_one_that_ended_just_before_goes_on(ledger, crew, monkeypatch):
    hunter, (worker, _) = killer(ledger), list(crew.pids)
    told(ledger, "begun", "a", worker)
    busy = UnderWay.busy

    def ended_meanwhile(self):
        found = busy(self)
        told(ledger, "task", "a", worker)
        return found

    monkeypatch.setattr(UnderWay, "busy", ended_meanwhile)
    assert not hunter.look(crew, 1000.0, 1.0)
    assert hunter.hits == [] and worker in crew.pids
    if sys.platform == "linux":
        assert state(worker) != "T"


def test_without_a_rate_nobody_is_killed(ledger, crew):
    hunter = killer(ledger)
    told(ledger, "begun", "a", crew.pids[0])
    assert not any(hunter.look(crew, seconds, 0.0) for seconds in range(100))


def test_kills_are_counted_by_their_marks():
    marks = [SimpleNamespace(name=name) for name in (KILLED, "something else", KILLED)]
    assert killed(SimpleNamespace(marks=marks)) == 2
