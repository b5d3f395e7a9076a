"""Put off, and no less of it: what the same work costs in all processes together (talk 3.3).

Who hands work over does some more: a message, a broker, a process that looks for it. The answer comes sooner,
and the machine has more to do. Less to do has only who does many things at once: for the followers of one
photo, or, as a worker can, for all photos of the last moment.
"""

from contextlib import contextmanager

from django.db.transaction import atomic, on_commit

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.deferral import broker, task_workers
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.optimization.story import make_table
from labapp.experiments.parameters import Integer, Number
from labapp.experiments.perceived import aggregate_figures as figures
from labapp.experiments.perceived.aggregate_batch import Waiting, collect, hand_over
from labapp.experiments.perceived.defer_effects import agrees, count_effects
from labapp.experiments.perceived.defer_effects import put_back as put_posts_back
from labapp.experiments.perceived.defer_figures import done_within, exact
from labapp.experiments.perceived.defer_work import (
    PHOTO,
    WORKERS_LOOK,
    answer,
    asks,
    finish,
    finish_at_once,
    finish_by_celery,
    finish_by_task,
    posted,
)
from labapp.experiments.perceived.defer_writers import SAID, several_writers
from labapp.experiments.traffic import Traffic, arrival, think_time, threads, users, workers


@contextmanager
def prepared(**parameters):
    """The setting: several may write, and the table for batches is there."""
    with several_writers(**parameters):
        make_table(Waiting)
        yield


def put_back(followers, **_):
    """Before each turn: nothing is posted, and nothing waits."""
    put_posts_back(followers)
    Waiting.objects.all().delete()


aggregate = Experiment(
    "aggregate", question="It comes later. Does it cost less?", claims=["3.3"],
    parameters=[
        Integer("followers", 200, low=0, high=300, step=10, help="followers of each author"),
        Number("picture", 0.2, low=0.2, high=6.0, step=0.2, unit="MP", help="size of the picture"),
        Number("window", 0.5, low=0.05, high=2.0, step=0.05, unit="s", help="a batch is collected for"),
    ],
    conditions=[
        database(writes=True), round_trip(), broker(), task_workers(2), workers(2), threads(1),
        users(10, high=40), think_time(0.6), arrival(),
    ],
    setting=prepared,
    before=put_back,
    figures=[
        Figure("CPU", "ms", "Processor time for a post: site, task workers, broker and database together.",
               of=figures.cpu(*figures.KINDS), grows=True),
        Figure("busy", "ms", "Time for a post that processes were at requests and tasks, waiting included.",
               of=figures.busy),
        Figure("done p50", "ms", "From when a post was due until its work was done: the median.",
               of=done_within(0.5)),
        Figure("exact", "%", "Posts with exactly their effects, counted in the database and on disk.",
               of=exact),
        Figure("statements", "", "Statements for a post, wherever they were sent.",
               of=figures.per_post(lambda entry: entry.queries)),
        Figure("CPU site", "ms", "Processor time of gunicorn for a post.", of=figures.cpu("site")),
        Figure("CPU workers", "ms", "The same of the task workers.", of=figures.cpu("workers")),
        Figure("CPU broker", "ms", "The same of the broker.", of=figures.cpu("broker")),
        Figure("CPU database", "ms", "The same of PostgreSQL; SQLite works inside of site and workers.",
               of=figures.cpu("database")),
        Figure("in database", "ms", "Time of statements for a post.",
               of=figures.per_post(lambda entry: entry.db_ms)),
    ],
    method=Traffic(
        serves="post/", asks=asks, members=1.0, turn=3.0, warm=0.0, strip=(PHOTO,), compares="p50",
        drain=20.0, truth=count_effects, agrees=agrees,
    ),
    includes=[
        SAID, WORKERS_LOOK,
        "Processor time is that of all processes of the turn, from its first request until its queue is "
        "empty. Looking for work while nothing comes is part of it, and so is what the first tasks of new "
        "workers take longer; the load generator is not.",
    ],
)


@aggregate.variant(baseline=True)
def inline(request):
    """All of it happens before the answer."""
    with atomic():
        photo = posted(request)
        on_commit(lambda: finish(photo.pk))
    return answer(photo)


@aggregate.variant(name="inline, bulk")
def inline_bulk(request):
    """The same with one statement for all followers of the photo."""
    with atomic():
        photo = posted(request)
        on_commit(lambda: finish_at_once(photo.pk))
    return answer(photo)


@aggregate.variant(name="Celery", queue="celery")
def celery(request):
    """Handed over to Celery, which does it follower by follower."""
    with atomic():
        photo = posted(request)
        on_commit(lambda: finish_by_celery.delay(photo.pk))
    return answer(photo)


@aggregate.variant(name="Django Tasks", queue="tasks")
def django_tasks(request):
    """Handed over by a row in the database; done follower by follower as well."""
    with atomic():
        photo = posted(request)
        on_commit(lambda: finish_by_task.enqueue(photo.pk))
    return answer(photo)


@aggregate.variant(queue=collect)
def batched(request, window):
    """A worker waits a moment, and does at once what several posts have brought."""
    with atomic():
        photo = posted(request)
        hand_over(photo.pk, within=window)
    return answer(photo)
