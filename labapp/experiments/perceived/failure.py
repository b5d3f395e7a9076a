"""A worker is killed in the middle of a task: what is lost, and what happens twice.

A committed post is owed its effects: a notification for each follower, 1 for its author's counter, the words
of its caption in the index. They are counted in the database when the queue is empty. Only the hand-over and
the delivery differ between the variants; the photo, its transaction and the work are the same.
"""

from django.db.transaction import atomic, on_commit

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.deferral import Celery, broker, task_workers
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.parameters import Integer, Number
from labapp.experiments.perceived.defer_writers import SAID
from labapp.experiments.perceived.failure_kills import Kills, killed
from labapp.experiments.perceived.failure_posts import answered, asks, clean, completed, posted, prepared
from labapp.experiments.perceived.failure_truth import count_effects, difference, late, total
from labapp.experiments.perceived.failure_work import finish_by_celery, finish_by_task, finish_once
from labapp.experiments.perceived.outbox import put, relay
from labapp.experiments.traffic import Traffic, think_time, threads, users, workers

kills = Kills()
AT_MOST_ONCE, AT_LEAST_ONCE = (Celery(acks_late=late, visibility_timeout=1.0) for late in (False, True))

failure = Experiment(
    "failure", question="A worker is killed in the middle of a task. What is lost, what happens twice?",
    claims=["3.2", "3.4"],
    parameters=[
        Integer("followers", 10, low=1, high=60, help="followers of each author"),
        Number("kills", 1.5, low=0.0, high=5.0, step=0.5, unit="/s", help="workers killed"),
        Integer("refused", 10, low=0, high=50, unit="%", help="posts that are rolled back"),
        Integer("dies", 0, low=0, high=20, unit="%", help="requests killed after their COMMIT"),
    ],
    conditions=[
        database(writes=True), round_trip(default=3.0), broker(), task_workers(2), workers(2), threads(1),
        users(10, high=40), think_time(0.8),
    ],
    setting=prepared, before=clean,
    figures=[
        Figure("kills", "", "Task workers killed, each of them when it had begun a task and not ended it.",
               of=killed),
        Figure("lost", "", "Effects that are owed and missing: notifications, counts, words of the index.",
               of=total("lost")),
        Figure("doubled", "", "Effects that are there once more than owed.", of=total("doubled")),
        Figure("orphans", "", "Effects of posts that were never committed.", of=total("orphans")),
        Figure("posts", "", "Photos that were committed, whether or not their authors heard of it.",
               of=total("posts")),
        Figure("lacking", "", "Posts that have lost effects.", of=total("lacking")),
        Figure("repeated", "", "Posts that have doubled effects.", of=total("repeated")),
        Figure("late", "", "Tasks that nobody had begun when the drain ended: not lost yet, and counted so.",
               of=late),
    ],
    method=Traffic(
        serves="post/", asks=asks, turn=3.0, warm=0.5, same=False, drain=5.0, truth=count_effects,
        agrees=difference, during=kills.during,
    ),
    includes=[
        "A post is owed a notification for each follower, 1 for its author's counter and the words of its "
        "caption. All are counted in the database, those of the warm-up as well.",
        "Workers die by SIGKILL, in the middle of a task, at the same seeded moments in every turn.",
        "A share of the posts is rolled back on purpose, and a share of the requests has its process killed "
        "on purpose, right after the COMMIT: their clients get no answer.",
        "Redis delivers again after a visibility timeout of 1 s here; Celery's default is an hour. Files "
        "keep nothing that a worker has taken: with them, at least once is at most once.",
        "SQLite gives the id of a row that was rolled back to the next one: a task that was handed over "
        "before the commit may then find somebody else's photo.",
        SAID,
    ],
)


@failure.variant(name="at most once", queue=AT_MOST_ONCE)
@answered
def at_most_once(request, refused, dies):
    """Celery as it comes: a message is acknowledged before the work, and a kill loses the rest of it."""
    with atomic():
        photo = posted(request, dies)
        on_commit(lambda: finish_by_celery.delay(photo.pk, photo.author_id))
        completed(request, photo, refused)
    return photo


@failure.variant(name="before commit", queue=AT_MOST_ONCE)
@answered
def before_commit(request, refused, dies):
    """Handed over inside the transaction: the task may find no row, or work for a photo that never was."""
    with atomic():
        photo = posted(request, dies)
        finish_by_celery.delay(photo.pk, photo.author_id)
        completed(request, photo, refused)
    return photo


@failure.variant(name="at least once", queue=AT_LEAST_ONCE)
@answered
def at_least_once(request, refused, dies):
    """acks_late: acknowledged after the work, delivered again otherwise; what was done is done twice."""
    with atomic():
        photo = posted(request, dies)
        on_commit(lambda: finish_by_celery.delay(photo.pk, photo.author_id))
        completed(request, photo, refused)
    return photo


@failure.variant(queue=AT_LEAST_ONCE)
@answered
def idempotent(request, refused, dies):
    """acks_late, and the task writes into an inbox, in the transaction of its effects, that it is done."""
    with atomic():
        photo = posted(request, dies)
        on_commit(lambda: finish_once.delay(photo.pk, photo.author_id))
        completed(request, photo, refused)
    return photo


@failure.variant(baseline=True, queue=relay)
@answered
def outbox(request, refused, dies):
    """The task is a row of the same transaction; a relay does it and deletes it, in one transaction, too."""
    with atomic():
        photo = posted(request, dies)
        put(photo)
        completed(request, photo, refused)
    return photo


@failure.variant(name="Django Tasks", queue="tasks")
@answered
def django_tasks(request, refused, dies):
    """A row of the same transaction as well; what a killed worker had taken stays RUNNING for ever."""
    with atomic():
        photo = posted(request, dies)
        finish_by_task.enqueue(photo.pk, photo.author_id)
        completed(request, photo, refused)
    return photo
