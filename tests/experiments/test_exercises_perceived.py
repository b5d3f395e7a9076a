"""The exercises of notebook 03: several right answers of different kinds pass, wrong ones are told why."""

import inspect
import math
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db.transaction import atomic, on_commit
from django.http import HttpResponse
from django.utils import timezone

from labapp.experiments.exercises import every
from labapp.experiments.exercises import perceived as lesson
from labapp.experiments.exercises.desk import NobodyListens
from labapp.experiments.exercises.enough_workers import Queue
from labapp.experiments.verdict import Verdict
from labapp.pinsta import posting
from labapp.pinsta.models import AuthorCount, Notification, Photo
from labapp.pinsta.posting.thumbnails import SIZES
from tests.experiments.exercises import fails, kept, passes  # noqa: F401

pytestmark = pytest.mark.usefixtures("kept")


# A. The right half


def needed(request):
    """What the answer shows."""
    photo = lesson.save(request)
    posting.make_thumbnails(photo.pk)
    posting.count_photo(photo.pk)
    return photo


def two_later(request, later):
    photo = needed(request)
    later(posting.index_photo, photo.pk)
    later(posting.notify_followers, photo.pk)
    return lesson.answer(photo)


def finish(photo_id):
    posting.notify_followers_at_once(photo_id)
    posting.index_photo(photo_id)


def one_task_first(request, later):
    photo = lesson.save(request)
    later(finish, photo_id=photo.pk)
    posting.count_photo(photo.pk)
    posting.make_thumbnails(photo.pk)
    return lesson.answer(photo)


def own_answer(request, later):
    photo = needed(request)
    later(finish, photo.pk)
    return HttpResponse(lesson.answer(photo).content)


@pytest.mark.parametrize("answer", [two_later, one_task_first, own_answer])
def test_whatever_puts_off_what_the_answer_does_not_show_passes(answer):
    assert "6 statements before the answer" in passes(lesson.right_half, answer)


def all_in_front(request, later):
    photo = lesson.save(request)
    for work in posting.WORK:
        work(photo.pk)
    return lesson.answer(photo)


def all_later(request, later):
    photo = lesson.save(request)
    for work in posting.WORK:
        later(work, photo.pk)
    return lesson.answer(photo)


def told_at_once(request, later):
    photo = needed(request)
    posting.notify_followers_at_once(photo.pk)
    later(posting.index_photo, photo.pk)
    return lesson.answer(photo)


def forgotten(request, later):
    photo = needed(request)
    later(posting.notify_followers, photo.pk)
    return lesson.answer(photo)


def twice(request, later):
    answer = two_later(request, later)
    later(posting.notify_followers, request.user.photos.get().pk)
    return answer


def not_saved(request, later):
    return HttpResponse("Thank you.")


def some_files_only(request, later):
    photo = needed(request)
    later(finish, photo.pk)
    default_storage.delete(posting.thumbnails.thumbnail(photo.image, SIZES[0]))
    return lesson.answer(photo)


@pytest.mark.parametrize(("answer", "sentences"), [
    (all_in_front, ["statements before the answer with", "She waits for what the answer does not show: the",
                    "the words are put into", "✓ In the end all of it"]),
    (all_later, ["✗ Not the right answer: the page differs at line 2: “none yet”", "✓ In the end"]),
    (told_at_once, ["✗ She waits for what the answer does not show: the followers are told."]),
    (forgotten, ["✗ In the end the photo is not in the search index."]),
    (twice, ["followers have been told"]),
    (not_saved, ["✗ The photo is not saved."]),
    (some_files_only, ["✗ In the end there are no thumbnails."]),
    (lambda request, later: 1 / 0, ["It raises ZeroDivisionError: division by zero (test_exercises_perc"]),
    (lambda request: None, ["must be a function of request, later"]),
    (lambda request, later: None, ["NoneType instead of an HttpResponse"]),
], ids=lambda value: getattr(value, "__name__", ""))  # fmt: skip
def test_the_wrong_half_is_told(answer, sentences):
    fails(lesson.right_half, answer, *sentences)


