"""Work that is put off, for real: workers, brokers, the database's own queue, and what is counted of them."""

import os

import psutil
import pytest

from labapp.experiments import traffic
from labapp.experiments.databases import database
from labapp.experiments.deferral import Celery, Relay, broker, brokers, crew, task_workers
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.perceived.defer_writers import several_writers
from labapp.experiments.traffic import Ask, Traffic
from labapp.measure.stop import Stop, Stopped
from labapp.measure.worker import worker
from tests.experiments import deferring
from tests.experiments.deferring import STATEMENTS, by_celery, by_tasks, for_ever, for_nothing, view
from tests.requires import needs
from tests.services.kernels import runs, wait_for

LOAD = {"users": 3, "think_time": 0.05, "workers": 1}
HAND_OVER = {
    "celery": lambda: by_celery.delay(), "tasks": lambda: by_tasks.enqueue(), "thread": deferring.in_a_thread,
    "never": lambda: for_ever.delay(), "raises": lambda: for_nothing.delay(),
}  # fmt: skip


def experiment(*names, queue=None, drain=20.0, figures=(), **options):
    made = Experiment(
        "deferred", question="?", conditions=[database(writes=True), broker(), task_workers(2)],
        figures=figures, setting=several_writers,
        method=Traffic(
            "post/", lambda **_: [Ask("post", "post/")], turn=0.4, warm=0.2, load=LOAD, same=False,
            drain=drain, **options,
        ),
    )
    for name in names:
        queues = {"celery": "celery", "tasks": "tasks", "never": "celery", "raises": "celery"}
        made.variant(view(HAND_OVER[name]), name=name, queue=queue or queues.get(name))
    return made


def run(made, **settings):
    return made.run(budget_ms=1, **settings)


def runs_of(stream):
    return [each for each in stream.work if each.kind == "task"]


@pytest.mark.parametrize("name, settings", [
    ("celery", {"broker": "Redis"}), ("celery", {"broker": "files"}), ("tasks", {}), ("thread", {}),
])  # fmt: skip
def test_all_that_is_handed_over_is_done_once_with_its_statements(pinsta_db, name, settings):
    if settings.get("broker") == "Redis":
        needs("redis")
    stream = run(experiment(name), **settings)[name]
    assert stream.count > 3 and not stream.errors
    assert len(stream.jobs) == stream.count
    assert all(job.done and job.runs == len(job.begins) == 1 for job in stream.jobs)
    assert all(job.asked <= job.sent and job.begins[0] <= job.ended for job in stream.jobs)
    assert len(runs_of(stream)) == len(stream.jobs)
    own = {each.queries for each in runs_of(stream)}
    # What the database's worker notes down of a task is part of it.
    assert own == {STATEMENTS} if name != "tasks" else min(own) > STATEMENTS


def test_on_postgresql_too(pinsta_db):
    needs("postgresql")
    result = run(experiment("tasks", "thread"), database="PostgreSQL")
    for stream in result:
        assert stream.jobs and all(job.done for job in stream.jobs)


def test_a_loop_of_the_experiments_own(pinsta_db, tmp_path, monkeypatch):
    made, folder, numbers = experiment(), str(tmp_path), iter(range(10**6))

    def relay(ready):
        deferring.HERE = folder
        deferring.relay(ready)

    def post():
        deferring.a_file(folder, f"{os.getpid()}-{next(numbers)}")

    made.variant(view(post), name="relay", queue=Relay(relay))
    stream = run(made, task_workers=1)["relay"]
    assert stream.jobs and all(job.done for job in stream.jobs)
    assert {each.queries for each in runs_of(stream)} == {STATEMENTS}


def test_nobody_listens(pinsta_db):
    """As many wait as the broker says that it has, and the panel is told."""
    needs("redis")
    lengths = []

    def truth():
        with brokers.server("Redis").client() as client:
            (name,) = [key for key in client.keys() if key.startswith(b"lab-")]
            lengths.append(client.llen(name))

    made = experiment("celery", truth=truth)
    result = run(made, task_workers=0, broker="Redis")
    jobs = result["celery"].jobs + result["celery"].early_jobs
    assert lengths == [len(jobs)] and not any(job.begins for job in jobs)
    assert result.warning == f"Nobody is listening: {len(jobs)} tasks wait, and there is no task worker."


