"""The exercises of notebook 03: several right answers of different kinds pass, wrong ones are told why."""

import inspect
import math
from dataclasses import replace

import pytest
from django.core.files.storage import default_storage
from django.http import HttpResponse

from labapp.experiments.exercises import every
from labapp.experiments.exercises import perceived as lesson
from labapp.experiments.exercises.enough_workers import Queue
from labapp.experiments.verdict import Verdict
from labapp.pinsta import posting
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