@pytest.mark.parametrize(("put_off", "sentence"), [
    (lambda later, photo: later(posting.index_photo(photo.pk)), "got NoneType: without the brackets"),
    (lambda later, photo: later(lambda: posting.index_photo(photo.pk)), "import by its name: no lambda"),
    (lambda later, photo: later(posting.index_photo, photo), "Photo is not JSON serializable"),
])  # fmt: skip
def test_what_no_queue_takes_is_refused_in_words(put_off, sentence):
    def view(request, later):
        photo = needed(request)
        put_off(later, photo)
        return lesson.answer(photo)

    fails(lesson.right_half, view, sentence)


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


# D. Workers


def judged(*queues):
    verdict = Verdict("03 workers")
    lesson.enough_workers._judge(verdict, list(queues))
    return verdict


HOLDS, GROWS = (1, 10, 30), (40, 300, 700)


def queue(workers, waits):
    return Queue(workers, waits, one_task=210, tasks=49, broker="files")


def test_the_least_number_that_holds_is_right_and_says_what_was_used():
    verdict = judged(queue(3, HOLDS), queue(2, GROWS))
    assert verdict and "✓ With 2 workers it would grow: who came first waited 40 ms" in str(verdict)
    assert "49 tasks in 5 s, on files; one kept a worker for 210 ms." in str(verdict)
    assert judged(queue(1, HOLDS))


def test_too_few_and_too_many_workers_are_wrong():
    assert "✗ With 2 workers it grows" in str(judged(queue(2, GROWS)))
    assert "who came last was still waiting" in str(judged(queue(1, (40, 900, math.inf))))
    verdict = judged(queue(4, HOLDS), queue(3, HOLDS))
    assert not verdict and "✗ With 3 workers it would hold as well" in str(verdict)


@pytest.mark.timeout(120)
def test_too_few_workers_are_found_out_by_real_traffic_without_redis(monkeypatch):
    broker = lesson.errands.conditions["broker"]
    files = replace(broker, parameter=replace(broker.parameter, default="files"))
    monkeypatch.setitem(lesson.errands.conditions, "broker", files)
    fails(lesson.enough_workers, 1, "✗ With 1 worker it grows", "Tried with real traffic", "on files;")


@pytest.mark.parametrize("answer", [None, 0, 9, 2.5, "3", True, [3]])
def test_what_is_no_number_of_workers_is_told(answer):
    fails(lesson.enough_workers, answer, f"a whole number from 1 to 8; this is {answer!r}.")


# Closing


def test_the_transfer_question_is_answered_by_putting_each_piece_off():
    later = ["tally", "Tell", "index"]
    passes(lesson.transfer, {"later": later, "twice": ["index"]})
    fails(lesson.transfer, {"later": later, "twice": ["index", "tally"]}, "Twice: Of yours 1 does, 1 not")
    fails(lesson.transfer, {"later": [*later, "read"], "twice": ["index"]}, "Later: Of yours 3 do, 1 not")
    fails(lesson.transfer, {"later": ["footer"], "twice": []}, "Each is one of")
    fails(lesson.transfer, ["tell"], "Write a dictionary with two lists")
    assert "def tally():" in lesson.transfer._repr_html_()


def test_all_of_them_are_found_and_no_hint_is_a_whole_solution():
    exercises = lesson.right_half, lesson.enough_workers, lesson.idempotent, lesson.on_commit
    names = [each.name for each in exercises] + [lesson.transfer.name]
    assert sorted(names) == sorted(name for name in every() if name.startswith("03"))
    for exercise in exercises:
        first, second = exercise.hint(), exercise.hint()
        assert first.startswith("Hint 1 of") and second.startswith("Hint 2 of")
        assert "def " not in inspect.cleandoc(str(second))
        with pytest.raises(AttributeError, match="stays as it is"):
            exercise.name = "mine"
