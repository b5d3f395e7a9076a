"""Works that are done together: the same effects as one by one, in fewer statements, by one worker each."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.db.transaction import atomic
from django.test import override_settings
from django.utils import timezone

import labapp
from labapp.experiments.databases import database as chosen
from labapp.experiments.perceived import aggregate_batch, defer_effects
from labapp.experiments.perceived.aggregate import prepared, put_back
from labapp.experiments.perceived.aggregate_batch import LEASE, Waiting, do, hand_over, take
from labapp.experiments.perceived.authors import authors
from labapp.experiments.perceived.defer_effects import count_effects
from labapp.experiments.perceived.pictures import picture
from labapp.pinsta import posting
from tests.experiments.both import database as on  # noqa: F401

FOLLOWERS = 9


@pytest.fixture
def media(on, tmp_path, monkeypatch):
    """The experiment's own copy of the data, as it is before a turn."""
    monkeypatch.setattr(defer_effects, "media", lambda: tmp_path)
    with chosen(writes=True).enter(on), prepared(), override_settings(MEDIA_ROOT=tmp_path):
        put_back(FOLLOWERS)
        yield tmp_path


def posts(number, within=0.0):
    """The ids of so many posts by three people, handed over."""
    known, ids = authors(FOLLOWERS, defer_effects.MOST), []
    for place in range(number):
        user, board = known[place % 3]
        upload = SimpleUploadedFile("a.jpg", picture(0.1).read_bytes())
        with atomic():
            photo = posting.post_photo(user, board, f"The harbour, picture {place}", upload)
            hand_over(photo.pk, within)
        ids.append(photo.pk)
    return ids


def test_done_together_they_have_the_effects_of_one_by_one(media):
    do(posts(7))
    effects = count_effects()
    assert (effects.posts, effects.complete, effects.fault()) == (7, 7, "")
    assert not Waiting.objects.exists()


def test_a_second_batch_adds_to_the_same_counters(media):
    do(posts(4))
    do(posts(5))
    assert count_effects().complete == 9 and count_effects().fault() == ""


def test_more_posts_at_once_are_hardly_more_statements(media):
    def statements(number):
        ids = posts(number)
        with labapp.record() as recording:
            do(ids)
        return recording.count

    do(posts(3))  # these have a counter from now on
    assert statements(9) - statements(3) == 6, "one for the picture of each"


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still."""
    clock = SimpleNamespace(moment=timezone.now())
    monkeypatch.setattr(aggregate_batch, "timezone", SimpleNamespace(now=lambda: clock.moment))
    return clock


def test_nobody_takes_them_before_the_oldest_is_ripe(media, clock):
    first = posts(1, within=0.5)
    clock.moment += timedelta(seconds=0.4)
    second = posts(1, within=0.5)
    assert take() == []
    clock.moment += timedelta(seconds=0.1)
    assert take() == [*first, *second], "and then all there are"


def test_what_one_has_taken_nobody_else_takes_until_the_lease_ends(media, clock):
    ids = posts(2)
    assert take() == ids and take() == []
    more = posts(1)
    assert take() == more
    do(more)
    clock.moment += LEASE
    assert take() == ids, "whose worker has died"


def test_a_batch_that_fails_leaves_the_rows_and_none_of_the_effects(media, monkeypatch):
    ids = posts(3)

    def fails(photos):
        raise IntegrityError

    monkeypatch.setattr(aggregate_batch, "count", fails)
    with pytest.raises(IntegrityError):
        do(ids)
    effects = count_effects()
    assert effects.lacking == {"thumbnails": 0, "words": 3, "notifications": 3, "counts": 3}
    assert Waiting.objects.count() == 3


def test_a_post_that_is_rolled_back_is_not_handed_over(media):
    with pytest.raises(IntegrityError), atomic():
        hand_over(1, within=0)
        raise IntegrityError
    assert not Waiting.objects.exists()
