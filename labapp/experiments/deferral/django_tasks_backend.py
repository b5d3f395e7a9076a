"""The backend of Django Tasks that keeps them in the database, telling the ledger what becomes of them."""

from functools import partial
from time import monotonic

from django.db.transaction import on_commit
from django_tasks_db.backend import DatabaseBackend

from labapp.probe.tasks import doing, enqueued

try:
    from django.tasks.base import TaskResultStatus
    from django.tasks.signals import task_finished, task_started
except ImportError:  # Django 5.2 has the backport
    from django_tasks.base import TaskResultStatus
    from django_tasks.signals import task_finished, task_started

_under_way = {}


class Backend(DatabaseBackend):
    """The database's."""

    def enqueue(self, task, args, kwargs):
        """Store it as a row, in the transaction that is open here, if any."""
        began = monotonic()
        result = super().enqueue(task, args, kwargs)
        # In a transaction that is rolled back there was no task.
        on_commit(partial(enqueued, result.id, began))
        return result


def _begins(task_result, **_):
    _under_way[task_result.id] = doing(task_result.id).__enter__()


def _ends(task_result, **_):
    if task_result.id in _under_way:  # else it could not even begin
        failed = None if task_result.status == TaskResultStatus.SUCCESSFUL else RuntimeError
        _under_way.pop(task_result.id).__exit__(failed, None, None)


task_started.connect(_begins)
task_finished.connect(_ends)
