"""What the views of consistency show before the feeds are written, and after; and what the database lacks."""

import re
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model

import labapp
from labapp.experiments.perceived import consistency_feeds
from labapp.experiments.perceived.consistency import consistency
from labapp.experiments.perceived.consistency_feeds import (
    CIRCLE,
    SHOWN,
    FeedEntry,
    clear,
    fan_out,
    fault,
    feeds,
    lacking,
)
from labapp.experiments.perceived.consistency_pages import SEEN
from labapp.pinsta.models import Follow, Photo
from tests.experiments.both import database as on  # noqa: F401
from tests.experiments.serving import served

FOLLOWERS = 60
DEFERRED = ["deferred", "read your writes", "optimistic", "polling"]


@pytest.fixture
def own_feeds(on):
    """The experiment's own copy with its feeds, on each kind of database."""
    with consistency.conditions["database"].enter(on), feeds(FOLLOWERS):
        clear()
        yield


@pytest.fixture
def handed_over(monkeypatch):
    """The photos whose feeds a task is to write; no worker comes."""
    photos = []
    monkeypatch.setattr(consistency_feeds.fan_out_later, "delay", photos.append)
    return photos


@pytest.fixture
def site(own_feeds, handed_over):
    with served(consistency, followers=FOLLOWERS) as site:
        yield site


def people(number):
    return list(get_user_model().objects.order_by("pk").values_list("username", flat=True)[:number])


def page_of(answer):
    """(the photo that was posted or None, the photos on the page)."""
    assert answer.status_code == 200, answer.text
    posted, photos = re.search(SEEN, answer.text)[1].split(":")
    return int(posted) if posted else None, [int(each) for each in photos.split(",") if each]


def look(site, variant, person):
    return page_of(site.get(variant, "feed/", person))[1]


def post(site, variant, person):
    """(the number of the photo, the answer to the form)."""
    answer = site.post(variant, "feed/", {"caption": "What I saw"}, person)
    return Photo.objects.order_by("pk").last().pk, answer


def page_after(site, answer, variant, person):
    """What the author's browser shows: the answer itself, or where it leads."""
    if answer.status_code == 302:
        return site.get(variant, f"feed/?{urlsplit(answer.headers['Location']).query}", person)
    return answer


def test_before_anybody_posts_all_variants_show_the_same_pages(site):
    for person in people(3):
        pages = {variant: site.get(variant, "feed/", person).text for variant in consistency.variants}
        pages = {each.replace(f"/{name.replace(' ', '-')}/", "/") for name, each in pages.items()}
        assert len(pages) == 1 and len(look(site, "inline", person)) == SHOWN


def test_inline_the_photo_is_in_all_feeds_when_the_answer_comes(site):
    author, follower = people(2)
    photo, answer = post(site, "inline", author)
    assert page_of(page_after(site, answer, "inline", author)) == (photo, look(site, "inline", author))
    assert look(site, "inline", author)[0] == look(site, "inline", follower)[0] == photo
    assert FeedEntry.objects.filter(photo_id=photo).count() == FOLLOWERS + 1
    assert lacking() == {photo: 0}


@pytest.mark.parametrize("variant, shown, later", [
    ("deferred", False, False),
    ("read your writes", True, True),
    ("optimistic", True, False),
    ("polling", False, False),
])  # fmt: skip
def test_deferred_the_follower_is_late_and_the_author_is_shown_what_the_variant_says(
    site, handed_over, variant, shown, later
):
    author, follower = people(2)
    photo, answer = post(site, variant, author)
    assert handed_over == [photo] and lacking() == {photo: FOLLOWERS + 1}
    posted, photos = page_of(page_after(site, answer, variant, author))
    assert posted == photo and (photo in photos) is shown
    assert (photo in look(site, variant, author)) is later
    assert photo not in look(site, variant, follower)
    fan_out(photo)
    assert photo in look(site, variant, author) and photo in look(site, variant, follower)
    assert lacking() == {photo: 0}


def test_only_polling_asks_again_and_only_until_the_photo_is_there(site):
    author = people(1)[0]
    for variant in consistency.variants:
        photo, answer = post(site, variant, author)
        assert ("data-again" in page_after(site, answer, variant, author).text) is (variant == "polling")
        assert "data-again" not in site.get(variant, "feed/", author).text
    photo, answer = post(site, "polling", author)
    fan_out(photo)
    assert "data-again" not in page_after(site, answer, "polling", author).text


