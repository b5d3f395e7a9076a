"""How many there are to do what is put off."""

from contextlib import nullcontext

from labapp.experiments.parameters import Condition, Integer


def task_workers(default=2, high=8):
    """Worker processes for what is put off; with none, nobody listens."""
    parameter = Integer("task_workers", default, help="task workers", low=0, high=high)
    return Condition(parameter, lambda value: nullcontext())
