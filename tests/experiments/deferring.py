"""Tasks, a relay and views that put work off, for tests: each task sends three statements."""

import time
from pathlib import Path

from django.db import connection
from django.http import HttpResponse

from labapp.experiments.deferral import after_response, shared_task, task
from labapp.probe.tasks import doing, enqueued

STATEMENTS = 3


def three_statements():
    """The work of a task."""
    with connection.cursor() as cursor:
        for _ in range(STATEMENTS):
            cursor.execute("SELECT 1")


@shared_task
def by_celery():
    """By a Celery worker."""
    three_statements()


@shared_task
def for_ever():
    """It never ends."""
    while True:
        time.sleep(1)


@shared_task
def for_nothing():
    """It raises."""
    three_statements()
    raise ValueError("no paper")


@task()
def by_tasks():
    """By a worker of django-tasks-db."""
    three_statements()


def relay(ready):
    """Does what lies in the folder where it finds itself told to by its name."""
    ready()
    while True:
        for path in sorted(Path(HERE).glob("todo-*")):
            path.unlink()
            with doing(path.name):
                three_statements()
        time.sleep(0.01)


HERE = "/nowhere"  # where the relay looks; a test gives it a folder


def view(hand_over):
    """A view that hands something over, and answers at once."""

    def hands_over(request):
        """Hands it over."""
        hand_over()
        return HttpResponse("soon")

    return hands_over


def in_a_thread():
    """Three statements in a thread of the site."""
    after_response(three_statements)


def a_file(folder, name):
    """One more for the relay."""
    Path(folder, f"todo-{name}").touch()
    enqueued(f"todo-{name}")
