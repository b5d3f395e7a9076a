"""All experiments, found by looking: each module beside this one may hold some."""

import pkgutil
from importlib import import_module

import labapp.experiments
from labapp.experiments.experiment import Experiment


class UnknownExperiment(LookupError):
    """No experiment has this name; the text lists those there are."""


def every():
    """Every experiment by name. Django must be booted, as their variants use Pinsta's models."""
    found = {}
    for module in pkgutil.iter_modules(labapp.experiments.__path__, "labapp.experiments."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, Experiment):
                found[value.name] = value
    return found


def get(name):
    """The experiment of this name, or UnknownExperiment."""
    experiments = every()
    if name not in experiments:
        known = ", ".join(sorted(experiments))
        raise UnknownExperiment(f"There is no experiment {name!r}; there are {known}.")
    return experiments[name]
