"""Counts that are kept, and what happens to them."""

import pytest
from django.db import connection

from labapp.experiments.optimization import like_counts
from labapp.experiments.optimization.counters import counters, popular
from labapp.experiments.optimization.counters_kept import counters_kept
from labapp.pinsta.models import Like, Photo
from tests.experiments.both import database, recorded, statements  # noqa: F401


@pytest.mark.parametrize("experiment", [counters, popular], ids=lambda each: each.name)
def test_likes_are_missing_from_the_view_alone(experiment, database):
    result = recorded(experiment, database=database, new=7)
    missing = {each.variant: each.figures["missing"] for each in result if not each.unavailable}
    assert missing.pop("materialized view", 7) == 7
    assert set(missing.values()) == {0}


def test_a_count_for_each_photo_or_one_query(database):
    sent = statements(counters, database, photos=20)
    assert sent.pop("count per photo") == 21
    assert set(sent.values()) == {1}


def test_what_keeping_the_count_sends(database):
    sent = statements(counters_kept, database, likes=5)
    assert sent.pop("view, refreshed once", 7) == 7
    # each F() + 1 is a transaction: its beginning, the like, the counter, its end
    assert sent == {"nothing kept": 6, "F() + 1": 21, "trigger": 6, "counted anew": 11}


def test_stored_counters_equal_the_truth_after_writes(pinsta_db):
    with like_counts.kept():
        for photo in (1, 2, 3):
            for user in like_counts.newcomers(photo, 3):
                like_counts.like_and_count(user, photo)
        with like_counts.trigger():
            for user in like_counts.newcomers(1, 2):
                like_counts.like(user, 1)
        counts = {photo.pk: photo.likes.count() for photo in Photo.objects.all()}
        assert counts == {photo: like_counts.stored(photo) for photo in counts}
        like_counts.like(like_counts.newcomers(1, 1)[0], 1)
        assert like_counts.stored(1) == Like.objects.filter(photo=1).count() - 1


def test_nothing_of_it_stays(pinsta_db):
    before = Like.objects.count(), set(connection.introspection.table_names())
    with counters.setting(photos=3, new=4), like_counts.trigger():
        assert Like.objects.count() == before[0] + 4
    with counters_kept.setting(likes=3):
        counters_kept.variants["F() + 1"].call({"likes": 3})
        assert Like.objects.count() == before[0] + 3
    assert (Like.objects.count(), set(connection.introspection.table_names())) == before
