"""Pinsta's made-up data: the same rows for the same scale and seed, made once and kept in a file."""

from .cache import copy, ensure, origin, rows
from .errors import SeedingError
from .scales import SCALES, Scale, check

__all__ = ["SCALES", "Scale", "SeedingError", "check", "copy", "ensure", "origin", "rows"]
