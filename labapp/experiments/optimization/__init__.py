"""Failure mode 5 of the talk: not pushing the database, nor knowing what the ORM costs on the way to it."""

from labapp.experiments.ready import need_boot

need_boot(__name__)

from labapp.experiments.optimization.chaining import chaining, chaining_history  # noqa: E402
from labapp.experiments.optimization.instances import instances  # noqa: E402
from labapp.experiments.optimization.instantiation import instances_history, instantiation  # noqa: E402

__all__ = ["chaining", "chaining_history", "instances", "instances_history", "instantiation"]
