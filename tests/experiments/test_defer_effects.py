"""What posts leave behind: all of it is counted, each kind apart, and put back before the next turn."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.db.models import F
from django.test import override_settings

from labapp import databases
from labapp.experiments.databases import database as chosen
from labapp.experiments.perceived import defer_effects
from labapp.experiments.perceived.authors import authors
from labapp.experiments.perceived.defer_effects import agrees, count_effects, put_back
from labapp.experiments.perceived.defer_writers import several_writers
from labapp.experiments.perceived.pictures import picture
from labapp.pinsta import posting
from labapp.pinsta.models import AuthorCount, Follow, Notification, Photo, SearchWord
from labapp.pinsta.posting.thumbnails import SIZES, thumbnail
from tests.experiments.both import database as on  # noqa: F401

FOLLOWERS = 7
KINDS = "thumbnails", "words", "notifications", "counts"  # in the order of posting.WORK


@pytest.fixture
def media(on, tmp_path, monkeypatch):
    """An experiment's own copy of the data, as it is before a turn, and the folder for files."""
    monkeypatch.setattr(defer_effects, "media", lambda: tmp_path)
    with chosen(writes=True).enter(on), several_writers(), override_settings(MEDIA_ROOT=tmp_path):
        put_back(FOLLOWERS)
        yield tmp_path


def post(place=0, caption="The harbour, the boats"):
    """A photo of one of the authors, without the work behind it."""
    user, board = authors(FOLLOWERS, defer_effects.MOST)[place]
    return posting.post_photo(user, board, caption, SimpleUploadedFile("a.jpg", picture(0.1).read_bytes()))


def finished(place=0):
    """The same with all of it."""
    photo = post(place)
    for work in posting.WORK:
        work(photo.pk)
    return photo


def found(**kinds):
    """What ``lacking`` and ``surplus`` look like when there is nothing else."""
    return dict.fromkeys(KINDS, 0) | kinds


def test_a_post_with_all_its_work_is_complete(media):
    finished(), finished(1), finished()
    effects = count_effects()
    assert (effects.posts, effects.complete) == (3, 3)
    assert effects.lacking == effects.surplus == found() and effects.fault() == ""


def test_nothing_posted_is_nothing_lacking(media):
    effects = count_effects()
    assert (effects.posts, effects.complete, effects.fault()) == (0, 0, "")


def test_a_post_without_its_work_lacks_all_of_it_which_is_a_fault_unless_the_work_is_left(media):
    finished(), post()
    effects = count_effects()
    assert (effects.posts, effects.complete) == (2, 1)
    assert effects.lacking == found(thumbnails=1, words=1, notifications=1, counts=1)
    assert effects.fault(left=1) == ""
    every = ", ".join(f"{kind} of 1 post" for kind in KINDS)
    assert effects.fault(left=0) == agrees(effects, 0, followers=FOLLOWERS) == f"missing {every}"


@pytest.mark.parametrize("place, kind", list(enumerate(KINDS)))
def test_each_work_that_is_left_out_is_seen(media, place, kind):
    photo = post()
    for work in [*posting.WORK[:place], *posting.WORK[place + 1 :]]:
        work(photo.pk)
    effects = count_effects()
    assert effects.lacking == found(**{kind: 1}) and effects.complete == 0


@pytest.mark.parametrize("name, kind", [("notify_followers", "notifications"), ("count_photo", "counts")])
def test_what_was_done_twice_is_a_fault(media, name, kind):
    photo = finished()
    getattr(posting, name)(photo.pk)
    effects = count_effects()
    assert effects.surplus == found(**{kind: 1})
    assert effects.fault(left=9) == f"too many {kind} of 1 post" and effects.complete == 0


def test_what_may_be_done_twice_changes_nothing(media):
    photo = finished()
    posting.make_thumbnails(photo.pk), posting.index_photo(photo.pk)
    assert count_effects().complete == 1 and count_effects().fault() == ""


def test_one_follower_told_twice_and_another_not_at_all(media):
    """As many notifications as followers, and wrong all the same."""
    photo = finished()
    first, second = Notification.objects.filter(photo=photo).order_by("recipient")[:2]
    Notification.objects.filter(pk=first.pk).update(recipient=second.recipient)
    effects = count_effects()
    assert effects.lacking == effects.surplus == found(notifications=1) and effects.complete == 0


def test_a_counter_too_high_does_not_make_up_for_another_too_low(media):
    finished(0), finished(1)
    AuthorCount.objects.filter(author__in=[authors(FOLLOWERS)[0][0]]).update(photos=F("photos") + 1)
    AuthorCount.objects.filter(author__in=[authors(FOLLOWERS)[1][0]]).update(photos=0)
    effects = count_effects()
    assert effects.lacking == effects.surplus == found(counts=1) and effects.complete == 0


def test_a_word_too_many_and_a_broken_thumbnail(media):
    photo = finished()
    SearchWord.objects.create(photo=photo, word="submarine")
    (media / thumbnail(photo.image, SIZES[1])).write_bytes(b"nothing")
    effects = count_effects()
    assert effects.surplus == found(words=1) and effects.lacking == found(thumbnails=1)


def test_put_back_leaves_what_was_there_before_anybody_posted(media):
    before = Photo.objects.count(), Notification.objects.count()
    finished(), finished(1), post(2)
    put_back(FOLLOWERS)
    assert (Photo.objects.count(), Notification.objects.count()) == before
    assert not SearchWord.objects.exists() and not AuthorCount.objects.exists()
    assert count_effects().posts == 0


def test_who_is_still_at_work_on_a_post_is_refused_when_it_is_put_back(media):
    """It tells follower after follower, each a statement of its own, and is not waited for."""
    photo, stopped = post(), threading.Event()
    follower = Follow.objects.filter(followed=photo.author).first().follower_id
    refused, begun = [], threading.Event()

    def tell():
        with databases.database(settings):
            try:
                while not stopped.is_set():
                    told = {"recipient_id": follower, "actor_id": photo.author_id, "verb": "posted"}
                    Notification.objects.create(photo_id=photo.pk, created=photo.created, **told)
                    begun.set()
            except IntegrityError as error:
                refused.append(error)

    settings = connection.settings_dict
    thread = threading.Thread(target=tell)
    thread.start()
    assert begun.wait(10)
    put_back(FOLLOWERS)
    thread.join(10)
    stopped.set()
    assert refused and not Notification.objects.filter(photo=photo.pk).exists()


def test_a_post_that_comes_while_it_is_counted_lacks_its_work_and_is_no_surplus(media, monkeypatch):
    """Whatever is read first: another post with all its work is there when the next is read."""
    finished()
    reads = iter(range(9))

    def found(rows, last, column, usual=defer_effects._by_photo):
        known = usual(rows, last, column)
        finished(next(reads))
        return known

    monkeypatch.setattr(defer_effects, "_by_photo", found)
    effects = count_effects()
    assert (effects.posts, effects.complete) == (3, 1)
    assert effects.surplus == dict.fromkeys(KINDS, 0) and effects.fault(left=2) == ""
