"""The exercises of the notebooks: one module for each failure mode of the talk.

The experiments that they bring along are experiments like all others, so they are named here, where the
registry looks.
"""

import pkgutil
from importlib import import_module

from labapp.experiments.ready import need_boot

need_boot(__name__)

from labapp.experiments.exercise import Exercise  # noqa: E402
from labapp.experiments.exercises.checked import Checked  # noqa: E402
from labapp.experiments.exercises.enough_workers import errands  # noqa: E402
from labapp.experiments.exercises.indexing import IndexExercise  # noqa: E402
from labapp.experiments.exercises.metrics import nested, three_pages, two_cures  # noqa: E402
from labapp.experiments.exercises.optimization import (  # noqa: E402
    newsletter,
    numbers,
    older,
    thanked,
    turned,
)
from labapp.experiments.question import Question  # noqa: E402

__all__ = [
    "errands", "every", "nested", "newsletter", "numbers", "older", "thanked", "three_pages", "turned",
    "two_cures",
]

KINDS = Exercise | IndexExercise | Checked | Question


def every():
    """Names of all exercises and questions, notebook by notebook."""
    found = []
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        values = vars(import_module(module.name)).values()
        found += [value.name for value in values if isinstance(value, KINDS)]
    return sorted(found, key=lambda name: name[:2])
