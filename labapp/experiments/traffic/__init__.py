"""The method for what is served: real traffic to variants that are views, each in its turn."""

from importlib import import_module

_HOMES = {
    "Ask": "asks", "people": "asks", "Traffic": "traffic", "users": "load", "think_time": "load",
    "arrival": "load", "workers": "load", "threads": "load", "cache": "backends", "edge": "edges",
    "needs_varnish": "edges",
}

__all__ = list(_HOMES)


def __getattr__(name):
    if name in _HOMES:
        return getattr(import_module(f"labapp.experiments.traffic.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'labapp.experiments.traffic' has no attribute {name!r}")
