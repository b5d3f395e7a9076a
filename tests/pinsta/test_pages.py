import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, Prefetch
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_test_environment

from labapp.pinsta.models import Board, Comment, Photo

PAGES = ["/", "/feed/", "/feed.json", "/popular/", "/search/", "/search/?q=harbour", "/search/?q=%23warm"]
PAGES += ["/boards/1/", "/photos/1/", "/people/ana/", "/login/"]


@pytest.fixture(autouse=True)
def responses_carry_their_context():
    setup_test_environment(debug=False)
    yield
    teardown_test_environment()


@pytest.fixture
def anonymous(pinsta_db):
    return Client()


@pytest.fixture
def ana(pinsta_db):
    client = Client()
    client.force_login(User.objects.get(username="ana"))
    return client


def queries(client, page):
    """How many queries the page makes, by Django's own count."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", PAGES)
def test_everyone_can_see_it(anonymous, page):
    response = anonymous.get(page)
    assert response.status_code == 200
    assert response["Content-Type"].startswith(("text/html", "application/json"))


@pytest.mark.parametrize("page", [*PAGES, "/notifications/"])
def test_ana_can_see_it(ana, page):
    assert ana.get(page).status_code == 200


@pytest.mark.parametrize("page", ["/boards/999999/", "/photos/999999/", "/people/nobody/"])
def test_what_is_not_there_is_not_found(anonymous, page):
    assert anonymous.get(page).status_code == 404


def test_a_feed_asks_for_each_photo(anonymous):
    """Five more for every photo: author, profile, board, likes, comments; and each comment's author."""
    sizes = [1, 10, 20, 40]
    assert [queries(anonymous, f"/?photos={size}&comments=0") for size in sizes] == [
        1 + 4 * size for size in sizes
    ]
    photos = Photo.objects.all()[:40]
    shown = sum(min(2, photo.comments.count()) for photo in photos)
    assert shown and queries(anonymous, "/?photos=40") == 1 + 5 * 40 + shown


@pytest.mark.parametrize(
    "page",
    ["/?photos={}", "/feed.json?photos={}", "/popular/?photos={}", "/search/?q=e&photos={}"]
    + ["/people/{person}/?photos={}", "/boards/{board}/?photos={}", "/photos/{photo}/?comments={}"],
)
def test_pages_ask_more_when_they_show_more(anonymous, page):
    busiest = {
        "person": User.objects.annotate(n=Count("photos")).order_by("-n")[0].username,
        "board": Board.objects.annotate(n=Count("photos")).order_by("-n")[0].id,
        "photo": Photo.objects.annotate(n=Count("comments")).order_by("-n")[0].id,
    }
    few, more = (queries(anonymous, page.format(size, **busiest)) for size in (2, 5))
    assert more > few > 2


def test_notifications_ask_more_when_they_show_more(ana):
    assert queries(ana, "/notifications/?notifications=20") > queries(ana, "/notifications/?notifications=5")


def test_popular_counts_likes_once_and_sorts_by_them(anonymous):
    shown = anonymous.get("/popular/?photos=20").context["photos"]
    likes = [photo.likes.count() for photo in shown]
    assert likes == sorted(likes, reverse=True) and likes[0] > likes[-1]
    assert [photo.like_count for photo in shown] == likes


@pytest.mark.parametrize(
    ("asked", "shown"), [("7", 7), ("0", 0), ("-3", 0), ("many", 30), ("", 30), ("99999", 320)]
)
def test_the_number_of_photos_is_a_parameter(anonymous, asked, shown):
    assert len(anonymous.get(f"/?photos={asked}").context["photos"]) == shown


def test_anas_feed_is_not_everybodys(ana, anonymous):
    hers, theirs = (client.get("/?photos=300").context["photos"] for client in (ana, anonymous))
    assert 200 < len(hers) < len(theirs)


def test_the_json_feed_has_the_same_photos(ana):
    photos = list(ana.get("/?photos=12").context["photos"])
    data = ana.get("/feed.json?photos=12").json()["photos"]
    assert [row["id"] for row in data] == [photo.id for photo in photos]
    assert data[0]["author"]["username"] == photos[0].author.username
    assert [row["likes"] for row in data] == [photo.likes.count() for photo in photos]


def test_ana_logs_in_and_out(anonymous):
    assert check_password("pinsta", User.objects.get(username="ana").password)
    wrong = anonymous.post("/login/", {"username": "ana", "password": "wrong"})
    assert wrong.status_code == 200 and "correct" in wrong.content.decode()
    right = anonymous.post("/login/", {"username": "ana", "password": "pinsta"}, follow=True)
    assert right.redirect_chain == [("/", 302)] and "Log out" in right.content.decode()
    assert "Log in" in anonymous.post("/logout/", follow=True).content.decode()


def test_notifications_are_for_those_who_log_in(anonymous):
    assert anonymous.get("/notifications/")["Location"] == "/login/?next=/notifications/"


def test_search_finds_by_word_and_keeps_what_was_typed(anonymous):
    photo = Photo.objects.first()
    page = anonymous.get("/search/", {"q": photo.caption}).content.decode()
    assert photo.get_absolute_url() in page
    page = anonymous.get("/search/", {"q": '<b>"x"'}).content.decode()
    assert "&lt;b&gt;" in page and "<b>&quot;x" not in page


def test_a_thread_shows_every_comment_below_what_it_answers(anonymous):
    photo = Photo.objects.annotate(n=Count("comments")).order_by("-n")[0]
    page = anonymous.get(f"/photos/{photo.id}/?comments=500").content.decode()
    for comment in photo.comments.all():
        assert page.count(f'id="comment-{comment.id}"') == 1
        if comment.parent_id:
            assert page.index(f'id="comment-{comment.parent_id}"') < page.index(f'id="comment-{comment.id}"')


def by_hand(photo):
    """The photo as raw SQL would bring it: plain dictionaries, nothing that could ask the database."""
    comments = [
        {"text": comment.text, "author": {"username": comment.author.username}}
        for comment in photo.comments.all()[:2]
    ]
    author = {
        "username": photo.author.username,
        "profile": {"location": photo.author.profile.location},
    }
    return {
        **{name: getattr(photo, name) for name in ("id", "caption", "image", "width", "height")},
        "author": author,
        "board": {"id": photo.board.id, "title": photo.board.title},
        "like_count": photo.likes.count(),
        "latest_comments": comments,
    }


def test_a_card_is_the_same_wherever_the_photo_comes_from(pinsta_db):
    def page(photos):
        with CaptureQueriesContext(connection) as captured:
            html = render_to_string("pinsta/feed.html", {"photos": photos, "comments_shown": 2})
        return html, len(captured)

    photos = Photo.objects.order_by("-created", "-id")
    naive, asked = page(list(photos[:30]))
    joined = photos.select_related("author__profile", "board").annotate(like_count=Count("likes"))
    latest = Prefetch("comments", Comment.objects.select_related("author")[:2], to_attr="latest_comments")
    everything = photos.prefetch_related("author__profile", "board", "likes", "comments__author")
    assert asked > 150 and "♥" in naive
    assert page(list(joined.prefetch_related(latest)[:30])) == (naive, 0)
    assert page(list(everything[:30])) == (naive, 0)
    assert page([by_hand(photo) for photo in photos[:30]]) == (naive, 0)
