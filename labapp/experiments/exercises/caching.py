"""The exercises of notebook 02: how long, for whom, until when, and who makes it."""

from django.contrib.auth import get_user_model
from django.db.models import Count
from django.http import HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from labapp import probe
from labapp.experiments.caching.invalidation_photos import Caption
from labapp.experiments.databases import guarded
from labapp.experiments.exercise import SEEDS
from labapp.experiments.exercises.lifetimes import PAGE, Lifetimes, Piece
from labapp.experiments.exercises.never_stale import NeverStale
from labapp.experiments.exercises.one_makes_it import OneMakesIt
from labapp.experiments.exercises.personal_page import PersonalPage
from labapp.experiments.question import Question, accept_set
from labapp.experiments.unseen import unseen
from labapp.pinsta.models import Board, Follow, Like, Photo

__all__ = ["Caption"]

# 1. A page that is made again and again

lifetimes = Lifetimes(
    "02 lifetimes",
    [
        Piece(PAGE, cost=40),
        Piece("popular", cost=900, each=False, changes=2, old=60),
        Piece("comments", cost=60, changes=8, old=12),
        Piece("likes", cost=10, changes=2, old=5),
    ],
    photos=20, asked=10, budget=20_000,
    hints=[
        "An entry shows what was true when it was made, until its lifetime is over.",
        "When the page is made, its comments may lie in the cache already, and be as old as they may. How "
        "old are they when the page's own lifetime is over?",
        "The ages add up. Give the page little of what is allowed, and each piece the rest.",
    ],
)


# 2. Whose page is it

def popular_photos():
    """The photos that most people talk about, as dictionaries: expensive, and the same whoever asks."""
    ranked = Photo.objects.annotate(people=Count("comments__author", distinct=True))
    shown = ranked.order_by("-people", "-id").values("id", "caption", "author__username", "people")
    return list(shown[:12])


def bar_of(user):
    """Who is looking, and how many notifications wait for them: one query."""
    if not user.is_authenticated:
        return {"name": "", "unread": 0}
    return {"name": user.get_username(), "unread": user.notifications.unread().count()}


def likes_of(user, photos):
    """The ids of those of the photos that this person likes: one query."""
    if not user.is_authenticated:
        return set()
    shown = [photo["id"] for photo in photos]
    return set(Like.objects.filter(user=user, photo__in=shown).values_list("photo", flat=True))


def show(bar, photos, likes):
    """The page, put together: an HttpResponse."""
    rows = (
        (each["caption"], each["author__username"], "♥" if each["id"] in likes else "♡") for each in photos
    )
    return HttpResponse(format_html(
        '<header data-viewer="{}">{} · {} unread</header>\n<ol data-viewer="{}">\n{}\n</ol>\n',
        bar["name"], bar["name"] or "Log in", bar["unread"], bar["name"],
        format_html_join("\n", "<li>{} by {} {}</li>", rows),
    ))


def page_of(request, photos):
    """The page as this person should see it, with these photos."""
    return show(bar_of(request.user), photos, likes_of(request.user, photos))


cacheable_page = PersonalPage(
    "02 cacheable page",
    page_of,
    popular_photos,
    hints=[
        "What cache_page keeps is the answer, whole, before SessionMiddleware has said that it varies by "
        "cookie. Who gets it next?",
        "Kept for each visitor, it leaks nothing, and the photos are asked for once for each visitor.",
        "Which of the four calls gives the same to everybody? Keep what that one returns: "
        "django.core.cache.cache has get_or_set(key, function, seconds).",
    ],
)


# 3. The old caption

def page_with(caption):
    """The page of a photo with this Caption, as text: expensive."""
    people = Photo.objects.aggregate(people=Count("author", distinct=True))["people"]
    return f"{caption.text} (photos of {people} people)"


never_stale = NeverStale(
    "02 never stale",
    page_with,
    hints=[
        "A reader has read the old row and not set it yet. Now save() writes and deletes. What comes next?",
        "An entry that nobody asks for any more does no harm. What of the row could be part of the key?",
        "read() may send one small query each time. Caption has a version, which save() raises as it writes.",
    ],
)


# 4. Everybody at once

one_makes_it = OneMakesIt(
    "02 stampede",
    hints=[
        "cache.add() sets only where there is nothing, and says whether it did: for one of many it does.",
        "Keep the page for longer than its lifetime, and beside it the moment at which it is to be made "
        "anew. Then there is something to show meanwhile.",
        "Whoever has added the lock must take it away again, also when make() raises; and give it a "
        "lifetime, should its holder die.",
        "Two may have found it expired when one of them gets the lock: whoever has the lock looks once more.",
    ],
)


# Closing

def board_page(board, user):
    """A page not seen before: a board, piece by piece."""
    photos = board.photos.all()[:6]
    return {
        "title": f"{board.title}, a board of {board.owner.username}",
        "photos": [photo.caption for photo in photos],
        "hearts": [photo.likes.filter(user=user).exists() for photo in photos],
        "numbers": [photo.likes.count() for photo in photos],
        "follow": Follow.objects.filter(follower=user, followed=board.owner).exists(),
        "people": [follow.follower.username for follow in board.owner.followers.order_by("-pk")[:5]],
        "next": Board.objects.exclude(owner=user).order_by("-created", "-pk").values_list("title")[:1][0],
    }


PIECES = ("title", "photos", "hearts", "numbers", "follow", "people", "next")


def alike(stop):
    """The pieces that show everybody the same, also after people have liked, followed and made boards."""
    with unseen(SEEDS[0], writes=True), guarded(stop), probe.unrecorded():
        people = list(get_user_model().objects.order_by("?")[:4])
        board = busy_board()
        seen = [[board_page(board, user) for user in people]]
        act(people[0], board)
        seen.append([board_page(board, user) for user in people])
    return [name for name in PIECES if all(len({repr(page[name]) for page in pages}) == 1 for pages in seen)]


def busy_board():
    """The board with most photos."""
    return Board.objects.annotate(size=Count("photos")).order_by("-size", "pk").first()


def act(user, board):
    """This person makes a board; what they liked and whom they followed here is turned round."""
    now = timezone.now()
    Board.objects.create(owner=user, title="The newest", slug="the-newest", created=now)
    photo = board.photos.first()
    if not Like.objects.filter(user=user, photo=photo).delete()[0]:
        Like.objects.create(user=user, photo=photo, created=now)
    if not Follow.objects.filter(follower=user, followed=board.owner).delete()[0]:
        Follow.objects.create(follower=user, followed=board.owner, created=now)


transfer = Question(
    "02 transfer",
    f"Which of its pieces may be kept once for everybody? They are {', '.join(PIECES)}.",
    measure=alike,
    accept=lambda answer, found: accept_set(answer, found, PIECES),
    about=board_page,
    hints=[
        "Everything here changes now and then: that asks for a lifetime, or for an invalidation. The "
        "question is who sees it.",
        "Look for user. In which pieces does it stand, if not in so many words?",
    ],
)
