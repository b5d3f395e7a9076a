"""What a recording says: plain data, times that add up, kinds, parameters."""

import datetime
import decimal
import json
import subprocess
import sys
import threading
import uuid

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client

from labapp.probe import Query, Recording, explain, overhead, record
from labapp.probe.queries import LONGEST, kind_of, plain
from labapp.probe.scripts import statements_in
from tests.cases.models import Tag


def query(started, execute=0.0, fetch=0.0, wait=0.0, thread="MainThread"):
    return Query("SELECT 1", None, "default", "sqlite", started, wait, execute, fetch, thread=thread)


def test_it_survives_json(shop_db):
    with record("all of it") as recording:
        Tag.objects.create(name="x")
        list(Tag.objects.prefetch_related("products"))
        with pytest.raises(Tag.DoesNotExist):
            Tag.objects.get(name="y")
        connections["other"].close()
        Tag.objects.using("other").count()
    assert recording.eager and recording.spans
    again = Recording.from_dict(json.loads(json.dumps(recording.to_dict())))
    assert again == recording
    assert again.queries[0].site == recording.queries[0].site
    assert (again.count, again.python_ms, again.label) == (recording.count, recording.python_ms, "all of it")


@pytest.mark.parametrize("data", [{}, [], {"format": 99}, None])
def test_something_else_is_refused(data):
    with pytest.raises(ValueError, match="needs what Recording.to_dict"):
        Recording.from_dict(data)


def test_it_turns_into_a_frame(shop_db):
    with record() as recording:
        Tag.objects.create(name="x")
        Tag.objects.get(name="x")
    frame = recording.to_frame()
    assert list(frame["kind"]) == ["insert", "select"]
    assert list(frame["via"]) == ["save", "get"]
    assert frame["site"][0] == recording.queries[0].site.label
    assert frame["template"].isna().all()
    assert frame["execute_ms"].sum() + frame["fetch_ms"].sum() == pytest.approx(recording.db_ms)
    assert list(Recording().to_frame().columns) == list(frame.columns)


def test_python_is_what_no_query_covers():
    recording = Recording(wall_ms=100, queries=[query(10, 5, 5, 10), query(50, 20)])
    assert recording.python_ms == 60


def test_an_outer_query_fetched_between_inner_ones_is_not_counted_twice():
    # 10 ms in all for the outer one, of which the fetches come after each inner query
    recording = Recording(wall_ms=50, queries=[query(0, 2, 8), query(3, 5), query(10, 5)])
    assert recording.python_ms == 50 - 20


def test_queries_of_two_threads_at_the_same_time_cover_that_time_once():
    recording = Recording(wall_ms=50, queries=[query(0, 10), query(5, 10, thread="other")])
    assert recording.python_ms == 50 - 15
    assert recording.db_ms == 20


def test_times_add_up(shop_db):
    with record() as recording:
        for i in range(20):
            Tag.objects.create(name=f"tag {i}")
        list(Tag.objects.all())
    assert recording.wall_ms == pytest.approx(recording.python_ms + recording.db_ms)
    assert 0 < recording.cpu_ms
    assert all(0 <= query.started_ms <= recording.wall_ms for query in recording.queries)


