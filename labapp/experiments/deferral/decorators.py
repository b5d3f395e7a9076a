"""What makes a function a task; without the package, a function stays what it was."""

from importlib.util import find_spec

__all__ = ["shared_task", "task"]


def _as_it_was(function=None, **options):
    return function or _as_it_was


if find_spec("celery"):
    from celery import shared_task
else:
    shared_task = _as_it_was

if find_spec("django.tasks"):
    from django.tasks import task
elif find_spec("django_tasks"):
    from django_tasks import task
else:
    task = _as_it_was
