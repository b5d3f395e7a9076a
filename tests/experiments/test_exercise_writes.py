"""Exercises that write, that are about the database's own work, and that want no model instances."""

import re

import pytest
from django.db import connection, transaction
from django.db.models import F

from labapp.experiments import Experiment, Integer
from labapp.experiments.exercise import Exercise
from labapp.pinsta.models import Notification, Photo
from tests.experiments.exercises import kept  # noqa: F401

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def widen():
    """Make the first n photos wider; compared is what the table says afterwards."""
    experiment = Experiment(
        "widen", question="?", parameters=[Integer("photos", 5, low=1, high=100)],
        outcome=lambda value, **_: list(Photo.objects.order_by("pk").values_list("pk", "width")),
    )

    @experiment.variant(baseline=True)
    def one_by_one(photos):
        for photo in Photo.objects.order_by("pk")[:photos]:
            photo.width += 1
            photo.save()

    return Exercise("widen", experiment, grows={"photos": (2, 30)})


def test_what_is_left_in_the_database_is_what_counts(widen, kept):
    before = list(Photo.objects.values_list("width", flat=True))

    def one_statement(photos):
        first = Photo.objects.order_by("pk").values("pk")[:photos]
        Photo.objects.filter(pk__in=first).update(width=F("width") + 1)

    def by_hand(photos):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pinsta_photo SET width = width + 1 WHERE id IN "
                "(SELECT id FROM pinsta_photo ORDER BY id LIMIT %s)", [photos],
            )

    for right in (one_statement, by_hand):
        verdict = widen.check(right)
        assert verdict, str(verdict)
    assert list(Photo.objects.values_list("width", flat=True)) == before  # the reader's own data


def test_a_write_for_each_row_still_grows(widen):
    def slow(photos):
        with transaction.atomic():
            for photo in Photo.objects.order_by("pk")[:photos]:
                Photo.objects.filter(pk=photo.pk).update(width=F("width") + 1)

    verdict = widen.check(slow)
    assert not verdict
    assert "✓ The right result" in str(verdict) and "3 + n queries for n photos" in str(verdict)


def test_writing_too_little_or_too_much_is_not_right(widen):
    def nothing(photos):
        return list(Photo.objects.order_by("pk")[:photos])

    def everything(photos):
        Photo.objects.update(width=F("width") + 1)

    for wrong in (nothing, everything):
        verdict = widen.check(wrong)
        assert not verdict and "Not the right result" in str(verdict)


@pytest.fixture
def older():
    """The photos before one, newest first."""
    experiment = Experiment(
        "older", question="?",
        parameters=[Integer("after", 100, low=1, high=320), Integer("size", 5, low=1, high=50)],
    )

    @experiment.variant(baseline=True)
    def offset(after, size):
        skipped = Photo.objects.filter(pk__gte=after).count()
        return [photo.caption for photo in Photo.objects.order_by("-pk")[skipped : skipped + size]]

    return Exercise("older", experiment, grows={"after": (60, 310), "size": (2, 20)}, flat=["after"])


def test_work_that_grows_with_the_depth_is_seen_though_the_count_stands_still(older):
    def offset(after, size):
        skipped = Photo.objects.filter(pk__gte=after).count()
        return [photo.caption for photo in Photo.objects.order_by("-pk")[skipped : skipped + size]]

    verdict = older.check(offset)
    assert not verdict
    assert "✓ 2 queries at every size" in str(verdict)
    assert "it reads more than is shown" in str(verdict)


def test_keyset_pages_work_as_hard_at_every_depth(older):
    def keyset(after, size):
        page = Photo.objects.filter(pk__lt=after).order_by("-pk")[:size]
        return list(page.values_list("caption", flat=True))

    verdict = older.check(keyset)
    assert verdict, str(verdict)
    assert "The database works as hard at every after." in str(verdict)


def test_where_plain_rows_are_wanted_no_model_may_be_made():
    experiment = Experiment("unread", question="?", parameters=[Integer("rows", 5, low=1, high=100)])

    @experiment.variant(baseline=True)
    def models(rows):
        return [each.verb for each in Notification.objects.order_by("pk")[:rows]]

    exercise = Exercise("unread", experiment, grows={"rows": (2, 40)}, plain_rows=True)
    verdict = exercise.check(lambda rows: [each.verb for each in Notification.objects.order_by("pk")[:rows]])
    assert not verdict and re.search(r"\d+ instances of models were made with rows = \d+", str(verdict))
    flat = exercise.check(
        lambda rows: list(Notification.objects.order_by("pk").values_list("verb", flat=True)[:rows])
    )
    assert flat, str(flat)
    assert "No instance of a model was made." in str(flat)
