"""The world around the work: the round trip to the database, and the database itself."""

import time
from contextlib import contextmanager, nullcontext

from labapp import probe
from labapp.experiments.parameters import Choice, Condition, Number
from labapp.measure.garbage import leave_alone


@contextmanager
def _delayed(milliseconds):
    """Sleep before each statement, commit included; what was really slept is in each Query's ``wait_ms``."""
    if not milliseconds:
        yield
        return
    with probe.before_statement(lambda: time.sleep(milliseconds / 1000)):
        yield


def round_trip(default=0.0, high=20.0):
    """The way to the database and back, slept before each statement (talk 4.2). In ms."""
    parameter = Number("round_trip", default, help="round trip", unit="ms", low=0.0, high=high, step=0.5)
    return Condition(parameter, _delayed, mark="simulated")


def garbage():
    """Python's garbage collection while timing: held off, so that it hits no variant by chance, or on."""
    parameter = Choice("garbage_collection", "off", help="garbage collection", choices=("off", "on"))
    return Condition(parameter, lambda choice: leave_alone() if choice == "on" else nullcontext())
