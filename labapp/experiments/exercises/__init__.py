"""The exercises of the notebooks: one module for each failure mode of the talk."""

import pkgutil
from importlib import import_module


def every():
    """Names of all exercises and questions, in the order in which they are met."""
    from labapp.experiments.exercise import Exercise
    from labapp.experiments.question import Question

    found = []
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        values = vars(import_module(module.name)).values()
        found += [value.name for value in values if isinstance(value, Exercise | Question)]
    return found
