"""Whether there can be workers of a kind: their packages need not be installed."""

from importlib.util import find_spec

NEEDS_CELERY = "needs Celery (pip install 'celery[redis]')"
NEEDS_TASKS = "needs Django Tasks with their database worker (pip install django-tasks django-tasks-db)"


def needs_celery():
    """Nothing, or why there can be no Celery worker."""
    return "" if find_spec("celery") else NEEDS_CELERY


def needs_tasks():
    """Nothing, or why there can be no worker of django-tasks-db."""
    return "" if find_spec("django_tasks_db") else NEEDS_TASKS
