"""The world around the work: how far the database is, and what Python does meanwhile."""

from contextlib import nullcontext

from labapp.experiments.distance import round_trip
from labapp.experiments.parameters import Choice, Condition
from labapp.measure.garbage import leave_alone

__all__ = ["garbage", "round_trip"]


def garbage():
    """Python's garbage collection while timing: held off, so that it hits no variant by chance, or on."""
    parameter = Choice("garbage_collection", "off", help="garbage collection", choices=("off", "on"))
    return Condition(parameter, lambda choice: leave_alone() if choice == "on" else nullcontext())
