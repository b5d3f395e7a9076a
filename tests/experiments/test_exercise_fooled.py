"""A check is not fooled: each of these sends a query for each photo, or returns what it was not asked for."""

import functools
import os
import sqlite3
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.models.signals import post_init

from labapp import probe
from labapp.experiments import exercise as module
from labapp.experiments import judging, trial, witness
from labapp.pinsta.models import Photo
from tests.experiments.exercises import by_hand, exercise, good, kept, lazy  # noqa: F401
from tests.infra.repository import ROOT

pytestmark = pytest.mark.usefixtures("kept")


def refused(function):
    verdict = exercise().check(function)
    assert not verdict.passed, str(verdict)
    return str(verdict)


def read(page):
    """What the template would ask for, asked now."""
    for photo in page:
        photo.like_count, photo.known = photo.likes.count(), (photo.author.profile, photo.board)
        photo.latest_comments = [(comment.author, comment)[1] for comment in photo.latest_comments]
    return page


# Remembering

def test_an_answer_kept_by_functools():
    @functools.cache
    def mine(photos, comments):
        return list(good(photos, comments))

    assert "Not the right result" in refused(mine)


def test_an_answer_kept_by_size_and_database():
    kept_answers = {}

    def mine(photos, comments):
        key = str(connection.settings_dict["NAME"]), photos, comments
        if key not in kept_answers:
            kept_answers[key] = read(list(lazy(photos)))
        return kept_answers[key]

    for _ in range(4):
        refused(mine)


def test_people_and_boards_kept_by_their_keys():
    """Only what was not met before is asked for."""
    people = {}

    def mine(photos, comments):
        page = list(good(photos, comments))
        for photo in page:
            photo.author = people.setdefault(photo.author_id, photo.author)
        return page

    assert "Not the right result" in refused(mine)


def test_a_queryset_read_when_the_function_was_written():
    page = read(list(lazy(100)))
    assert "Not the right result" in refused(lambda photos: page[:photos])


def test_models_overheard_while_the_reference_runs():
    met = {}

    def overhear(sender, instance, **_):
        met[instance.pk] = instance

    post_init.connect(overhear, sender=Photo)
    try:
        def mine(photos, comments):
            if len(met) < photos:
                return good(photos, comments)
            return sorted(met.values(), key=lambda photo: (photo.created, photo.pk), reverse=True)[:photos]

        refused(mine)
    finally:
        post_init.disconnect(overhear, sender=Photo)


def test_fixed_objects():
    photo = SimpleNamespace(
        id=1, caption="", image="", width=1, height=1, author=SimpleNamespace(username="ana"),
        board=SimpleNamespace(id=1, title=""), like_count=0, latest_comments=[],
    )
    assert "Not the right result" in refused(lambda photos: [photo] * photos)


# Past the recorder

def test_unrecorded():
    def mine(photos):
        with probe.unrecorded():
            return read(list(lazy(photos)))

    assert "goes past Django's cursor" in refused(mine)


def driver():
    connection.ensure_connection()
    return connection.connection


def test_the_drivers_own_cursor():
    def mine(photos, comments):
        return by_hand(photos, comments, lambda sql: driver().execute(sql).fetchall())

    said = refused(mine)
    assert "goes past Django's cursor" in said
    assert "it still grows" in said


def test_the_drivers_own_cursor_after_switching_the_reports_off():
    def mine(photos, comments):
        driver().set_trace_callback(None)
        return by_hand(photos, comments, lambda sql: driver().execute(sql).fetchall())

    assert "stops the database from reporting" in refused(mine)


def test_the_same_with_the_connection_closed_afterwards():
    def mine(photos, comments):
        sqlite3.Connection.set_trace_callback(driver(), None)
        page = by_hand(photos, comments, lambda sql: driver().execute(sql).fetchall())
        connection.close()
        return page

    assert "stops the database from reporting" in refused(mine)


def test_a_statement_that_looks_like_a_comment():
    def mine(photos, comments):
        return by_hand(photos, comments, lambda sql: driver().execute(f"-- a\n{sql}").fetchall())

    assert "it still grows" in refused(mine)


def test_a_connection_of_ones_own():
    def mine(photos, comments):
        own = sqlite3.connect(connection.settings_dict["NAME"], uri=True)
        try:
            return by_hand(photos, comments, lambda sql: own.execute(sql).fetchall())
        finally:
            own.close()

    assert "unable to open database file" in refused(mine)


