"""The worker: one thread, of each source only the newest waits, a stop always ends a job."""

import threading

import pytest

from labapp.measure.stop import Stop, Stopped, Superseded
from labapp.measure.worker import Worker

PATIENCE = 20  # seconds until a hanging test gives up; nothing here is timed by it


class Gate:
    """A job that reports that it has begun and goes on when told."""

    def __init__(self):
        self.begun = threading.Event()
        self.open = threading.Event()

    def work(self, stop):
        self.begun.set()
        assert self.open.wait(PATIENCE)
        stop.check()
        return "finished"


def running_in(stop):
    return threading.current_thread()


@pytest.fixture
def workshop():
    return Worker("test")


def test_everything_runs_in_one_thread_whoever_asks(workshop):
    threads = []
    askers = [
        threading.Thread(target=lambda: threads.append(workshop.call(running_in))) for _ in range(4)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(PATIENCE)
    assert len(threads) == 4
    assert len(set(threads)) == 1
    assert threads[0] not in askers


def test_of_one_source_only_the_newest_waits(workshop):
    gate, ran = Gate(), []
    first = workshop.submit("panel", gate.work)
    assert gate.begun.wait(PATIENCE)
    jobs = [workshop.submit("panel", lambda stop, n=n: ran.append(n)) for n in range(50)]
    gate.open.set()
    jobs[-1].future.result(PATIENCE)
    assert ran == [49]
    assert all(job.future.cancelled() for job in jobs[:-1])
    assert first.stop.superseded


def test_sources_do_not_replace_one_another(workshop):
    gate, ran = Gate(), []
    workshop.submit("one", gate.work)
    assert gate.begun.wait(PATIENCE)
    workshop.submit("two", lambda stop: ran.append("two"))
    last = workshop.submit("three", lambda stop: ran.append("three"))
    gate.open.set()
    last.future.result(PATIENCE)
    assert ran == ["two", "three"]


def test_an_exception_reaches_who_asked_and_the_worker_goes_on(workshop):
    with pytest.raises(ZeroDivisionError):
        workshop.call(lambda stop: 1 / 0)
    assert workshop.call(lambda stop: "still here") == "still here"


def test_a_call_from_inside_the_worker_runs_in_place(workshop):
    assert workshop.call(lambda stop: workshop.call(lambda inner: inner is stop))


def test_a_stop_ends_a_job_at_its_next_statement(workshop):
    gate = Gate()
    job = workshop.submit("panel", gate.work)
    assert gate.begun.wait(PATIENCE)
    workshop.stop(job)
    gate.open.set()
    with pytest.raises(Stopped):
        job.future.result(PATIENCE)


def test_a_job_that_never_ends_and_swallows_exceptions_is_stopped(workshop):
    begun = threading.Event()

    def endless(stop):
        while True:
            try:
                begun.set()
                sum(range(100))
            except Exception:  # noqa: BLE001, S112 - it swallows what it can, as some code does
                continue

    job = workshop.submit("panel", endless)
    assert begun.wait(PATIENCE)
    workshop.stop(job)
    with pytest.raises(Stopped):
        job.future.result(PATIENCE)
    assert workshop.call(lambda stop: "still here") == "still here"


def test_a_job_that_resists_is_left_behind_and_new_work_runs(workshop):
    begun, release = threading.Event(), threading.Event()

    def stubborn(stop):
        while not release.is_set():
            try:
                begun.set()
                release.wait(0.01)
            except BaseException:  # noqa: BLE001, S112 - it swallows even the stop
                continue

    job = workshop.submit("panel", stubborn)
    assert begun.wait(PATIENCE)
    workshop.stop(job)
    with pytest.raises(Stopped, match="left behind"):
        job.future.result(PATIENCE)
    assert workshop.call(lambda stop: "still here") == "still here"
    release.set()


def test_a_stop_interrupts_what_the_database_does(workshop):
    begun, interrupted = threading.Event(), threading.Event()

    def long_query(stop):
        stop.interrupters.append(interrupted.set)
        begun.set()
        assert interrupted.wait(PATIENCE)
        stop.check()

    job = workshop.submit("panel", long_query)
    assert begun.wait(PATIENCE)
    workshop.stop(job)
    with pytest.raises(Stopped):
        job.future.result(PATIENCE)


def test_a_waiting_job_is_cancelled_by_its_stop(workshop):
    gate = Gate()
    workshop.submit("one", gate.work)
    assert gate.begun.wait(PATIENCE)
    waiting = workshop.submit("two", lambda stop: "never")
    workshop.stop(waiting)
    gate.open.set()
    assert waiting.future.cancelled()


def test_a_newer_setting_waits_for_a_short_run_and_ends_a_long_one():
    now = [0.0]
    stop = Stop(patience=0.15, clock=lambda: now[0])
    stop.begin()
    stop.superseded = True
    now[0] = 0.1
    stop.check()
    now[0] = 0.2
    with pytest.raises(Superseded):
        stop.check()


def test_after_hurry_a_newer_setting_waits_no_longer():
    stop = Stop(patience=10, clock=lambda: 0.0)
    stop.superseded = True
    stop.check()
    stop.hurry()
    with pytest.raises(Superseded):
        stop.check()
