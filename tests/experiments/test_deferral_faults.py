"""What goes wrong with work that is put off: the broker dies; the kernel dies with tasks under way."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from time import monotonic

from labapp.experiments.deferral import crew
from labapp.measure.stop import Stop, Stopped
from labapp.measure.worker import worker
from labapp.services import redis
from tests.experiments.test_deferral import experiment, run
from tests.experiments.test_traffic_gone import family, folders
from tests.infra.repository import ROOT
from tests.requires import needs
from tests.services.kernels import runs, wait_for, words

# Tasks that never end, carried by RabbitMQ, in a run that goes on for ten minutes.
SCRIPT = """
import json, sys
import labapp
labapp.boot("small", quiet=True)
from labapp.measure.worker import worker
from labapp.measure.stop import Stop
from tests.experiments.test_deferral import experiment

made, told = experiment("never", drain=600.0), set()
settings = made.check({"broker": "RabbitMQ"})

def observe(result):
    stream = result["never"]
    begun = any(job.begins for job in stream.jobs + stream.early_jobs)
    if (begun or stream.error) and not told:
        told.add(True)
        print(json.dumps(stream.error or "a task is under way"), flush=True)

worker.submit(object(), lambda stop: made.measure(settings, stop, observe, budget_ms=600_000))
sys.stdin.read()
"""


class Outage:
    """To be called while traffic runs: kills Redis after the warm-up; may bring it back at once."""

    def __init__(self, revived):
        self.revived, self.killed_at, self.back_at = revived, None, None

    def __call__(self, seconds, **_):
        if self.killed_at is None:
            self.killed_at = monotonic()
            redis.broker.current.kill()
            if self.revived:
                redis.broker()
                self.back_at = monotonic()
        return ""


def test_without_a_broker_the_visitor_gets_an_error_and_the_panel_says_why(pinsta_db):
    needs("redis")
    stream = run(experiment("celery", during=Outage(revived=False), drain=0.5), broker="Redis")["celery"]
    statuses = [each.status for each in stream.requests]
    assert 500 in statuses and "OperationalError" in (stream.note or stream.error)
    assert len(stream.jobs) == statuses.count(200), "what was answered was handed over"
    after = run(experiment("celery"), broker="Redis")["celery"]
    assert after.jobs and all(job.done for job in after.jobs), "the next run has a broker again"


def test_redis_forgets_what_waits_when_it_is_killed(pinsta_db):
    needs("redis")
    outage, waiting = Outage(revived=True), set()

    def truth():
        with redis.broker().client() as client:
            for queue in (key for key in client.keys() if key.startswith(b"lab-")):
                waiting.update(json.loads(each)["headers"]["id"] for each in client.lrange(queue, 0, -1))

    stream = run(experiment("celery", during=outage, truth=truth), broker="Redis", task_workers=0)["celery"]
    jobs = stream.jobs + stream.early_jobs
    lost = {job.id for job in jobs if job.sent < outage.killed_at}
    kept = {job.id for job in jobs if job.asked > outage.back_at}
    assert lost and kept and kept <= waiting and not lost & waiting


def test_the_same_workers_go_on_when_the_broker_is_back(pinsta_db):
    needs("redis")
    outage, stop, died, done = Outage(revived=True), Stop(), [], []

    def during(seconds, **_):
        outage(seconds)
        died.append(crew().state["died"])
        return ""

    def observe(result):
        later = [job for job in result["celery"].jobs if outage.back_at and job.asked > outage.back_at]
        done[:] = [job for job in later if job.done]
        stop.stopped = bool(done)

    made = experiment("celery", during=during)
    settings = made.check({"broker": "Redis"})
    with suppress(Stopped):  # else it has ended by itself: all is done, and nothing was lost
        worker.call(lambda _: made.measure(settings, stop, observe, budget_ms=1))
    assert done and died and not any(died)


def test_a_kernel_that_is_killed_with_tasks_under_way_leaves_nothing():
    needs("rabbitmq")
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        start_new_session=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert json.loads(process.stdout.readline()) == "a task is under way"
    started = family(process)
    names = " ".join(map(words, started))
    for part in ("gunicorn", "beam.smp", "labapp.services.crew.parent", "labapp.services.traffic.process"):
        assert part in names
    places = folders(started)
    assert len(places) >= 3 and all(place.exists() for place in places), places
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not any(map(runs, started)), "every process has ended")
    wait_for(lambda: not any(place.exists() for place in places), "every folder is removed")