def test_a_statement_still_running_at_the_end_has_lasted_until_then(shop_db):
    running, go = threading.Event(), threading.Event()

    def slow():
        connection.ensure_connection()
        connection.connection.create_function("waiting", 0, lambda: running.set() or go.wait(30) or 0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT waiting()")
        connection.close()

    with record() as recording:
        thread = threading.Thread(target=slow)
        thread.start()
        assert running.wait(30)
    go.set()
    thread.join()
    assert recording.count == 1
    query = recording.queries[0]
    assert query.started_ms + query.execute_ms == pytest.approx(recording.wall_ms)


KINDS = {
    "SELECT 1": "select",
    "  (SELECT 1) UNION (SELECT 2)": "select",
    "/* a remark */ -- another\nselect 1": "select",
    "INSERT INTO t VALUES (1)": "insert",
    "WITH a AS (SELECT 1), b AS (DELETE FROM x RETURNING 1) UPDATE t SET a = 1": "update",
    "WITH RECURSIVE a AS (SELECT 1) SELECT * FROM a": "select",
    "REPLACE INTO t VALUES (1)": "insert",
    "COPY t FROM STDIN": "copy",
    "SAVEPOINT x": "transaction",
    "ROLLBACK TO SAVEPOINT x": "transaction",
    "FETCH FORWARD 10 FROM c": "fetch",
    "CREATE TABLE t (a)": "ddl",
    "PRAGMA table_info(t)": "other",
    "EXPLAIN SELECT 1": "other",
    "": "other",
}


@pytest.mark.parametrize("sql", KINDS)
def test_the_kind_of_a_statement(sql):
    assert kind_of(sql) == KINDS[sql]


def test_parameters_become_json():
    class Broken:
        def __str__(self):
            raise RuntimeError

    key = uuid.uuid4()
    values = [1, "a", None, True, 1.5, float("inf"), b"12345", datetime.date(2026, 11, 23),
              decimal.Decimal("1.10"), key, {"a": [1, {2}]}, Broken(), "x" * 5000]  # fmt: skip
    seen = [plain(value) for value in values]
    json.dumps(seen, allow_nan=False)
    assert seen[:5] == values[:5]
    assert seen[5:10] == ["inf", "<5 bytes>", "2026-11-23", "1.10", str(key)]
    assert seen[10] == {"a": [1, [2]]}
    assert seen[11] == "<Broken, RuntimeError when shown>"
    assert seen[12].startswith("x" * LONGEST + "…") and seen[12].endswith("(5000 characters)")


def test_parameters_are_those_at_the_time(shop_db):
    params = [1]
    with record() as recording, connection.cursor() as cursor:
        for value in (1, 2):
            params[0] = value
            cursor.execute("SELECT %s", params)
    assert [query.params for query in recording.queries] == [[1], [2]]


@pytest.mark.parametrize(
    ("script", "count"),
    [("SELECT 1", 1), ("SELECT 1;", 1), ("SELECT ';'; SELECT 2", 2), (";;", 0), ("-- only\n;", 0), ("", 0),
     ("CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END; SELECT 3;", 2)],
)  # fmt: skip
def test_statements_of_a_script(script, count):
    assert statements_in(script) == count


def test_requests_are_numbered_and_spanned(pinsta_db):
    client = Client()
    client.force_login(User.objects.first())
    with record() as recording:
        User.objects.first()
        for _ in range(2):
            assert client.get("/").status_code == 200
    assert {query.request for query in recording.queries} == {None, 1, 2}
    assert recording.queries[0].request is None
    requests = [span for span in recording.spans if span.kind == "request"]
    templates = [span for span in recording.spans if span.kind == "template"]
    assert [span.name for span in requests] == ["request GET /"] * 2
    assert {span.depth for span in requests} == {0} and {span.depth for span in templates} == {1}
    assert any("auth_user" in query.via for query in recording.queries)
    assert any("session" in query.via for query in recording.queries)
    in_template = [query for query in recording.queries if query.template]
    assert in_template and all(query.template.label.startswith("pinsta/") for query in in_template)
    card = [query for query in in_template if query.template.label.startswith("pinsta/_card.html")]
    assert any(site.label.startswith("pinsta/feed.html") for site in card[0].stack)


def test_the_probes_own_cost_is_measured(shop_db):
    with record(everywhere=True) as recording:
        cost = overhead()
    assert 0 < cost < 1000
    assert recording.count == 0


def test_functions_are_not_hidden_by_modules_of_their_name():
    import labapp.probe.explain  # noqa: F401
    from labapp import probe

    assert probe.explain is explain and callable(explain)


def test_without_django_one_clear_sentence(tmp_path):
    script = "from labapp.probe import record\nwith record():\n    pass"
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, env={"PYTHONPATH": "."}
    )
    last = answer.stderr.strip().splitlines()[-1]
    assert last.startswith("labapp.probe.recorder.NotConfigured: record() needs a configured Django: set")
