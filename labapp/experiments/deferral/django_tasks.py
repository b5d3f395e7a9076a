"""Django Tasks as the lab uses them: Django 6's framework or its backport, with the database's own worker."""

from time import monotonic

from django.apps import apps
from django.db import connection

from labapp.probe.tasks import doing, enqueued

try:
    from django.tasks import task
    from django.tasks.signals import task_finished, task_started
except ImportError:
    from django_tasks import task
    from django_tasks.signals import task_finished, task_started

from django_tasks_db.backend import DatabaseBackend

__all__ = ["Backend", "emptied", "task", "work"]

_under_way = {}


class Backend(DatabaseBackend):
    """The database's, which tells the ledger what is handed over."""

    def enqueue(self, task, args, kwargs):
        """Store it as a row, in the transaction that is open here, if any."""
        began = monotonic()
        result = super().enqueue(task, args, kwargs)
        enqueued(result.id, began)
        return result


def emptied():
    """The table of tasks, made where it is missing, has no rows now."""
    model = apps.get_model("django_tasks_database", "DBTaskResult")
    if model._meta.db_table not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(model)
    model.objects.all().delete()


def work(interval, ready):
    """Be a worker; does not return."""
    from django_tasks_db.management.commands.db_worker import Worker

    worker = Worker(
        queue_names=["*"], interval=interval, batch=False, backend_name="default", startup_delay=False,
        max_tasks=None, worker_id=f"worker-{id(ready)}", excluded_queue_names=[],
    )
    ready()
    worker.run()


def _begins(task_result, **_):
    _under_way[task_result.id] = doing(task_result.id).__enter__()


def _ends(task_result, **_):
    failed = None if "SUCCE" in str(task_result.status) else RuntimeError
    if task_result.id in _under_way:
        _under_way.pop(task_result.id).__exit__(failed, None, None)


task_started.connect(_begins)
task_finished.connect(_ends)