def test_a_task_that_never_ends_ends_with_its_turn(pinsta_db):
    family = set()

    def during(seconds, **_):
        family.update(map(psutil.Process, crew().pids))

    made = experiment("never", "thread", drain=0.2, during=during)
    result = run(made)
    jobs = result["never"].jobs + result["never"].early_jobs
    assert sum(bool(job.begins) for job in jobs) == 2 and not any(job.ended for job in jobs)
    assert family and not any(map(runs, family))
    assert all(job.done for job in result["thread"].jobs)


def test_what_a_turn_left_is_not_done_in_the_next(pinsta_db):
    made = experiment("celery")
    left = run(made, task_workers=0)["celery"].jobs
    stream = run(made)["celery"]
    assert left and not {job.id for job in left} & {job.id for job in stream.jobs}
    assert all(job.done for job in stream.jobs)
    assert len(runs_of(stream)) == len(stream.jobs)


def test_a_task_that_raises_has_ended_and_is_not_done(pinsta_db):
    stream = run(experiment("raises"))["raises"]
    assert stream.jobs and all(job.ended and not job.done for job in stream.jobs)
    assert {each.status for each in runs_of(stream)} == {500}


@pytest.mark.parametrize("acks_late", [False, True])
def test_one_that_is_killed_at_work_begins_again_where_it_is_acknowledged_late(pinsta_db, acks_late):
    needs("redis")
    killed = []

    def during(seconds, **_):
        if not killed:
            killed.append(crew().kill_worker())

    queue = Celery(acks_late=acks_late, visibility_timeout=0.2, again=0)
    made = experiment("never", queue=queue, during=during, drain=4.0)
    stream = run(made, broker="Redis", task_workers=1)["never"]
    assert killed[0] is not None
    begins = [len(job.begins) for job in stream.jobs + stream.early_jobs if job.begins]
    assert begins == [2] if acks_late else begins == [1, 1]


def test_the_data_is_put_back_before_each_turn_and_the_truth_is_told_after(pinsta_db):
    happened, seen = [], []
    made = experiment(
        "thread", truth=lambda: happened.append("truth") or len(happened),
        figures=[Figure("turns", of=lambda log: len(log.truths)), Figure("log", of=seen.append)],
    )
    made.before = lambda: happened.append("before")
    result = made.run(budget_ms=1200)
    assert result.rounds == 2 and happened == ["before", "truth"] * 2
    assert result["thread"].figures["turns"] == 2
    assert seen[-1].truths == [2, 4] and seen[-1].jobs == result["thread"].jobs


def test_the_processor_time_is_that_of_the_processes_that_work(pinsta_db):
    needs("redis")
    logs = []
    made = experiment("celery", figures=[Figure("log", of=logs.append)])
    run(made, broker="Redis")
    (effort,) = logs[-1].effort
    assert set(effort) == {"site", "workers", "broker", "database"}
    assert effort["site"] > 0 and effort["workers"] > 0 and effort["database"] == 0
    assert effort["workers"] >= sum(each.cpu_ms for each in logs[-1].work if each.kind == "task") / 1000


def test_stopped_in_the_middle_no_worker_is_left(pinsta_db):
    made, stop = experiment("never"), Stop()
    seen = []

    def observe(result):
        current = crew()
        if current is not None and current.pids and result["never"].jobs and not seen:
            seen.extend(map(psutil.Process, current.pids))
            stop.stopped = True

    settings = made.check({})
    with pytest.raises(Stopped):
        worker.call(lambda _: made.measure(settings, stop, observe, budget_ms=5000))
    wait_for(lambda: not any(map(runs, seen)), "the workers have ended")
    assert seen and traffic.site.site().workers.crew.pids == []
