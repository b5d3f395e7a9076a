import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Prefetch
from django.test import Client
from django.test.utils import CaptureQueriesContext

from labapp.pinsta import models
from labapp.pinsta.models import Board, Comment, Follow, Like, Notification, Photo, PhotoTag, Tag

pytestmark = pytest.mark.usefixtures("pinsta_db")


@pytest.mark.parametrize(
    "model", [models.Profile, Board, Tag, Photo, PhotoTag, Follow, Like, Comment, Notification]
)
def test_says_what_it_is(model):
    thing = model.objects.first()
    assert str(thing) and "object (" not in str(thing)


@pytest.mark.parametrize("model", [models.Profile, Board, Tag, Photo, Comment])
def test_its_address_leads_somewhere(model):
    address = model.objects.first().get_absolute_url()
    assert Client().get(address.split("#")[0]).status_code == 200


def test_a_feed_has_the_photos_of_those_one_follows():
    ana = User.objects.get(username="ana")
    followed = set(ana.following.values_list("followed", flat=True))
    feed = list(Photo.objects.for_feed_of(ana))
    assert len(feed) > 200
    assert {photo.author_id for photo in feed} <= followed
    assert len(feed) == Photo.objects.filter(author__in=followed).count()
    assert feed == sorted(feed, key=lambda photo: (photo.created, photo.id), reverse=True)


def test_someone_who_is_not_logged_in_sees_everybodys_photos():
    assert Photo.objects.for_feed_of(AnonymousUser()).count() == Photo.objects.count()


def test_search_by_caption_and_by_tag():
    photo = Photo.objects.filter(tags__isnull=False).first()
    assert photo in Photo.objects.search(photo.caption[3:20].upper())
    assert photo in Photo.objects.search(f"#{photo.tags.first().slug}")
    assert not Photo.objects.search("#no-such-tag")


@pytest.mark.parametrize(
    "photos",
    [
        lambda: Photo.objects.order_by("-created", "-id").annotate(like_count=Count("likes")),
        lambda: Photo.objects.prefetch_related("likes"),
    ],
    ids=["annotated", "prefetched"],
)
def test_likes_that_are_known_are_not_asked_for_again(photos):
    truth = {photo.id: photo.likes.count() for photo in Photo.objects.all()[:40]}
    found = list(photos()[:40])
    with CaptureQueriesContext(connection) as queries:
        assert {photo.id: photo.like_count for photo in found} == truth
    assert len(queries) == 0


@pytest.mark.parametrize(
    "photos",
    [
        lambda: Photo.objects.prefetch_related("comments"),
        lambda: Photo.objects.prefetch_related(Prefetch("comments", to_attr="latest_comments")),
        lambda: Photo.objects.prefetch_related(
            Prefetch("comments", queryset=Comment.objects.all()[:2], to_attr="latest_comments")
        ),
    ],
    ids=["prefetched", "to_attr", "sliced"],
)
def test_comments_that_are_known_are_not_asked_for_again(photos):
    truth = {photo.id: list(photo.comments.all()[:2]) for photo in Photo.objects.all()[:40]}
    found = list(photos()[:40])
    with CaptureQueriesContext(connection) as queries:
        assert {photo.id: list(photo.latest_comments[:2]) for photo in found} == truth
    assert len(queries) == 0
    assert any(truth.values())


def test_the_migrations_say_what_the_models_say():
    call_command("makemigrations", "pinsta", check=True, dry_run=True, verbosity=0)
