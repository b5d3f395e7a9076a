"""The same users under Locust's own command, alone and with a master and two workers."""

import json
import os
import subprocess
import sys

import pytest

from labapp.services.ports import free_port
from tests.infra.repository import ROOT
from tests.services.traffic import Site

LOCUSTFILE = ROOT / "labapp" / "services" / "traffic" / "locustfile.py"
RUN = ["--headless", "-u", "6", "-r", "6", "-t", "2s", "--stop-timeout", "20", "--json"]


@pytest.fixture
def site():
    """A Site of its own."""
    made = Site(workers=2, threads=4)
    yield made
    made.stop()


@pytest.fixture
def locust(site, tmp_path):
    """Starts Locust with a plan; what still runs after the test is ended."""
    started = []
    plan = site.plan(users=1, think_s=0.02)
    (tmp_path / "plan.json").write_text(json.dumps(plan))

    def start(*words, plan="plan.json"):
        command = [sys.executable, "-m", "locust", "-f", LOCUSTFILE, "--loglevel", "ERROR", *words]
        environment = {**os.environ, "LAB_TRAFFIC_PLAN": str(tmp_path / plan)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, env=environment, cwd=ROOT, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def told(process):
    """(requests, failures) in the statistics that it prints, when it has ended."""
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    (entry,) = json.loads(output[output.index("[") :])
    assert entry["name"] == "hello"
    return entry["num_requests"], entry["num_failures"]


def test_a_master_and_two_workers_tell_of_each_request_that_the_site_saw(site, locust):
    port = str(free_port())
    where = ["--master-bind-host", "127.0.0.1", "--master-bind-port", port]
    master = locust("--master", "--expect-workers", "2", *where, *RUN)
    workers = [locust("--worker", "--master-host", "127.0.0.1", "--master-port", port) for _ in range(2)]
    assert told(master) == (len(site.seen()), 0)
    assert [worker.wait() for worker in workers] == [0, 0]
    assert len({each["REMOTE_PORT"] for each in site.seen()}) == 6  # users, each with a connection


def test_one_process_does_as_well(site, locust):
    assert told(locust(*RUN)) == (len(site.seen()), 0)


def test_without_a_plan_it_says_what_is_missing(locust):
    process = locust(*RUN, plan="nowhere.json")
    _, errors = process.communicate()
    assert process.returncode != 0
    assert "LAB_TRAFFIC_PLAN must name a file with a plan in JSON" in errors
