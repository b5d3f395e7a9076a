"""
The same users under Locust's own command, for loads that outgrow one process or one machine.

    export LAB_TRAFFIC_PLAN=plan.json
    locust -f labapp/services/traffic/locustfile.py --headless -u 100 -t 60 --stop-timeout 10

The plan is a JSON file as ``generator().steer()`` takes it, read by each worker. How many users there are is
up to Locust, and so are the results: Locust's response times count from when a request was due.
"""

import json
import os
from pathlib import Path

from locust import events
from locust.runners import MasterRunner

from labapp.services.errors import ServiceError
from labapp.services.traffic.crowd import Crowd
from labapp.services.traffic.plan import Plan
from labapp.services.traffic.visitor import Visitor

__all__ = ["Visitor"]

VARIABLE = "LAB_TRAFFIC_PLAN"


def plan():
    """The plan in the file that the environment variable names; ServiceError where there is none."""
    try:
        return Plan.read(json.loads(Path(os.environ[VARIABLE]).read_text()))
    except KeyError:
        raise ServiceError(f"{VARIABLE} must name a file with a plan, and is not set.") from None
    except (OSError, ValueError) as error:
        raise ServiceError(f"{VARIABLE} must name a file with a plan in JSON: {error}.") from error


@events.init.add_listener
def gather(environment, **_):
    """In each process that has users: make them a crowd."""
    if not isinstance(environment.runner, MasterRunner):
        Crowd(environment).plan = plan()


@events.test_start.add_listener
def begin(environment, **_):
    """No two workers' users ask for the same."""
    if crowd := getattr(environment, "crowd", None):
        crowd.worker = getattr(environment.runner, "worker_index", 0)
