"""A thousand posts, and workers killed in the middle of their tasks: nothing is lost, nothing is doubled.

The posts are made here, the tasks are done by real Celery workers behind a real broker, and each kill is a
SIGKILL. A seed decides after how many runs it comes, so that it is the same on every machine. That it could
fail is shown by kills of the same kind: without the inbox effects double, and acknowledged before the work
they are lost.
"""

import time
from collections import Counter
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.db import connection
from django.db.transaction import atomic, on_commit
from django.utils import timezone

from labapp.experiments.deferral import Celery, Tasks, brokers
from labapp.experiments.deferral.workers import Workers
from labapp.experiments.homes import entered
from labapp.experiments.perceived.authors import authors
from labapp.experiments.perceived.defer_writers import several_writers
from labapp.experiments.perceived.failure_kills import Killer, Schedule
from labapp.experiments.perceived.failure_posts import IMAGE, prepare
from labapp.experiments.perceived.failure_truth import Truth, count_effects
from labapp.experiments.perceived.failure_work import finish_by_celery, finish_by_task, finish_once
from labapp.experiments.traffic.parcel import packed
from labapp.experiments.traffic.site import SETTINGS, database
from labapp.experiments.traffic.turn import Turn
from labapp.experiments.variant import Variant
from labapp.measure.traffic.jobs import Jobs
from labapp.pinsta.models import Photo
from labapp.probe.ledger import Ledger
from labapp.probe.tasks import report, report_no_more
from labapp.services import postgresql, redis
from tests.requires import needs

FOLLOWERS, WORDS = 1, 3
CAPTION = "A quiet harbour"
WAIT_MS = 0.5  # before each statement of a worker, so that a task has a middle
STILL = 50  # looks
PATIENCE = 150.0  # seconds: far more than it takes, also where others use the machine
LATE = Celery(acks_late=True, visibility_timeout=1.0, again=0.05)
EARLY = Celery(visibility_timeout=1.0, again=0.05)


def idempotent(photo_id, author_id):
    """Hand over the task that may be done twice."""
    finish_once.delay(photo_id, author_id)  # which app that means is known when it is called


def plain(photo_id, author_id):
    """Hand over the one that may not."""
    finish_by_celery.delay(photo_id, author_id)


def by_django(photo_id, author_id):
    """The same for Django Tasks."""
    finish_by_task.enqueue(photo_id, author_id)


@dataclass
class Outcome:
    """The Truth in the database; the Jobs by id, the ids of those that were hit; Django Tasks' statuses."""

    truth: Truth
    jobs: dict
    hit: list
    statuses: dict


@pytest.fixture
def broker():
    """The name of one that delivers again what a dead worker had."""
    if redis.find() is None:
        needs("rabbitmq")
        return brokers.RABBITMQ
    needs("redis")
    return brokers.REDIS


@pytest.fixture
def run(pinsta_db, tmp_path, broker):
    """A function: so many posts, their tasks handed over, so many workers killed, all done; the Outcome."""
    workers, ledger = Workers(tmp_path, SETTINGS), tmp_path / "ledger"
    own = report(ledger, "here")

    def running(kind, hand_over, posts, kills):
        with entered("PostgreSQL" if postgresql.find() else "SQLite", object()), several_writers():
            prepare(FOLLOWERS, posts)
            queue = workers.queue(Variant("it", None, "", "", "", queue=kind), broker, 1)
            turn = Turn(1, {}, {}, {"default": database()}, delay_ms=WAIT_MS, queue=queue)
            (tmp_path / "turn-1").write_bytes(packed(turn))
            workers.begin(turn, 2)
            return Posting(workers.crew, ledger, kills).post(hand_over, posts, queue, kind)

    yield running
    report_no_more(own)
    workers.stop()


