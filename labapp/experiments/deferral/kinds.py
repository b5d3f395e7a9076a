"""Kinds of task workers: what a variant says of who does its work, and how one of them begins."""

import time
from dataclasses import dataclass

from labapp.experiments.deferral.needs import needs_celery, needs_tasks

AGAIN = 0.3  # seconds until a worker that died is replaced


@dataclass(frozen=True)
class Celery:
    """A Celery worker: one process with one thread, so one task at a time.

    With ``acks_late`` a message is acknowledged after the work, otherwise before. What was not acknowledged,
    because its worker was killed, Redis gives to another after ``visibility_timeout`` seconds (usually an
    hour). ``again`` is the seconds until a killed worker is replaced.
    """

    acks_late: bool = False
    visibility_timeout: float = 3600.0
    again: float | None = AGAIN
    uses_broker = True
    missing = staticmethod(needs_celery)

    def prepare(self):
        """A queue of its own is empty."""

    def work(self, queue, ready):
        """Be such a worker."""
        from labapp.experiments.deferral import celery_app

        celery_app.work(queue, ready)


@dataclass(frozen=True)
class Tasks:
    """A worker of django-tasks-db, which looks into the database every ``interval`` seconds."""

    interval: float = 0.05
    again: float | None = AGAIN
    uses_broker = False
    missing = staticmethod(needs_tasks)

    def prepare(self):
        """Empty the table of tasks, in the database at hand."""
        from labapp.experiments.deferral import django_tasks

        django_tasks.emptied()

    def work(self, queue, ready):
        """Be such a worker."""
        from labapp.experiments.deferral import django_tasks

        django_tasks.work(self.interval, ready)


@dataclass(frozen=True)
class Relay:
    """A loop of the experiment's own: ``function(ready)``, which calls ``ready()`` when it listens."""

    function: object
    again: float | None = AGAIN
    uses_broker = False
    missing = staticmethod(lambda: "")

    def prepare(self):
        """What it looks into is the experiment's to put back."""

    def work(self, queue, ready):
        """Be such a worker."""
        self.function(ready)
        while True:  # it has returned, and there is nothing more to do
            time.sleep(60)


def kind(queue):
    """The kind that a variant's ``queue`` means: "celery", "tasks", a function, one of the above, or None."""
    if isinstance(queue, str):
        return {"celery": Celery, "tasks": Tasks}[queue]()
    return Relay(queue) if callable(queue) else queue
