"""A thread of the site's own process, which goes on when the answer has been given."""

from threading import Thread
from uuid import uuid4

from django.db import connection

from labapp.experiments.distance import delayed
from labapp.probe.tasks import doing, enqueued

_world = {"delay_ms": 0.0}


def use(delay_ms):
    """In a serving process: what a statement waits for in this turn."""
    _world["delay_ms"] = delay_ms


def after_response(function, *args):
    """Do it in a thread, which nobody waits for, and which ends with its process. On the ledger it is a task.

    What it raises goes where Python sends the exceptions of threads: to the log.
    """
    task = uuid4().hex
    enqueued(task)
    Thread(target=_run, args=(task, function, args), name=function.__name__, daemon=True).start()


def _run(task, function, args):
    try:
        with delayed(_world["delay_ms"]), doing(task):
            function(*args)
    finally:
        connection.close()
