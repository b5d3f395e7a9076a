"""The ledger: nothing is lost and nothing counted twice, by threads that outlive their request neither."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import override_settings

from labapp.probe import before_statement, record, unrecorded
from labapp.probe.ledger import Entry, Ledger, marked
from labapp.probe.served import Reporting, read
from labapp.services import gunicorn
from tests.cases.models import Tag
from tests.probe import wsgi
from tests.probe.wsgi import get, site


@pytest.fixture(autouse=True)
def shop(traced):
    with override_settings(ROOT_URLCONF=wsgi.__name__):
        connection.ensure_connection()
        cache.clear()
        wsgi.go.clear()
        traced.clear()
        yield


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger")


@pytest.fixture
def reporting(ledger):
    return Reporting(site(), ledger, label=lambda environ: environ.get("HTTP_X_LABEL", ""))


def eventually(condition, seconds=30):
    """What the condition gives once it is true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError(f"It has not come true within {seconds} s.")


def finish():
    """Let the threads that views started come to their end."""
    wsgi.go.set()
    while wsgi.threads:
        wsgi.threads.pop().join(30)


def test_a_thread_that_outlives_its_request_is_counted_outside_once(reporting, ledger, traced):
    answer = get(reporting, "/late/", HTTP_X_LABEL="turn 3")
    assert read(answer.timings[0]).queries == 2  # the second one runs, and is waited for by nobody
    finish()
    reporting.outside.flush()
    request, mark, outside = ledger.take()
    assert (request.kind, request.queries) == ("request", 1)
    assert (mark.kind, mark.name, mark.label) == ("mark", "late", "turn 3")
    assert (outside.kind, outside.name, outside.label) == ("outside", "latecomer", "turn 3")
    assert (outside.queries, outside.rows, outside.hits, outside.misses) == (2, 0, 0, 1)
    assert request.queries + outside.queries == len(traced) == 3
    assert outside.began < request.ended < outside.ended
    assert outside.db_ms > 0 and outside.status == 0


def test_what_no_request_asked_for_is_written_a_moment_later(reporting, ledger, traced):
    Tag.objects.count()
    cache.get("nothing")
    entries = eventually(ledger.take)
    while sum(entry.misses for entry in entries) < 1:
        entries += eventually(ledger.take)
    assert {(entry.kind, entry.name, entry.label) for entry in entries} == {("outside", "MainThread", "")}
    assert sum(entry.queries for entry in entries) == len(traced) == 1


def test_recordings_and_delays_outside_of_requests_take_nothing_away(reporting, ledger, traced):
    with record() as recording, before_statement(lambda: None):
        Tag.objects.count()
    with before_statement(lambda: None):
        Tag.objects.count()
    with unrecorded():
        Tag.objects.count()  # the lab's own are nobody's
    reporting.outside.flush()
    assert recording.count == 1
    assert sum(entry.queries for entry in ledger.take()) == len(traced) - 1 == 2


def test_many_statements_at_once(reporting, ledger, traced):
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO shop_tag (name) VALUES (%s)", [["a"]] * 50)
    reporting.outside.flush()
    assert sum(entry.queries for entry in ledger.take()) == len(traced) == 50


def test_the_sum_is_what_the_database_was_asked_by_all_threads(reporting, ledger, traced):
    def visit(number):
        try:
            get(reporting, ("/stream/", "/marking/", "/late/", "/nowhere/")[number % 4])
            if number % 3 == 0:
                Tag.objects.count()
        finally:
            connections.close_all()

    wsgi.go.set()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(visit, range(40)))
    finish()
    reporting.outside.flush()
    entries = ledger.take()
    assert [entry.kind for entry in entries].count("request") == 40
    assert sum(entry.queries for entry in entries) == len(traced) == 10 * (4 + 1 + 3 + 0) + 14


def test_marks_have_the_label_of_the_request_and_count_nothing(reporting, ledger):
    get(reporting, "/marking/", HTTP_X_LABEL="turn 1")
    with pytest.raises(ZeroDivisionError), marked("fails"):
        raise ZeroDivisionError
    recompute, request, fails = ledger.take()
    assert (recompute.kind, recompute.name, recompute.label) == ("mark", "recompute", "turn 1")
    assert (recompute.status, recompute.queries, recompute.cpu_ms) == (0, 0, 0)
    assert request.began < recompute.began < recompute.ended < request.ended
    assert (fails.kind, fails.name, fails.label, fails.status) == ("mark", "fails", "", 500)


