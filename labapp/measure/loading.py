"""One way to read whatever was saved."""

import os

from . import storage
from .growth import Growth
from .result import Result
from .traffic.result import TrafficResult

KINDS = {each.kind: each for each in (Result, TrafficResult, Growth)}


def load(path: str | os.PathLike) -> Result | TrafficResult | Growth:
    """The Result, TrafficResult or Growth that save() wrote there; ResultError says what else it is."""
    return KINDS[storage.load(path, *KINDS)["kind"]].load(path)
