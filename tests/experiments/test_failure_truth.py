"""What is counted in the database after a turn: lost, doubled and orphaned effects, each exactly."""

import random

import pytest
from django.utils import timezone

from labapp.experiments.perceived.authors import authors
from labapp.experiments.perceived.failure_posts import IMAGE, clean, falls_to, prepare
from labapp.experiments.perceived.failure_truth import Truth, count_effects, difference
from labapp.experiments.perceived.failure_work import finish
from labapp.pinsta.models import AuthorCount, Notification, Photo, SearchWord

FOLLOWERS, PEOPLE = 3, 12
CAPTION = "Boats, boats and a harbour"
WORDS = 4
EACH = FOLLOWERS + WORDS + 1


@pytest.fixture
def people(pinsta_db):
    """[(user, board)] of those who post."""
    prepare(FOLLOWERS, PEOPLE)
    clean()
    return authors(FOLLOWERS, PEOPLE)


def posted(author, board):
    return Photo.objects.create(
        author=author, board=board, caption=CAPTION, image=IMAGE, width=1, height=1, created=timezone.now()
    )


def finished(author, board, times=1):
    photo = posted(author, board)
    for _ in range(times):
        finish(photo.pk, author.pk)
    return photo


def test_a_post_is_owed_its_effects(people):
    posted(*people[0])
    assert count_effects() == Truth(posts=1, owed=EACH, lost=EACH, lacking=1)


def test_a_post_that_has_them_lacks_nothing(people):
    for each in people:
        finished(*each)
    assert count_effects() == Truth(posts=PEOPLE, owed=PEOPLE * EACH)


def test_what_is_done_twice_is_doubled_where_it_can_be(people):
    """The index is a set: its words are there once, however often they are written."""
    finished(*people[0], times=2)
    finished(*people[1])
    assert count_effects() == Truth(posts=2, owed=2 * EACH, doubled=FOLLOWERS + 1, repeated=1)


def test_what_one_post_lost_is_not_made_up_by_what_another_doubled(people):
    posted(*people[0])
    finished(*people[1], times=2)
    truth = count_effects()
    assert (truth.lost, truth.lacking, truth.doubled, truth.repeated) == (EACH, 1, FOLLOWERS + 1, 1)


def test_a_count_for_a_photo_that_never_was_is_an_orphan(people):
    finished(*people[0])
    AuthorCount.objects.filter(author=people[1][0]).update(photos=2)
    assert count_effects() == Truth(posts=1, owed=EACH, orphans=2)


def test_single_effects(people):
    """Taken away or added at random, one by one: exactly these are missed or found too much."""
    random.seed(5)
    photos = [finished(*each) for each in people]
    lost = random.sample(list(Notification.objects.filter(verb="posted")), 5)
    lost += random.sample(list(SearchWord.objects.all()), 4)
    for each in lost:
        each.delete()
    for photo in photos[:3]:
        notice = Notification.objects.filter(photo=photo).first()
        if notice is not None:
            notice.pk = None
            notice.save()
    AuthorCount.objects.filter(author=people[-1][0]).update(photos=3)
    truth = count_effects()
    assert (truth.lost, truth.doubled, truth.repeated) == (9, 5, 4)
    assert truth.lacking == len({each.photo_id for each in lost})


def test_clean_puts_everything_back(people):
    finished(*people[0], times=3)
    before = Photo.objects.exclude(image=IMAGE).count()
    clean()
    assert count_effects() == Truth()
    assert Photo.objects.count() == before


@pytest.mark.parametrize("share", [0, 1, 4, 10, 33, 50])
def test_a_share_of_the_posts_is_exactly_that_and_evenly_spread(share):
    for shift in (0, 50):
        chosen = [number for number in range(1000, 1200) if falls_to(number, share, shift)]
        assert len(chosen) == 2 * share
        gaps = [after - before for before, after in zip(chosen, chosen[1:], strict=False)]
        assert not gaps or max(gaps) - min(gaps) <= 1


def test_what_is_not_as_owed_is_said(people):
    posted(*people[0])
    finished(*people[1], times=2)
    AuthorCount.objects.filter(author=people[2][0]).update(photos=1)
    assert difference(count_effects(), 0) == "1 post without all effects, 1 with some twice, 1 orphan"
    clean()
    assert difference(count_effects(), 0) == ""