def test_without_a_ledger_a_mark_does_nothing():
    @marked("nothing")
    def work():
        return 7

    assert work() == 7
    assert get(Reporting(site()), "/marking/").body == b"marked"


def test_only_whole_lines_are_taken_and_each_once(ledger):
    assert ledger.take() == []
    entries = [Entry("mark", f"nö {number}", "", os.getpid(), 1.5, 2.5) for number in range(3)]
    for entry in entries[:2]:
        ledger.write(entry)
    assert Ledger(ledger.path).take() == ledger.take() == entries[:2]
    line = (json.dumps(entries[2]._asdict()) + "\n").encode()
    with ledger.path.open("ab") as file:
        file.write(line[:20])
        file.flush()
        assert ledger.take() == []
        file.write(line[20:])
    assert ledger.take() == entries[2:] and ledger.take() == []


def test_a_ledger_that_was_emptied_begins_anew(ledger):
    entry = Entry("mark", "again", "", 1, 1.5, 2.5)
    ledger.write(entry)
    ledger.write(entry)
    assert len(ledger.take()) == 2
    os.truncate(ledger.path, 0)
    ledger.write(entry)
    assert ledger.take() == [entry]
    ledger.close()


def test_lines_of_many_threads_stay_whole(ledger):
    entry = Entry("mark", "x" * 3000, "", 1, 1.5, 2.5)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ledger.write, [entry] * 400))
    assert ledger.take() == [entry] * 400


FORKED = """
import os, sys
sys.path.insert(0, os.getcwd())
from tests.settings import *
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.ROOT_URLCONF = "tests.probe.wsgi"
django.setup()
from django.db import connection
from labapp.probe.served import Reporting
from tests.cases.models import Tag
from tests.probe.wsgi import get, site
application = Reporting(site(), ledger=sys.argv[2])
Tag.objects.count()                 # the parent's own, not written yet
connection.close()
children = []
for number in range(3):
    pid = os.fork()
    if not pid:
        get(application, "/marking/")
        Tag.objects.count()
        sys.exit()                  # at its end it writes what is left
    children.append(pid)
assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
"""


def test_each_process_writes_its_own(shop_db, ledger):
    command = [sys.executable, "-c", FORKED, str(shop_db), str(ledger.path)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    kinds: dict = {}
    for entry in ledger.take():
        kinds.setdefault(entry.pid, []).append((entry.kind, entry.queries))
    expected = [[("mark", 0), ("request", 1), ("outside", 1)]] * 3 + [[("outside", 1)]]
    assert sorted(kinds.values(), key=len, reverse=True) == expected


SERVED = """
import os
from pathlib import Path
from django.conf import settings
from django.db.backends.signals import connection_created
from labapp.probe.served import Reporting

settings.DATABASES["default"]["NAME"] = os.environ["SHOP"]
settings.ROOT_URLCONF = "tests.probe.wsgi"
import django
django.setup()
from tests.probe.wsgi import go, site

go.set()
count = os.open(os.environ["COUNT"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

def trace(connection, **_):
    connection.connection.set_trace_callback(lambda statement: os.write(count, b"x"))

connection_created.connect(trace)
application = Reporting(site(), ledger=os.environ["LEDGER"])
"""


def test_the_sum_over_gunicorn_s_workers_is_what_sqlite_counted(shop_db, ledger, tmp_path):
    count = tmp_path / "count"
    environment = {"SHOP": str(shop_db), "COUNT": str(count), "LEDGER": str(ledger.path)}
    environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    served = gunicorn.Gunicorn(
        "counted:application", workers=2, threads=2, environment=environment, files={"counted.py": SERVED}
    )
    paths = ["/pages/0/", "/stream/", "/late/", "/marking/"]
    try:
        with ThreadPoolExecutor(4) as pool:
            timings = list(pool.map(lambda number: timing(served, paths[number % 4]), range(40)))
        entries = []

        def complete():
            entries.extend(ledger.take())
            return sum(entry.queries for entry in entries) >= 10 * (0 + 4 + 3 + 1)

        eventually(complete)
    finally:
        served.stop()
    assert sum(entry.queries for entry in entries) == len(count.read_bytes()) == 80
    requests = [entry for entry in entries if entry.kind == "request"]
    assert len(requests) == 40 and {entry.status for entry in requests} == {200}
    assert len({entry.pid for entry in entries}) == 2
    assert sum(said.queries for said in timings) <= 80
    assert sum(entry.hits for entry in entries) == sum(said.hits for said in timings) == 10


def timing(served, path):
    with urlopen(served.address + path) as response:
        response.read()
        return read(" , ".join(response.headers.get_all("Server-Timing")))
