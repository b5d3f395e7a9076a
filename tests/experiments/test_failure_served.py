"""What each variant of failure does with a post that is accepted and with one that is taken back."""

import pytest

from labapp.experiments.perceived import failure_work
from labapp.experiments.perceived.failure import failure
from labapp.experiments.perceived.failure_posts import IMAGE, clean, falls_to, prepare
from labapp.experiments.perceived.outbox import Outbox, take
from labapp.pinsta.models import AuthorCount, Notification, Photo
from tests.experiments.serving import served

FOLLOWERS, REFUSED = 2, 10
ACCEPTED, TAKEN_BACK = (
    next(number for number in range(100) if falls_to(number, REFUSED, shift=50) is refused)
    for refused in (False, True)
)
BY_CELERY = "at most once", "before commit", "at least once", "idempotent"


@pytest.fixture
def handed(pinsta_db, monkeypatch):
    """(task, photo is there) of each message that would be sent, at the moment of its sending."""
    messages = []
    prepare(FOLLOWERS, 120)
    clean()
    for name in ("finish_by_celery", "finish_once"):
        task = getattr(failure_work, name)
        monkeypatch.setattr(task, "delay", lambda photo, author, name=name: messages.append((name, photo)))
    return messages


def post(variant, number):
    with served(failure, followers=FOLLOWERS, refused=REFUSED) as site:
        return site.post(variant, "post/", {"caption": "A quiet harbour", "number": number})


def photos():
    return list(Photo.objects.filter(image=IMAGE).values_list("pk", flat=True))


@pytest.mark.parametrize("variant", BY_CELERY)
def test_what_is_accepted_is_handed_over_once(handed, variant):
    answer = post(variant, ACCEPTED)
    (photo,) = photos()
    task = "finish_once" if variant == "idempotent" else "finish_by_celery"
    assert answer.status_code == 200 and f'data-photo="{photo}"' in answer.text
    assert handed == [(task, photo)]


@pytest.mark.parametrize("variant", BY_CELERY)
def test_what_is_taken_back_is_handed_over_before_the_commit_only(handed, variant):
    answer = post(variant, TAKEN_BACK)
    assert "refused" in answer.text and photos() == []
    assert len(handed) == (variant == "before commit")


def test_the_outbox_has_the_task_of_what_was_committed_and_of_nothing_else(handed):
    post("outbox", TAKEN_BACK)
    assert photos() == [] and not Outbox.objects.exists()
    post("outbox", ACCEPTED)
    assert photos() == [Outbox.objects.get().photo_id]
    assert take() and not take()
    assert Notification.objects.filter(photo__in=photos()).count() == FOLLOWERS
    assert AuthorCount.objects.filter(photos=1).count() == 1
    assert handed == []
