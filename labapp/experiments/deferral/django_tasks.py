"""Django Tasks as the lab uses them: Django 6's framework or its backport, with the database's own worker."""

from django.apps import apps
from django.db import connection

from labapp.experiments.deferral.decorators import task

__all__ = ["emptied", "task", "work"]


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
