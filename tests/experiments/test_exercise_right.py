"""A check accepts every right answer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models import Count

from labapp.experiments.metrics import feed
from labapp.pinsta.models import Comment, Like, Photo
from tests.experiments.exercises import exercise, good, kept  # noqa: F401

PLACE = "author__profile__location"


def prefetching(photos):
    return Photo.objects.prefetch_related("author__profile", "board", "likes", "comments__author")[:photos]


def joined_and_prefetched(photos):
    page = Photo.objects.select_related("author__profile", "board")
    return page.prefetch_related("likes", "comments__author")[:photos]


def from_values(photos, comments):
    """Dictionaries only, put together in Python."""
    columns = ["id", "caption", "image", "width", "height", "author__username", PLACE]
    rows = list(Photo.objects.values(*columns, "board__id", "board__title")[:photos])
    keys = [row["id"] for row in rows]
    likes = dict(Like.objects.filter(photo__in=keys).values_list("photo").annotate(Count("pk")))
    said = {}
    comments_of_page = Comment.objects.filter(photo__in=keys)
    for photo, text, username in comments_of_page.values_list("photo", "text", "author__username"):
        said.setdefault(photo, []).append({"text": text, "author": {"username": username}})
    return [
        {
            **row,
            "author": {"username": row["author__username"], "profile": {"location": row[PLACE]}},
            "board": {"id": row["board__id"], "title": row["board__title"]},
            "like_count": likes.get(row["id"], 0), "latest_comments": said.get(row["id"], [])[:comments],
        }
        for row in rows
    ]


def in_an_executor(photos):
    """The relations are fetched in parallel, by threads with connections of their own."""
    page = list(Photo.objects.select_related("author__profile", "board")[:photos])
    keys = [photo.pk for photo in page]

    def likes():
        try:
            return dict(Like.objects.filter(photo__in=keys).values_list("photo").annotate(Count("pk")))
        finally:
            connection.close()

    def comments():
        try:
            return list(Comment.objects.filter(photo__in=keys).select_related("author"))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        counted, said = pool.submit(likes), pool.submit(comments)
    for photo in page:
        photo.like_count = counted.result().get(photo.pk, 0)
        photo.latest_comments = [comment for comment in said.result() if comment.photo_id == photo.pk]
    return page


def in_a_thread(photos, comments):
    """All of it in one thread, which leaves its connection open."""
    page = []
    thread = Thread(target=lambda: page.extend(good(photos, comments)))
    thread.start()
    thread.join()
    return page


def with_keywords(**settings):
    return good(settings["photos"], settings["comments"])


class Callable:
    """An object that can be called is a function too."""

    def __call__(self, photos, comments):
        return good(photos, comments)


ANSWERS = {
    "JOIN, annotation, filtered Prefetch": good,
    "prefetch_related": prefetching,
    "JOIN and prefetch_related": joined_and_prefetched,
    "raw SQL": feed.variants["raw SQL"].function,
    "values": from_values,
    "executor": in_an_executor,
    "thread": in_a_thread,
    "generator": lambda photos, comments: (photo for photo in good(photos, comments)),
    "lambda": lambda photos, comments: list(good(photos, comments)),
    "keywords": with_keywords,
    "object": Callable(),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_right_answer_passes(kept, answer):
    verdict = exercise().check(answer)
    assert verdict.passed, str(verdict)
    assert "at every size." in str(verdict)


def test_answer_with_other_objects_passes(kept):
    def mine(photos, comments):
        page = good(photos, comments)
        return [SimpleNamespace(**vars(photo), author=photo.author, board=photo.board) for photo in page]

    assert exercise().check(mine)
