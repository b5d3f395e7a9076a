"""Handing over and delivering again as exercises: at every moment, and killed before each step."""

import pytest
from django.core.cache import cache
from django.db.transaction import atomic, on_commit
from django.utils import timezone

from labapp.experiments.exercises import perceived as lesson
from labapp.experiments.exercises.desk import NobodyListens
from labapp.pinsta import posting
from labapp.pinsta.models import AuthorCount, Notification, Photo
from tests.experiments.exercises import fails, kept, passes  # noqa: F401

pytestmark = pytest.mark.usefixtures("kept")


# B. Idempotent


def as_it_comes(photo_id):
    posting.notify_followers(photo_id)
    posting.count_photo(photo_id)


@atomic
def inbox(photo_id):
    if lesson.Done.objects.get_or_create(photo_id=photo_id)[1]:
        as_it_comes(photo_id)


@atomic
def inbox_that_raises(photo_id):
    lesson.Done.objects.create(photo_id=photo_id)
    as_it_comes(photo_id)


def set_and_not_added(photo_id):
    """No transaction: each statement may be sent again."""
    photo = Photo.objects.get(pk=photo_id)
    for follow in photo.author.followers.all():
        Notification.objects.get_or_create(
            recipient_id=follow.follower_id, actor=photo.author, photo=photo, verb="posted",
            defaults={"created": timezone.now()},
        )
    AuthorCount.objects.update_or_create(
        author=photo.author, defaults={"photos": photo.author.photos.count()}
    )


@atomic
def replaced(photo_id):
    photo = Photo.objects.get(pk=photo_id)
    photo.notifications.filter(verb="posted").delete()
    posting.notify_followers_at_once(photo_id)
    AuthorCount.objects.filter(author=photo.author).update(photos=photo.author.photos.count())


@pytest.mark.parametrize("task", [inbox, inbox_that_raises, set_and_not_added, replaced])
def test_tasks_that_may_run_twice_pass(task):
    assert "nothing is lost or doubled" in passes(lesson.idempotent, task)


def inbox_without_a_transaction(photo_id):
    if lesson.Done.objects.get_or_create(photo_id=photo_id)[1]:
        as_it_comes(photo_id)


def inbox_at_the_end(photo_id):
    if not lesson.Done.objects.filter(photo_id=photo_id).exists():
        as_it_comes(photo_id)
        lesson.Done.objects.create(photo_id=photo_id)


def in_the_cache_first(photo_id):
    if cache.add(f"done-{photo_id}", True):
        as_it_comes(photo_id)


def in_the_cache_last(photo_id):
    if not cache.get(f"done-{photo_id}"):
        atomic(as_it_comes)(photo_id)
        cache.set(f"done-{photo_id}", True)


def once_for_the_author(photo_id):
    author = Photo.objects.get(pk=photo_id).author
    if not Notification.objects.filter(actor=author, verb="posted").exists():
        atomic(as_it_comes)(photo_id)


def swallows(photo_id):
    try:
        as_it_comes(photo_id)
    except BaseException:  # noqa: BLE001
        return


def never_ends(photo_id):
    while True:
        Photo.objects.exists()


remembered = set()


def remembers(photo_id):
    if photo_id not in remembered:
        atomic(as_it_comes)(photo_id)
        remembered.add(photo_id)


@pytest.mark.parametrize(("task", "sentences"), [
    (as_it_comes, ["✓ Delivered once", "✗ Delivered twice: 3 of 6 notifications are too many", "wrong in 4"]),
    (atomic(as_it_comes), ["the author's number is 1 too high", "✓ Killed at each of 9 moments"]),
    (inbox_without_a_transaction, ["✓ Delivered twice", "3 of 6 notifications are missing", "killed before"]),
    (inbox_at_the_end, ["✓ Delivered twice", "1 of 6 notifications is too many", "INSERT INTO pinsta_noti"]),
    (in_the_cache_first, ["✓ Delivered twice", "3 of 6 notifications are missing", "cache.add('done-50"]),
    (in_the_cache_last, ["✓ Delivered twice", "it is wrong in 1", "killed before cache.set('done-50"]),
    (once_for_the_author, ["✗ Delivered once: 3 of 6 notifications are missing"]),
    (swallows, ["✗ Delivered twice", "✗ Killed at each of"]),
    (never_ends, ["After 500 steps it has not ended"]),
    (remembers, ["On fresh data it does nothing any more"]),
    (lambda photo_id: None, ["✗ Delivered once: 6 of 6 notifications are missing, and the author's number"]),
    (lambda photo_id: 1 / 0, ["It raises ZeroDivisionError"]),
    (None, ["wants the function itself and got NoneType"]),
], ids=lambda value: getattr(value, "__name__", ""))  # fmt: skip
def test_tasks_that_lose_or_double_are_told(task, sentences):
    remembered.clear()
    fails(lesson.idempotent, task, *sentences)


