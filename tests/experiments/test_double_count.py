"""Two counts in one query: the wrong numbers are known to be wrong."""

import pytest

from labapp.experiments.optimization.double_count import double_count
from labapp.experiments.optimization.top_n import MANY
from labapp.pinsta.models import Photo
from tests.experiments.both import assert_agree, database, recorded, statements  # noqa: F401


def test_the_wrong_numbers_are_the_product(database):
    comments, pk = most_commented()
    likes = Photo.objects.get(pk=pk).likes.count()
    result = recorded(double_count, database=database, photos=1)
    shown = {each.variant: each.figures["likes shown"] for each in result}
    assert shown.pop("two Counts") == likes * comments > likes
    assert set(shown.values()) == {likes}


def test_a_wrong_variant_is_not_compared(database):
    wrong = double_count.run(budget_ms=200, database=database, photos=5)["two Counts"]
    assert wrong.same is False and wrong.samples_ms and wrong.comparison is None


def test_the_check_knows_which_variant_is_wrong(pinsta_db, monkeypatch):
    for name, wrong in (("two Counts", ""), ("two subqueries", "It is not.")):
        with monkeypatch.context() as patch, pytest.raises(AssertionError, match=name):
            patch.setattr(double_count.variants[name], "wrong", wrong)
            assert_agree(double_count, "SQLite")


def most_commented():
    """(comments, key) of the photo with most comments, counted one by one; of two the lower key."""
    ranked = sorted((-photo.comments.count(), photo.pk) for photo in Photo.objects.all())
    assert -ranked[0][0] <= MANY, "the page would show another"
    return -ranked[0][0], ranked[0][1]


def test_statements(database):
    sent = statements(double_count, database)
    assert sent.pop("two queries") == 2
    assert set(sent.values()) == {1}
