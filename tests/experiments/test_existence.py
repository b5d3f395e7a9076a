"""Photos that somebody one follows likes: the same page from each variant, and how each looks for it."""

import pytest

from labapp.experiments.optimization import existence
from labapp.experiments.optimization.existence import me
from labapp.pinsta.models import Follow, Like, Photo
from tests.experiments.both import database, statements  # noqa: F401
from tests.experiments.indexing import plan, staged, steps


@pytest.mark.parametrize("follows", ["many", "few"])
def test_each_returns_the_newest_photos_that_are_liked(database, follows):
    for name in existence.variants:
        with staged(existence, name, database=database, follows=follows, photos=40) as values:
            people = {each.followed_id for each in Follow.objects.filter(follower=me(follows))}
            liked = {each.photo_id for each in Like.objects.all() if each.user_id in people}
            photos = [photo for photo in Photo.objects.order_by("-created", "-id") if photo.pk in liked]
            assert list(existence.variants[name].call(values)) == photos[:40], name
            assert photos


def test_who_follows_many_follows_more_than_who_follows_few(pinsta_db):
    counts = [Follow.objects.filter(follower=me(follows)).count() for follows in ("many", "few")]
    assert counts[0] > 5 * counts[1] > 0


def test_one_statement_each_but_for_python(database):
    sent = statements(existence, database)
    assert sent.pop("Python") >= 3
    assert set(sent.values()) == {1}


def test_exists_sorts_all_photos_unless_an_index_has_them_in_order(pinsta_db):
    for name, index in (("EXISTS", set()), ("EXISTS, index", {"newest_first"})):
        found = plan(existence, name)
        photos = {step.index for step in steps(found) if step.relation == "pinsta_photo"}
        assert {each for each in photos if each} == index
        assert ("ORDER BY" in found.text) == (not index)
