"""Work that is put off: brokers, worker processes, and how a task gets from one to the other."""

from importlib import import_module

_HOMES = {
    "broker": "brokers", "task_workers": "conditions", "Celery": "kinds", "Tasks": "kinds", "Relay": "kinds",
    "shared_task": "decorators", "task": "decorators", "after_response": "threads", "crew": "workers",
}

__all__ = list(_HOMES)


def __getattr__(name):
    if name in _HOMES:
        return getattr(import_module(f"labapp.experiments.deferral.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'labapp.experiments.deferral' has no attribute {name!r}")
