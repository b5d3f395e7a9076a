"""A kernel that dies in the middle of traffic: every process that it had is gone, and every folder."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.infra.repository import ROOT
from tests.requires import needs
from tests.services.kernels import runs, wait_for, words

# A long run through every kind of server: PostgreSQL, Redis, Varnish, gunicorn and the load generator.
SCRIPT = """
import json
import labapp
labapp.boot("small", quiet=True)
from labapp.experiments import registry
from labapp.measure.worker import worker
from labapp.measure.stop import Stop

experiment = registry.get("decomposition")
experiment.method.extra = None
settings = experiment.check({"database": "PostgreSQL", "cache": "Redis", "edge": "Varnish"})
told = set()

def observe(result):
    if all(each.count for each in result) and not told:
        told.add(True)
        print(json.dumps("every variant was served"), flush=True)

worker.submit(object(), lambda stop: experiment.measure(settings, stop, observe, budget_ms=600_000))
import sys
sys.stdin.read()
"""


FOLDER = re.compile(r"/[^ =:]*lab-service-[^/ ]+")


def family(process):
    """All processes below it."""
    return psutil.Process(process.pid).children(recursive=True)


def folders(processes):
    """The private folders that processes work in."""
    return {Path(found) for each in processes for found in FOLDER.findall(words(each))}


@pytest.mark.parametrize("way", ["SIGKILL", "end"])
def test_nothing_is_left_of_traffic_under_way(way):
    for part in ("postgresql", "redis", "varnish"):
        needs(part)
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert json.loads(process.stdout.readline()) == "every variant was served"
    started = family(process)
    names = " ".join(map(words, started))
    for part in ("gunicorn", "varnishd", "redis-server", "postgres", "labapp.services.traffic.process"):
        assert part in names
    places = folders(started)
    assert len(places) == 4 and all(place.exists() for place in places), places
    process.send_signal(signal.SIGKILL) if way == "SIGKILL" else process.stdin.close()
    process.wait()
    wait_for(lambda: not any(map(runs, started)), "every process has ended")
    wait_for(lambda: not any(place.exists() for place in places), "every folder is removed")
