"""What the tests of checks share: an exercise on the feed, and a progress file of its own."""

from types import SimpleNamespace

import pytest
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce

from labapp.experiments import progress
from labapp.experiments.exercise import Exercise
from labapp.experiments.metrics import feed
from labapp.pinsta.models import Comment, Like, Photo


def exercise(**options):
    """The feed's page at a constant count; quick, as its sizes are small."""
    given = {"grows": {"photos": (2, 12), "comments": (1, 5)}, "hints": ["Look.", "Look closer."]}
    return Exercise("feed", feed, **{**given, **options})


@pytest.fixture
def kept(pinsta_db, tmp_path, monkeypatch):
    """A visible database and a progress file of this test alone; gives the file."""
    path = tmp_path / "progress.json"
    monkeypatch.setenv(progress.HOME, str(path))
    return path


def passes(exercise, *answers):
    """The verdict's text; it must be passed."""
    verdict = exercise.check(*answers)
    assert verdict.passed, str(verdict)
    return str(verdict)


def fails(exercise, answers, *sentences):
    """The verdict must not be passed and must say these; a tuple of answers is given one by one."""
    verdict = exercise.check(*answers if isinstance(answers, tuple) else [answers])
    assert not verdict
    for sentence in sentences:
        assert sentence in str(verdict), str(verdict)


def lazy(photos):
    return Photo.objects.all()[:photos]


def good(photos, comments):
    """Two queries at every size."""
    likes = Like.objects.filter(photo=OuterRef("pk")).order_by().values("photo").values(n=Count("pk"))
    said = Comment.objects.select_related("author")[:comments]
    return (
        Photo.objects.select_related("author__profile", "board")
        .annotate(like_count=Coalesce(Subquery(likes), 0))
        .prefetch_related(Prefetch("comments", said, to_attr="latest_comments"))[:photos]
    )


def by_hand(photos, comments, ask):
    """The page from whatever ``ask(sql, params)`` gives: rows, for a naive page, a query for each thing."""
    page = []
    columns = "id, caption, image, width, height, author_id, board_id"
    for row in ask(f"SELECT {columns} FROM pinsta_photo ORDER BY created DESC, id DESC LIMIT {photos}"):
        id, caption, image, width, height, author, board = row
        page.append(SimpleNamespace(
            id=id, caption=caption, image=image, width=width, height=height,
            author=person(author, ask), board=named_board(board, ask),
            like_count=ask(f"SELECT count(*) FROM pinsta_like WHERE photo_id = {id}")[0][0],
            latest_comments=[
                SimpleNamespace(text=text, author=person(who, ask))
                for text, who in ask(
                    f"SELECT text, author_id FROM pinsta_comment WHERE photo_id = {id} "
                    f"ORDER BY created DESC, id DESC LIMIT {comments}"
                )
            ],
        ))
    return page


def person(id, ask):
    """A user as the template reads it."""
    (name, place), = ask(
        "SELECT u.username, p.location FROM auth_user u JOIN pinsta_profile p ON p.user_id = u.id "
        f"WHERE u.id = {id}"
    )
    return SimpleNamespace(username=name, profile=SimpleNamespace(location=place))


def named_board(id, ask):
    """A board as the template reads it."""
    (title,), = ask(f"SELECT title FROM pinsta_board WHERE id = {id}")
    return SimpleNamespace(id=id, title=title)
