"""The exercises of notebook 02: several right answers of different kinds pass, wrong ones are told why."""

import inspect
import time
from functools import lru_cache

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control, cache_page
from django.views.decorators.vary import vary_on_cookie

from labapp.experiments.exercises import caching as lesson
from labapp.experiments.exercises import every
from labapp.experiments.exercises.lifetimes import PAGE
from labapp.measure.worker import worker
from tests.experiments.exercises import fails, kept, passes  # noqa: F401

pytestmark = pytest.mark.usefixtures("kept")


# A. Lifetimes


def seconds(page, popular, comments, likes):
    return {PAGE: page, "popular": popular, "comments": comments, "likes": likes}


@pytest.mark.parametrize("answer", [
    seconds(3, 57, 9, 2), seconds(4, 50, 8, 1), seconds(5, 55, 7, 0), seconds(2.5, 30, 9.5, 2.5),
], ids=str)  # fmt: skip
def test_lifetimes_whose_ages_add_up_to_what_is_allowed_pass(answer):
    assert "6,000 answers" in passes(lesson.lifetimes, answer)


def test_lifetimes_that_are_each_as_long_as_allowed_are_stale_together():
    fails(lesson.lifetimes, seconds(5, 60, 12, 5), "✗ The oldest popular shown: 6", "✗ The oldest comments")


def test_lifetimes_so_short_that_all_is_made_are_too_much_work():
    fails(lesson.lifetimes, seconds(0, 60, 12, 5), "✓ The oldest popular", "✗ Work:", "600.0 × page")
    fails(lesson.lifetimes, seconds(1, 1, 1, 1), "✗ Work:")


@pytest.mark.parametrize(("answer", "sentence"), [
    (None, "Write a dictionary"), ({PAGE: 3}, "There is no lifetime for 'popular' yet"),
    (seconds(3, 57, 9, 2) | {"pages": 1}, "There is no piece 'pages'"),
    (seconds(3, 57, 9, None), "The lifetime of 'likes' is None"),
    (seconds(3, 57, 9, -1), "0 to 3600"), (seconds(3, 57, 9, float("nan")), "The lifetime of 'likes' is nan"),
    (seconds(3, 57, True, 2), "The lifetime of 'comments' is True"),
], ids=str)  # fmt: skip
def test_what_are_no_lifetimes_is_told(answer, sentence):
    fails(lesson.lifetimes, answer, sentence)


def test_an_entry_is_never_shown_for_longer_than_the_ages_added_up():
    """The replay against the bound that can be worked out: 4 + 6 seconds, and 0 + 6."""
    for page in (4, 0):
        oldest = lesson.lifetimes.replay(seconds(page, 6, 6, 6)).oldest
        assert all(page + 3 < age <= page + 6 for age in oldest.values()), oldest


def test_nothing_kept_is_made_for_each_answer_and_never_old():
    replay = lesson.lifetimes.replay(seconds(0, 0, 0, 0))
    assert set(replay.made.values()) == {replay.answers} and set(replay.oldest.values()) == {0.0}


# B. A page with a name on it


def put_together(request, photos):
    return lesson.show(lesson.bar_of(request.user), photos, lesson.likes_of(request.user, photos))


def uncached(request):
    return put_together(request, lesson.popular_photos())


def photos_kept(request):
    return put_together(request, cache.get_or_set("popular", lesson.popular_photos, 60))


def own_clock():
    """A dictionary with moments in it: right as well, within one process."""
    kept = {}

    def view(request):
        if not kept or time.time() >= kept["until"]:
            kept.update(photos=lesson.popular_photos(), until=time.time() + 60)
        return put_together(request, kept["photos"])

    return view


@cache_control(private=True)
def two_phases(request):
    """The list is kept as HTML with holes for the hearts."""
    photos = cache.get("photos")
    if photos is None:
        photos = lesson.popular_photos()
        cache.set("photos", photos, 60)
        empty = lesson.show({"name": "{}", "unread": "{}"}, photos, set()).content.decode()
        cache.set("shell", empty, 60)
    own = put_together(request, photos).content.decode()
    assert own.count("<li>") == cache.get("shell").count("<li>")
    return HttpResponse(own)