def test_the_optimistic_card_is_the_one_that_the_feed_shows_later(site):
    author = people(1)[0]
    photo, answer = post(site, "optimistic", author)
    fan_out(photo)
    card = re.search(r"<article.*?</article>", answer.text, re.DOTALL)[0]
    assert card in site.get("optimistic", "feed/", author).text


def test_on_read_nothing_is_written_and_nobody_is_late(site, handed_over):
    author, follower = people(2)
    photo, answer = post(site, "on read", author)
    assert page_of(page_after(site, answer, "on read", author))[1][0] == photo
    assert look(site, "on read", follower)[0] == photo
    assert not handed_over and not FeedEntry.objects.filter(photo_id=photo).exists()
    assert lacking() == {photo: None}


def test_reading_your_writes_is_one_query_more_and_gathering_is_none(site):
    cost = {variant: queries(lambda name=variant: look(site, name, people(1)[0])) for variant in
            ("inline", "deferred", "optimistic", "polling", "on read", "read your writes")}  # fmt: skip
    known = cost.pop("read your writes")
    assert set(cost.values()) == {known - 1}


def queries(call):
    call()
    with labapp.record() as recording:
        call()
    return recording.count


def test_each_missing_entry_is_counted_and_a_feed_is_never_written_twice(site):
    author = people(1)[0]
    photo, _ = post(site, "deferred", author)
    fan_out(photo)
    fan_out(photo)
    assert FeedEntry.objects.filter(photo_id=photo).count() == FOLLOWERS + 1
    gone = FeedEntry.objects.filter(photo_id=photo).values_list("pk", flat=True)[:3]
    FeedEntry.objects.filter(pk__in=list(gone)).delete()
    assert lacking() == {photo: 3}


@pytest.mark.parametrize("truth, left, said", [
    ({}, 0, ""),
    ({7: 0, 8: None}, 0, ""),
    ({7: 0, 8: 3}, 0, "1 photo lost to some feeds"),
    ({7: 5, 8: 3}, 0, "2 photos lost to some feeds"),
    ({7: 5, 8: 3}, 2, ""),       # their tasks are not done
    ({7: 5, 8: 3}, 1, "2 photos lost to some feeds"),
])  # fmt: skip
def test_feeds_that_lack_photos_are_a_fault_unless_as_many_tasks_are_not_done(truth, left, said):
    assert fault(truth, left, followers=9) == said


def test_the_entry_of_somebody_who_does_not_follow_stands_in_for_nobody(site):
    author = get_user_model().objects.order_by("pk").first()
    photo, _ = post(site, "deferred", author.username)
    fan_out(photo)
    stranger = 1 + get_user_model().objects.order_by("pk").last().pk
    FeedEntry.objects.filter(photo_id=photo, reader_id=author.pk).update(reader_id=stranger)
    assert lacking() == {photo: 1}


def test_the_author_is_among_the_first_and_the_others_come_in_another_order_each_time(site):
    author = get_user_model().objects.order_by("pk").first()
    orders = []
    for _ in range(2):
        photo, _ = post(site, "deferred", author.username)
        fan_out(photo)
        written = FeedEntry.objects.filter(photo_id=photo).order_by("pk").values_list("reader_id", flat=True)
        orders.append(list(written))
    assert orders[0][0] == orders[1][0] == author.pk
    assert orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1])


def test_clearing_takes_what_was_posted_and_nothing_else(site):
    before = Photo.objects.count(), FeedEntry.objects.count()
    for variant in ("inline", "deferred", "on read"):
        post(site, variant, people(1)[0])
    assert lacking() and (Photo.objects.count(), FeedEntry.objects.count()) != before
    clear()
    assert not lacking() and (Photo.objects.count(), FeedEntry.objects.count()) == before


def test_everybody_of_the_circle_follows_all_others_and_has_exactly_so_many_followers(own_feeds):
    circle = set(get_user_model().objects.order_by("pk").values_list("pk", flat=True)[:CIRCLE])
    for person in circle:
        followers = set(Follow.objects.filter(followed=person).values_list("follower", flat=True))
        assert len(followers) == FOLLOWERS and circle - {person} < followers


def test_the_declaration_says_what_it_takes():
    assert [each.name for each in consistency.figures][:4] == ["late", "own missing", "in feeds p95", "lost"]
    assert all(each.help.endswith(".") for each in consistency.figures)
    assert [name for name, each in consistency.variants.items() if each.queue] == DEFERRED
    assert consistency.parameters["followers"].low >= CIRCLE - 1
    assert consistency.conditions["users"].parameter.high <= CIRCLE