class Posting:
    """Posts and kills, until all that was handed over is done or lost."""

    def __init__(self, crew, ledger, kills):
        self._crew, self._kills, self._killer = crew, kills, Killer(ledger, Schedule(6))
        self._ledger, self._jobs, self._runs, self._still = Ledger(ledger), Jobs(), 0, 0

    def post(self, hand_over, posts, queue, kind):
        """The Outcome."""
        self._rate = 1.3 * self._kills / posts  # so that the last comes well before the end
        patience = time.monotonic() + PATIENCE
        if kind.uses_broker:
            from labapp.experiments.deferral import celery_app

            celery_app.use(queue)
        for author, board in authors(FOLLOWERS, posts):
            one_post(author, board, hand_over)
            self._look()
        while not self._over(kind, queue):
            self._look()
            time.sleep(0.01)
            assert time.monotonic() < patience, f"left: {self._jobs.left('here')}"
        self._crew.end()
        self._jobs.add(self._ledger.take())
        jobs = {each.id: each for each in self._jobs.of("here")}
        return Outcome(count_effects(), jobs, [task for _, task in self._killer.hits], statuses())

    def _look(self):
        """Take notice of what has come, and kill whom it hits."""
        entries = self._ledger.take()
        self._jobs.add(entries)
        self._runs += sum(each.kind == "task" for each in entries)
        if len(self._killer.hits) < self._kills:
            self._killer.look(self._crew, self._runs, self._rate)

    def _over(self, kind, queue):
        """Whether all is done, or lost for good, and nothing is under way that was delivered again.

        Who acknowledges before the work loses what it was fetching when it was killed as well: that never
        begins, and it is over when nothing has moved for a while. The counts below hold whenever that is.
        """
        waiting, begun = self._jobs.left("here")
        moves = comes_again(queue) or self._killer.working(self._crew)
        self._still = 0 if moves or kind == LATE and waiting + begun else self._still + 1
        return self._still > (0 if kind == LATE else STILL)


def statuses():
    """How many tasks Django Tasks' table has in each status."""
    model = apps.get_model("django_tasks_database", "DBTaskResult")
    if model._meta.db_table not in connection.introspection.table_names():
        return {}
    return dict(Counter(model.objects.values_list("status", flat=True)))


def comes_again(queue):
    """How many messages Redis would still deliver; RabbitMQ has done so when their worker died."""
    if redis.find() is None or not queue.url:
        return 0
    with redis.broker().client() as client:
        return client.hlen("unacked") + client.llen(queue.name)


def one_post(author, board, hand_over):
    """A photo, and its task when it is committed."""
    with atomic():
        photo = Photo.objects.create(
            author=author, board=board, caption=CAPTION, image=IMAGE, width=1200, height=800,
            created=timezone.now(),
        )
        on_commit(lambda: hand_over(photo.pk, author.pk))


def assert_hit_in_the_middle(outcome, kills):
    """So many workers were killed, each of them when it had begun a task and not ended it."""
    assert len(outcome.hit) == kills
    for task in set(outcome.hit):
        job = outcome.jobs[task]
        assert len(job.begins) - job.runs == outcome.hit.count(task)


@pytest.mark.timeout(240)
def test_a_thousand_posts_lose_nothing_and_double_nothing(run):
    outcome = run(LATE, idempotent, posts=1000, kills=15)
    assert_hit_in_the_middle(outcome, 15)
    assert all(each.done for each in outcome.jobs.values()) and len(outcome.jobs) == 1000
    assert outcome.truth == Truth(posts=1000, owed=1000 * (FOLLOWERS + WORDS + 1))


def test_the_same_kills_double_effects_without_the_inbox(run):
    outcome = run(LATE, plain, posts=150, kills=6)
    assert_hit_in_the_middle(outcome, 6)
    assert outcome.truth.doubled >= outcome.truth.repeated > 0
    assert outcome.truth.lost == outcome.truth.orphans == 0


def test_the_same_kills_lose_effects_where_messages_are_acknowledged_before_the_work(run):
    outcome = run(EARLY, idempotent, posts=150, kills=6)
    assert_hit_in_the_middle(outcome, 6)
    unfinished = sum(not each.done for each in outcome.jobs.values())
    assert not all(outcome.jobs[task].done for task in outcome.hit)
    assert 0 < outcome.truth.lacking <= unfinished  # one that was hit right after its COMMIT has its effects
    assert outcome.truth.lost == outcome.truth.lacking * (FOLLOWERS + WORDS + 1)
    assert outcome.truth.doubled == outcome.truth.orphans == 0


def test_what_a_killed_worker_of_django_tasks_had_taken_stays_running_for_ever(run):
    outcome = run(Tasks(again=0.05), by_django, posts=100, kills=6)
    assert_hit_in_the_middle(outcome, 6)
    assert set(outcome.statuses) == {"RUNNING", "SUCCESSFUL"} and sum(outcome.statuses.values()) == 100
    assert 0 < outcome.truth.lacking <= outcome.statuses["RUNNING"] <= 6
    assert outcome.truth.doubled == 0