@pytest.mark.parametrize("answer", [photos_kept, own_clock(), two_phases])
def test_pages_with_the_photos_kept_for_everybody_pass(answer):
    passes(lesson.cacheable_page, answer)


def test_cache_page_shows_somebody_elses_page():
    """It keeps the answer before SessionMiddleware has said that it varies by cookie."""
    fails(lesson.cacheable_page, cache_page(60)(uncached), "✗ A leak: in the first round")


def test_no_cache_and_a_cache_for_each_visitor_ask_too_often():
    fails(
        lesson.cacheable_page, uncached,
        "✓ Each had the right page", "✗ The popular photos were asked for",
    )
    fails(
        lesson.cacheable_page, cache_page(60)(vary_on_cookie(uncached)),
        "✓ 20 answers, and nobody", "right after she liked a photo", "✗ The popular photos were asked for",
    )


def test_what_is_remembered_for_ever_is_out_of_date():
    remembered = lru_cache(lesson.popular_photos)
    fails(lesson.cacheable_page, lambda request: put_together(request, remembered()), "a caption has changed")


def test_less_on_the_page_or_a_public_page_is_wrong():
    fails(
        lesson.cacheable_page, lambda request: put_together(request, []), "Not the right page: in the first"
    )
    fails(lesson.cacheable_page, cache_control(public=True)(photos_kept), "others may keep it")
    fails(
        lesson.cacheable_page, lambda request: lesson.show(lesson.bar_of(request.user), [], set()),
        "Not the right page",
    )


def test_a_bar_that_is_kept_for_everybody_leaks():
    def view(request):
        photos = cache.get_or_set("popular", lesson.popular_photos, 60)
        bar = cache.get_or_set("bar", lambda: lesson.bar_of(request.user), 60)
        return lesson.show(bar, photos, lesson.likes_of(request.user, photos))

    fails(lesson.cacheable_page, view, "✗ A leak")


def test_a_view_that_raises_or_is_none_is_told():
    fails(lesson.cacheable_page, lambda request: 1 / 0, "It raises ZeroDivisionError: division by zero")
    fails(lesson.cacheable_page, lambda request: HttpResponse(status=404), "status 404")
    fails(lesson.cacheable_page, lambda: None, "must be a function of request")
    fails(lesson.cacheable_page, None, "wants the function itself and got NoneType")


def test_serving_leaves_no_trace_in_addresses_and_caches():
    cache.set("mine", 1)
    seen = []

    def look(stop):
        seen.append((reverse("feed"), cache.get("mine")))

    worker.call(look)
    passes(lesson.cacheable_page, photos_kept)
    worker.call(look)
    assert seen == [(reverse("feed"), 1)] * 2 and cache.get("mine") == 1
    assert cache.get("popular") is None


# Closing


def test_the_transfer_question_is_answered_by_looking_as_several_people():
    passes(lesson.transfer, ["people", "Title", "photos", "numbers"])
    fails(lesson.transfer, list(lesson.PIECES), "Of yours 4 do, 3 not; 0 missing.")
    fails(lesson.transfer, ["title"], "Of yours 1 does, 0 not; 3 missing.")
    fails(lesson.transfer, ["footer"], "Each is one of")


def test_all_of_them_are_found_and_no_hint_is_a_whole_solution():
    exercises = (lesson.lifetimes, lesson.cacheable_page, lesson.never_stale, lesson.one_makes_it)
    assert {each.name for each in exercises} | {lesson.transfer.name} <= set(every())
    for exercise in exercises:
        first, second = exercise.hint(), exercise.hint()
        assert first.startswith("Hint 1 of") and second.startswith("Hint 2 of")
        assert "def " not in inspect.cleandoc(str(second))
        with pytest.raises(AttributeError, match="stays as it is"):
            exercise.name = "mine"