def test_the_data_copied_into_a_connection_of_ones_own():
    def mine(photos, comments):
        own = sqlite3.connect(":memory:")
        try:
            driver().backup(own)
            return by_hand(photos, comments, lambda sql: own.execute(sql).fetchall())
        finally:
            own.close()

    assert "connection to a database of its own" in refused(mine)


def test_a_connection_made_by_django_that_nobody_knows():
    def mine(photos, comments):
        own = connection.get_new_connection(connection.get_connection_params())
        return by_hand(photos, comments, lambda sql: own.execute(sql).fetchall())

    assert "it still grows" in refused(mine)


def test_another_alias():
    def mine(photos):
        connections.settings["mine"] = {**connection.settings_dict}
        try:
            return read(list(Photo.objects.using("mine")[:photos]))
        finally:
            connections["mine"].close()
            del connections["mine"], connections.settings["mine"]

    assert "it still grows" in refused(mine)


def test_another_connection_under_the_same_alias():
    def mine(photos):
        own = DatabaseWrapper({**connection.settings_dict}, "default")
        before, connections["default"] = connections["default"], own
        try:
            return read(list(lazy(photos)))
        finally:
            connections["default"] = before
            own.close()

    assert "it still grows" in refused(mine)


def test_queries_in_a_thread():
    def mine(photos):
        page = []
        thread = threading.Thread(target=lambda: page.extend(read(list(lazy(photos)))))
        thread.start()
        thread.join()
        return page

    assert "it still grows" in refused(mine)


def test_unrecorded_in_a_thread():
    def work(photos, page):
        with probe.unrecorded():
            page.extend(read(list(lazy(photos))))
        connection.close()

    def mine(photos):
        page = []
        thread = threading.Thread(target=work, args=(photos, page))
        thread.start()
        thread.join()
        return page

    assert "goes past Django's cursor" in refused(mine)


def test_another_process():
    def mine(photos, comments):
        subprocess.run([sys.executable, "-c", ""], check=True)
        return good(photos, comments)

    assert "starts another process" in refused(mine)


# Past the judge

@pytest.mark.parametrize(
    "place, name, other",
    [
        (trial, "difference", lambda *_: None),
        (trial, "_past", lambda *_: None),
        (judging, "_stands", lambda *_: True),
        (module, "judge", lambda exercise, trials, verdict: verdict.say(True, "well done")),
        (witness.Witness, "met", lambda *_: None),
        (probe.Recording, "count", property(lambda self: 1)),
        (Photo, "like_count", 0),
    ],
)
def test_the_labs_own_code_replaced(monkeypatch, place, name, other):
    assert exercise().check(good)
    monkeypatch.setattr(place, name, other)
    assert "own code was changed" in refused(good)


def test_the_labs_own_code_replaced_inside_of_the_function(monkeypatch):
    def mine(photos, comments):
        monkeypatch.setattr(judging, "_stands", lambda *_: True)
        return read(list(lazy(photos)))

    assert "own code was changed" in refused(mine)


def test_the_code_of_a_function_replaced(monkeypatch):
    assert exercise().check(good)
    monkeypatch.setattr(judging._stands, "__code__", (lambda name, exercise, trials: True).__code__)
    assert "changed: labapp.experiments.judging._stands." in refused(good)


PATCHED_FIRST = """
import labapp
labapp.boot("small", quiet=True)
from labapp.experiments.exercises.metrics import Photo, constant_feed
import labapp.experiments.judging
labapp.experiments.judging._stands = lambda *_: True
print(constant_feed.check(lambda photos: Photo.objects.all()[:photos]))
"""


def test_the_labs_own_code_replaced_before_the_first_check(kept):
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-c", PATCHED_FIRST]
    said = subprocess.check_output(command, env=environment, cwd=ROOT, text=True)
    assert "own code was changed: labapp.experiments.judging._stands" in said


def test_an_exercise_stays_as_it_is():
    one = exercise()
    with pytest.raises(AttributeError, match="An exercise stays as it is: at_most cannot be set"):
        one.at_most = 1000


def test_text_that_says_it_equals_everything():
    class Yes(str):
        __hash__ = str.__hash__

        def __eq__(self, other):
            return True

    page = [SimpleNamespace(
        id=1, caption=Yes(), image="", width=1, height=1, author=SimpleNamespace(username=Yes("a")),
        board=SimpleNamespace(id=1, title=Yes()), like_count=0, latest_comments=[],
    )]
    assert "Not the right result" in refused(lambda photos: page * photos)
