"""A desk at which tasks of Django's framework are handed over: it keeps them, for whoever looks.

Django 6 has the framework, and so has its backport. Where there is neither, a task is what is needed of one.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from secrets import token_hex

__all__ = ["NobodyListens", "desk", "task"]

NAME = "desk of the exercises"
FRAMEWORK = next((name for name in ("django.tasks", "django_tasks") if find_spec(name)), None)
_listeners = []


class NobodyListens(RuntimeError):
    """A task was handed over outside of a check."""


@dataclass(frozen=True)
class Handed:
    """What is known of a task that was handed over: what it is to be called with."""

    args: list = field(default_factory=list)
    kwargs: dict = field(default_factory=dict)


def take(name, result):
    """Give what was handed over to the check that runs, and back to whoever has done so."""
    if not _listeners:
        raise NobodyListens(f"{name} belongs to an exercise: it is handed over while check() runs.")
    _listeners[-1](result)
    return result


if FRAMEWORK:
    framework = import_module(FRAMEWORK)
    base = import_module(f"{FRAMEWORK}.base")

    class Desk(import_module(f"{FRAMEWORK}.backends.base").BaseTaskBackend):
        """A backend that starts nothing."""

        def enqueue(self, task, args, kwargs):
            """Keep it. A TaskResult that is ready and stays so."""
            return take(task.name, base.TaskResult(
                task=task, id=token_hex(16), status=framework.TaskResultStatus.READY, enqueued_at=None,
                started_at=None, finished_at=None, last_attempted_at=None, args=args, kwargs=kwargs,
                backend=self.alias, errors=[], worker_ids=[],
            ))

    framework.task_backends.settings[NAME] = {"BACKEND": f"{__name__}.Desk", "QUEUES": [], "OPTIONS": {}}


@dataclass(frozen=True)
class Plain:
    """A task where there is no framework."""

    func: object

    def enqueue(self, *args, **kwargs):
        """Keep it."""
        return take(self.func.__name__, Handed(list(args), kwargs))


def task(function):
    """The function as a task that is handed over at the desk."""
    return framework.task(backend=NAME)(function) if FRAMEWORK else Plain(function)


@contextmanager
def desk(listener):
    """``listener(result)`` is called for each task that is handed over inside the block, from any thread."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)

