"""Reporting: what each answer says of itself, against what SQLite saw."""

import logging
import weakref
from wsgiref.util import FileWrapper
from wsgiref.validate import validator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from labapp.probe import record
from labapp.probe.ledger import Ledger
from labapp.probe.scope import active, current
from labapp.probe.served import Reporting, Served, read
from tests.cases.models import Tag
from tests.probe import wsgi
from tests.probe.wsgi import get, site


@pytest.fixture(autouse=True)
def shop(traced):
    with override_settings(ROOT_URLCONF=wsgi.__name__):
        connection.ensure_connection()
        cache.clear()
        traced.clear()
        yield


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger")


def test_an_answer_says_what_it_asked_for(traced):
    answer = get(Reporting(site()))
    mine, ours = answer.timings
    assert mine == "mine;dur=1"
    said = read(ours)
    assert (said.queries, said.hits, said.misses, said.sets, said.deletes) == (len(traced), 1, 1, 1, 0)
    assert said.queries == 2 and answer.body == b"page"
    assert said.app_ms > said.db_ms > 0 and said.cache_ms > 0
    assert ours.endswith('desc="1 hit, 1 miss, 1 set, 0 deletes"') and 'desc="2 queries"' in ours


def test_it_is_wsgi():
    for path in ("/", "/stream/"):
        assert get(validator(Reporting(site())), path, QUERY_STRING="").body


def test_what_is_said_can_be_read():
    header = get(Reporting(site()), "/pages/1/").timings[1]
    one = read(header)
    assert one.queries == 1 and 'desc="1 query"' in header
    several = read(f"mine;dur=3, {header}|{header}, other")
    assert several == Served(*(2 * each for each in one))
    assert read(header.replace(", db", ",db").replace(", cache", " ,  cache")) == one
    for nothing in (None, "", "db;dur=3", "app;dur=1, db;dur=2;desc=many"):
        assert read(nothing) is None


def test_each_request_is_an_entry(ledger, traced):
    application = Reporting(site(), ledger=ledger.path, label=lambda environ: environ.get("HTTP_X_LABEL", ""))
    get(application, "/", SCRIPT_NAME="/mount", HTTP_X_LABEL="turn 7", QUERY_STRING="a=1")
    get(application, "/nö/".encode().decode("latin-1"))
    first, second = ledger.take()
    assert (first.kind, first.name, first.label) == ("request", "/mount/", "turn 7")
    assert (first.status, first.bytes) == (200, 4)
    assert (first.queries, first.hits, first.misses, first.sets) == (len(traced), 1, 1, 1)
    assert first.began < first.ended <= second.began and first.cpu_ms > 0 and first.db_ms > 0
    assert (second.name, second.label, second.status, second.queries) == ("/nö/", "", 404, 0)


def test_a_head_request_has_no_body(ledger):
    get(Reporting(site(), ledger), method="HEAD")
    (entry,) = ledger.take()
    assert (entry.bytes, entry.status, entry.queries) == (0, 200, 2)


def test_what_streams_after_the_headers_is_in_the_ledger(ledger, traced):
    answer = get(Reporting(site(), ledger), "/stream/")
    (entry,) = ledger.take()
    assert read(answer.timings[0]).queries == 1
    assert entry.queries == len(traced) == 4 and entry.rows == 4
    assert entry.bytes == len(answer.body) == 3


def test_an_application_that_raises_is_an_entry_with_status_500(ledger):
    def broken(environ, start_response):
        Tag.objects.count()
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        get(Reporting(broken, ledger))
    with pytest.raises(RuntimeError, match="broken"):
        get(Reporting(site(), ledger), "/broken/")
    entries = ledger.take()
    assert [(entry.status, entry.queries, entry.bytes) for entry in entries] == [(500, 1, 0), (500, 1, 5)]
    assert current.get() is None


def test_lists_and_files_are_given_to_the_server_as_they_are(ledger):
    complete = [b"all", b" of it"]

    def listing(environ, start_response):
        start_response("200 OK", [])(b"before ")
        return complete

    answer = get(Reporting(listing, ledger))
    assert answer.given is complete and answer.body == b"before all of it"
    file = get(Reporting(site(), ledger), "/file/", **{"wsgi.file_wrapper": FileWrapper})
    assert isinstance(file.given, FileWrapper)
    assert [entry.bytes for entry in ledger.take()] == [16, len(file.body)]
    odd = get(
        Reporting(site(), ledger),
        "/file/",
        **{"wsgi.file_wrapper": lambda file, size: FileWrapper(file, size)},
    )
    assert odd.body == file.body and ledger.take()[0].bytes == len(file.body)


def test_recordings_hear_what_is_reported(ledger):
    application = Reporting(site(), ledger)
    with record() as around, record(everywhere=True) as everything:
        said = read(get(application).timings[1])
    assert around.count == everything.count == said.queries == 2
    assert len(around.cache) == len(everything.cache) == 2
    application.outside.flush()
    assert [entry.kind for entry in ledger.take()] == ["request"]


def test_a_recording_inside_a_view_takes_nothing_away(ledger):
    def application(environ, start_response):
        with record() as application.recording:
            Tag.objects.count()
        Tag.objects.count()
        start_response("200 OK", [])
        return [b""]

    said = read(get(Reporting(application, ledger)).timings[0])
    assert (said.queries, application.recording.count) == (2, 1)
    assert application.recording.queries[0].site.text == "Tag.objects.count()"


def test_nobody_listens_any_more_when_the_application_is_gone(ledger):
    application = Reporting(site(), ledger)
    assert active() is not None
    gone = weakref.ref(application)
    del application
    assert gone() is None and active() is None


def test_without_a_ledger_there_are_headers_only():
    application = Reporting(site())
    assert active() is None
    assert read(get(application).timings[1]).queries == 2


def test_what_is_wrong_is_said_at_once(tmp_path):
    with pytest.raises(TypeError, match="a WSGI application to call, got 'shop.wsgi'"):
        Reporting("shop.wsgi")
    with pytest.raises(OSError, match="nowhere"):
        Reporting(site(), ledger=tmp_path / "nowhere" / "ledger")


def test_a_full_disk_stops_nothing_and_is_logged_once(caplog):
    application = Reporting(site(), ledger="/dev/full")
    with caplog.at_level(logging.ERROR, logger="labapp.probe.ledger"):
        assert [get(application).body for _ in range(3)] == [b"page"] * 3
    assert [each.getMessage() for each in caplog.records] == [
        "The ledger /dev/full lacks entries from now on."
    ]
