"""The work behind a posted photo: before the answer, or after it (talk 3.2).

Whoever posts a photo waits for it to be stored. For thumbnails, the search index, a notification to each
follower and a counter nobody has to wait. The views differ in one line: who is handed the work when the photo
is committed. The work is the same, which is checked after each turn.
"""

from django.db.transaction import atomic, on_commit

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.deferral import after_response, broker, task_workers
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.parameters import Integer, Number
from labapp.experiments.perceived import defer_figures as figures
from labapp.experiments.perceived.defer_effects import agrees, count_effects, put_back
from labapp.experiments.perceived.defer_prediction import WARM, predicted
from labapp.experiments.perceived.defer_work import (
    PHOTO,
    WORKERS_LOOK,
    answer,
    asks,
    finish,
    finish_by_celery,
    finish_by_task,
    posted,
)
from labapp.experiments.perceived.defer_writers import SAID, several_writers
from labapp.experiments.traffic import Traffic, arrival, think_time, threads, users, workers

defer = Experiment(
    "defer", question="The photo is stored. Who waits for the rest?", claims=["3.2"],
    parameters=[
        Integer("followers", 80, low=0, high=300, step=10, help="followers of each author"),
        Number("picture", 0.6, low=0.2, high=6.0, step=0.2, unit="MP", help="size of the picture"),
    ],
    conditions=[
        database(writes=True), round_trip(), broker(), task_workers(2), workers(2), threads(1),
        users(10, high=40), think_time(0.6), arrival(),
    ],
    setting=several_writers,
    before=put_back,
    figures=[
        Figure("done p50", "ms", "From when a post was due until its work was done: the median.",
               of=figures.done_within(0.5), grows=True),
        Figure("done p95", "ms", "The same for 95 of 100 posts.", of=figures.done_within(0.95)),
        Figure("load", "%", "Works handed over in a second × seconds that one takes / task workers.",
               of=figures.load),
        Figure("exact", "%", "Posts with exactly their effects, counted in the database and on disk.",
               of=figures.exact),
    ],
    method=Traffic(
        serves="post/", asks=asks, members=1.0, turn=3.0, warm=WARM, strip=(PHOTO,), compares="p50",
        drain=5.0, truth=count_effects, agrees=agrees,
    ),
    predict=predicted,
    includes=[SAID, WORKERS_LOOK],
)


@defer.variant(baseline=True)
def inline(request):
    """All of it happens before the answer."""
    with atomic():
        photo = posted(request)
        on_commit(lambda: finish(photo.pk))
    return answer(photo)


@defer.variant
def thread(request):
    """A thread of the same process goes on when the answer is given, and ends with that process."""
    with atomic():
        photo = posted(request)
        on_commit(lambda: after_response(finish, photo.pk))
    return answer(photo)


@defer.variant(name="Celery", queue="celery")
def celery(request):
    """A message for the broker; one of Celery's workers does it."""
    with atomic():
        photo = posted(request)
        on_commit(lambda: finish_by_celery.delay(photo.pk))
    return answer(photo)


@defer.variant(name="Django Tasks", queue="tasks")
def django_tasks(request):
    """A row in the database; one of the workers that look there does it."""
    with atomic():
        photo = posted(request)
        on_commit(lambda: finish_by_task.enqueue(photo.pk))
    return answer(photo)