# C. On commit


def saved(photo, tags):
    photo.save()
    for position, tag in enumerate(tags):
        photo.photo_tags.create(tag=tag, position=position)


def handed_over(photo):
    lesson.finish.enqueue(photo.pk)


@atomic
def when_committed(photo, tags):
    saved(photo, tags)
    on_commit(lambda: handed_over(photo))


@atomic
def announced_before(photo, tags):
    on_commit(lambda: lesson.finish.enqueue(photo_id=photo.pk))
    saved(photo, tags)


def committed_or_not(photo, tags):
    atomic(saved)(photo, tags)
    on_commit(lambda: handed_over(photo))


@atomic
def outbox(photo, tags):
    saved(photo, tags)
    lesson.Outbox.objects.create(task="finish", photo_id=photo.pk)


def tries_again(photo, tags):
    for _ in range(3):
        try:
            return when_committed(photo, tags)
        except Exception:  # noqa: BLE001
            photo.pk, photo._state.adding = None, True


@pytest.mark.parametrize("post", [when_committed, announced_before, committed_or_not, outbox, tries_again])
def test_handing_over_with_the_commit_passes(post):
    said = passes(lesson.on_commit, post)
    assert ("One moment is left" in said) == (post is not outbox)


@atomic
def before_the_commit(photo, tags):
    photo.save()
    handed_over(photo)
    for position, tag in enumerate(tags):
        photo.photo_tags.create(tag=tag, position=position)


def before_it_is_saved(photo, tags):
    handed_over(photo)
    atomic(saved)(photo, tags)


def after_the_block(photo, tags):
    atomic(saved)(photo, tags)
    handed_over(photo)


def photo_without_tags(photo, tags):
    photo.save()
    on_commit(lambda: handed_over(photo))
    for position, tag in enumerate(tags):
        photo.photo_tags.create(tag=tag, position=position)


def nothing_in_common(photo, tags):
    saved(photo, tags)
    on_commit(lambda: handed_over(photo))


def both_ways(photo, tags):
    outbox(photo, tags)
    on_commit(lambda: handed_over(photo))


def done_at_once(photo, tags):
    atomic(saved)(photo, tags)
    posting.index_photo(photo.pk)


def whatever_happens(photo, tags):
    try:
        when_committed(photo, tags)
    finally:
        on_commit(lambda: handed_over(photo))


def outbox_by_itself(photo, tags):
    atomic(saved)(photo, tags)
    lesson.Outbox.objects.create(task="finish", photo_id=photo.pk)


@pytest.mark.parametrize(("post", "sentences"), [
    (before_the_commit, ["✗ Alone, a worker that begins at once finds no photo", "INSERT INTO pinsta_photo"]),
    (before_it_is_saved, ["✗ Alone, a worker that begins at once has no key"]),
    (after_the_block, ["✓ Alone", "✗ Inside of the request's transaction, a worker", "finds no photo"]),
    (photo_without_tags, ["✗ Alone, a worker that begins at once finds the photo with 0 of its 3 tags."]),
    (nothing_in_common, ["half a post stays: 1 photo with", "made to fail"]),
    (both_ways, ["✗ Alone, the task is handed over 2 times."]),
    (done_at_once, ["✗ Alone, the task is handed over to nobody."]),
    (whatever_happens, ["✗ Alone, the task is handed over 2 times."]),
    (outbox_by_itself, ["the post stays, and its task is handed over to nobody."]),
    (lambda photo, tags: photo.save(), ["✗ Alone, there are 1 photos with 0 tags in all and not 1 with 3."]),
    (lambda photo, tags: None, ["✗ Alone, no photo is there and not 1 with 3."]),
    (lambda photo, tags: 1 / 0, ["It raises ZeroDivisionError"]),
    (lambda photo: None, ["must be a function of photo, tags"]),
], ids=lambda value: getattr(value, "__name__", ""))  # fmt: skip
def test_handing_over_at_the_wrong_moment_is_told(post, sentences):
    fails(lesson.on_commit, post, *sentences)


def test_outside_of_a_check_nobody_listens():
    with pytest.raises(NobodyListens, match="handed over while check"):
        lesson.finish.enqueue(1)
