"""Floor 3: what an experiment is, and one module of experiments for each failure mode of the talk."""

from importlib import import_module

_HOMES = {
    "Experiment": "experiment", "BadVariant": "variant", "BadSetting": "parameters", "Integer": "parameters",
    "Number": "parameters", "Choice": "parameters", "Condition": "parameters", "round_trip": "conditions",
    "get": "registry", "every": "registry", "UnknownExperiment": "registry",
}

__all__ = list(_HOMES)


def __getattr__(name):
    if name in _HOMES:
        return getattr(import_module(f"labapp.experiments.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'labapp.experiments' has no attribute {name!r}")
