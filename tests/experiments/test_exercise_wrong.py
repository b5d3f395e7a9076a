"""A check says what is wrong, politely; and never the solution."""

import os
import signal
import sys

import pytest

from labapp.experiments import progress
from labapp.experiments.exercise import Exercise
from labapp.experiments.metrics import exists_count_len, feed
from labapp.measure.worker import worker
from labapp.pinsta.models import Photo
from tests.experiments.exercises import exercise, good, kept, lazy  # noqa: F401

pytestmark = pytest.mark.usefixtures("kept")


def refused(function, *sentences, **options):
    """The verdict says no, and each of these."""
    verdict = exercise(**options).check(function)
    assert not verdict
    assert not verdict.passed
    for sentence in sentences:
        assert sentence in str(verdict), str(verdict)
    assert "Traceback" not in str(verdict)
    return verdict


def test_the_lazy_page_grows_along_each_parameter_and_the_places_are_named():
    verdict = refused(lazy, "✓ The right result", "for n photos", "for n comments", "it still grows")
    place = "× User by pinsta/_card.html:15  {{ comment.author.username }}"
    assert any(place in line for line in verdict.look)
    for word in ("select_related", "prefetch_related", "annotate", "Prefetch("):
        assert word not in str(verdict)


def test_the_law_is_exact_on_the_data_of_a_check():
    mine = feed.variants["select_related"].function
    refused(mine, "1 + 3n queries for n photos", grows={"photos": (2, 12)}, fixed={"comments": 1})


def test_growth_along_one_of_two_parameters_is_enough():
    def grows_with_photos(photos, comments):
        page = list(good(photos, comments))
        for photo in page:
            photo.tags.first()
        return page

    def grows_with_comments(photos, comments):
        for _ in range(comments):
            Photo.objects.exists()
        return good(photos, comments)

    assert "n comments" not in str(refused(grows_with_photos, "n photos"))
    assert "n photos" not in str(refused(grows_with_comments, "+ n queries for n comments"))


def test_a_limit_on_statements():
    mine = feed.variants["prefetch_related"].function
    refused(mine, "7 queries at every size; it can be had with 3 or fewer", at_most=3)
    assert exercise(at_most=2).check(good)


def test_a_limit_on_rows():
    def everything(photos):
        page = Photo.objects.select_related("author__profile", "board")
        return list(page.prefetch_related("likes", "comments__author"))[:photos]

    refused(everything, "rows read where", "are read twice, or are not shown", lean=True)
    assert exercise(lean=True).check(good)


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        (lambda photos, comments: good(photos - 1, comments), "Not the right result"),
        (lambda photos, comments: good(photos, comments - 1), "Not the right result"),
        (lambda photos: [], "Not the right result"),
        (lambda photos: None, "it returns None"),
        (lambda photos: 7, "needs a list of photos"),
        (lambda photos: Photo.objects.order_by("id")[:photos], "Not the right result"),
        (lambda photos: 1 / 0, "ZeroDivisionError: division by zero (test_exercise_wrong.py:"),
        (lambda photos: sys.exit(), "SystemExit"),
        (lambda photos: Photo.objects.filter(nothing=1), "FieldError"),
        (lambda photos: Photo.objects.update(caption=""), "writes to the database"),
        (lambda photos, boards: [], "asks for boards, and this experiment offers photos, comments"),
        (lambda x, /: [], "asks for positional arguments"),
        (int, "must be a function of photos, comments"),
        (lazy(3), "wants the function itself, check(mine), and got PhotoQuerySet"),
        ("mine", "got str"),
        (None, "got NoneType"),
        (feed, "got Experiment"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(wrong, sentence):
    refused(wrong, sentence)


def test_an_async_function_is_told_so():
    async def mine(photos):
        return []

    refused(mine, "It is an async function")


def test_a_function_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr(Exercise, "limit", 0.3)

    def forever(photos):
        while True:
            pass

    refused(forever, "It did not end within 0.3 seconds")
    assert worker.call(lambda stop: "the worker goes on") == "the worker goes on"


def test_ctrl_c_ends_a_check():
    def forever(photos):
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            pass

    with pytest.raises(KeyboardInterrupt):
        exercise().check(forever)
    assert worker.call(lambda stop: "the worker goes on") == "the worker goes on"


def test_lazy_results_are_read_where_they_are_counted():
    """Without a page to render, what is returned is read inside the check's count."""
    plain = Exercise("plain", exists_count_len, grows={"rows": (2, 12)})
    assert plain.check(lambda rows: rows > 0) is not None
    verdict = plain.check(lambda rows: (Photo.objects.exists() for _ in range(rows)))
    assert "queries for n rows" in str(verdict) and not verdict


def test_what_cannot_be_compared():
    plain = Exercise("plain", exists_count_len, grows={"rows": (2, 12)})
    assert "returns object, which cannot be compared" in str(plain.check(lambda rows: object()))


def test_hints_come_one_at_a_time_and_the_last_stays():
    one = exercise()
    assert [str(one.hint()) for _ in range(3)] == [
        "Hint 1 of 2: Look.", "Hint 2 of 2: Look closer.", "Hint 2 of 2: Look closer.",
    ]
    assert repr(exercise(hints=[]).hint()) == "There is no hint for this one."


def test_tries_are_kept_and_what_is_solved_stays_solved():
    exercise().check(lazy)
    assert progress.load()["exercises"]["feed"] | {"when": ""} == {"passed": False, "tries": 1, "when": ""}
    exercise().check(good)
    exercise().check(lazy)
    assert progress.load()["exercises"]["feed"] | {"when": ""} == {"passed": True, "tries": 3, "when": ""}


def test_a_verdict_shows_itself_as_text_and_html():
    verdict = exercise().check(lazy)
    assert str(verdict).startswith("feed: Not yet.\n✓ ")
    html = verdict._repr_html_()
    assert "role=\"status\"" in html and "{{ comment.author.username }}" in html
    assert "Solved." in exercise().check(good)._repr_html_()
