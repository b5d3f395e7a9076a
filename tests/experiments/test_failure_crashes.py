"""The tasks of the experiment, killed before each of their statements and run again."""

import pytest
from django.db.transaction import atomic
from django.utils import timezone

from labapp.experiments.crashes import END, delivered_again
from labapp.experiments.homes import entered
from labapp.experiments.perceived.authors import authors
from labapp.experiments.perceived.defer_writers import several_writers
from labapp.experiments.perceived.failure_posts import IMAGE, clean, prepare
from labapp.experiments.perceived.failure_truth import effects, owed
from labapp.experiments.perceived.failure_work import finish
from labapp.experiments.perceived.idempotence import once
from labapp.experiments.perceived.outbox import Outbox, put, take
from labapp.pinsta.models import AuthorCount, Photo
from tests.experiments.both import database as kind  # noqa: F401

FOLLOWERS = 2
OWNER = object()


@pytest.fixture
def desk(kind):
    """Somebody who posts, with a board, on each of the databases."""
    with entered(kind, OWNER), several_writers():
        prepare(FOLLOWERS, 2)
        yield Desk(*authors(FOLLOWERS, 2)[0])


class Desk:
    """The photo of an author, and its task in the outbox."""

    def __init__(self, author, board):
        self.author, self.board = author, board

    @atomic
    def post(self):
        """The post and its task, in one transaction."""
        self.photo = Photo.objects.create(
            author=self.author, board=self.board, caption="A quiet harbour", image=IMAGE, width=1, height=1,
            created=timezone.now(),
        )
        put(self.photo)

    def begin(self):
        """It has been posted, and nothing has been done."""
        clean()
        self.post()

    def again(self, task, *args):
        """What comes of ``task(photo, ..., author)`` at all its crash points."""
        return delivered_again(lambda: task(self.photo.pk, *args, self.author.pk), self.begin, self.effects)

    def effects(self):
        """All there is, with the photo's id, which is another each time, left out."""
        return [effect for _, effect in effects()]


def test_the_plain_task_doubles_at_almost_every_crash_point_and_loses_at_none(desk):
    outcome = desk.again(finish)
    assert not outcome.lost
    assert len(outcome.doubled) == outcome.count - 1  # all but the one before the first statement
    assert outcome.doubled[-1].crash.about_to == END


def test_with_the_inbox_it_is_exactly_once_at_every_crash_point(desk):
    outcome = desk.again(once, finish)
    assert outcome.exactly_once, outcome.shortest
    assert outcome.count >= 6 + FOLLOWERS


def test_the_relay_is_exactly_once_and_empties_the_outbox_at_every_crash_point(desk):
    outcome = delivered_again(take, desk.begin, desk.effects)
    assert outcome.exactly_once, outcome.shortest
    assert outcome.count >= 5 + FOLLOWERS
    assert not Outbox.objects.exists()


def test_a_post_that_dies_at_any_statement_has_its_task_or_was_never_made(desk):
    outcome = delivered_again(desk.post, clean, effects, again=take, owed=owed)
    assert outcome.exactly_once, outcome.shortest


def test_work_for_a_photo_that_never_was_counts_it_all_the_same(desk):
    clean()
    with pytest.raises(Photo.DoesNotExist):
        finish(10**9, desk.author.pk)
    assert AuthorCount.objects.get(author=desk.author).photos == 1
