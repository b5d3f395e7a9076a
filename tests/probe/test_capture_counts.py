"""The recorder's count against SQLite's own."""

import pytest
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, connections, reset_queries
from django.db.backends.utils import CursorWrapper
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from labapp.probe import record, unrecorded
from tests.cases.models import Country, Maker, Tag


def fill(rows):
    Country.objects.bulk_create([Country(name=f"country {i}") for i in range(rows)])


def test_each_orm_call_is_counted_as_sqlite_counts_it(traced):
    connection.ensure_connection()
    traced.clear()
    with record() as recording:
        country = Country.objects.create(name="Chile")
        Country.objects.get(pk=country.pk)
        Country.objects.filter(name="Chile").update(name="Peru")
        Country.objects.filter(name="Peru").exists()
        Country.objects.count()
        country.delete()
    assert recording.count == len(traced)
    kinds = " ".join(query.kind for query in recording.queries)
    # delete() looks for makers of the country first, and brings its own BEGIN and COMMIT
    assert kinds == "insert select update select select select transaction delete transaction"


def test_the_work_of_a_scan_is_in_the_fetches(shop_db):
    fill(20_000)
    with record() as recording, connection.cursor() as cursor:
        cursor.execute("SELECT a.name FROM shop_country a")
        rows = cursor.fetchall()
    query = recording.queries[0]
    assert len(rows) == query.rows == recording.rows == 20_000
    # SQLite steps through the rows as they are fetched: that cannot be cheaper than preparing the statement
    assert query.fetch_ms > query.execute_ms
    assert recording.db_ms == pytest.approx(query.execute_ms + query.fetch_ms)


@pytest.mark.parametrize("read", ["fetchone", "fetchmany", "fetchall", "iterate", "chained", "next"])
def test_rows_are_counted_however_they_are_read(shop_db, read):
    fill(7)
    with record() as recording, connection.cursor() as cursor:
        answer = cursor.execute("SELECT id FROM shop_country")
        if read == "fetchone":
            while cursor.fetchone():
                pass
        elif read == "fetchmany":
            while cursor.fetchmany(3):
                pass
        elif read == "fetchall":
            cursor.fetchall()
        elif read == "iterate":
            list(cursor)
        elif read == "chained":
            answer.fetchall()
        else:
            while next(answer, None):
                pass
    assert (recording.count, recording.rows) == (1, 7)


def test_iterator_reads_in_chunks_of_one_statement(traced, shop_db):
    fill(450)
    traced.clear()
    with record() as recording:
        assert sum(1 for _ in Country.objects.iterator(chunk_size=100)) == 450
    assert recording.count == len(traced) == 1
    assert (recording.rows, recording.queries[0].via) == (450, ["iterator"])


@pytest.mark.parametrize("make", [list, iter, lambda rows: (row for row in rows)])
def test_executemany_counts_parameter_sets(traced, make):
    connection.cursor().execute("PRAGMA synchronous = OFF")  # a thousand commits
    traced.clear()
    with record() as recording, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO shop_tag (name) VALUES (%s)", make([[f"tag {i}"] for i in range(1000)])
        )
    assert recording.count == len(traced) == 1000
    query = recording.queries[0]
    assert (len(recording.queries), query.written, query.params) == (1, 1000, ["tag 0"])
    assert Tag.objects.count() == 1000


def test_executemany_that_fails_halfway_counts_what_was_tried(traced):
    connection.ensure_connection()
    traced.clear()
    sets = [[1, "one"], [2, "two"], [1, "again"], [3, "never"]]
    with record() as recording, connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.executemany("INSERT INTO shop_tag (id, name) VALUES (%s, %s)", sets)
    assert recording.count == len(traced) == 3
    assert recording.queries[0].error.startswith("IntegrityError: UNIQUE")


def test_executemany_without_parameter_sets_sends_nothing(traced):
    connection.ensure_connection()
    traced.clear()
    with record() as recording, connection.cursor() as cursor:
        cursor.executemany("INSERT INTO shop_tag (name) VALUES (%s)", [])
    assert recording.count == len(traced) == 0


def test_a_failed_statement_is_counted_and_its_exception_untouched(traced):
    Tag.objects.create(pk=1, name="first")
    traced.clear()
    with record() as recording, pytest.raises(IntegrityError, match="UNIQUE constraint failed") as caught:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO shop_tag (id, name) VALUES (1, 'second')")
    assert recording.count == len(traced) == 1
    assert recording.queries[0].error == f"IntegrityError: {caught.value}"


def test_a_statement_that_does_not_parse_is_counted(shop_db):
    with record() as recording, connection.cursor() as cursor, pytest.raises(OperationalError):
        cursor.execute("SELEC 1")
    assert (recording.count, recording.queries[0].kind) == (1, "other")
    assert recording.queries[0].error.startswith("OperationalError: near")


def test_a_script_counts_its_statements_and_the_commit_before_it(traced):
    script = (
        "INSERT INTO shop_tag (name) VALUES ('a;b'); -- a remark; with a semicolon\nDELETE FROM shop_tag;"
    )
    connection.ensure_connection()
    connection.cursor().execute("BEGIN")
    traced.clear()
    with record() as recording, connection.cursor() as cursor:
        cursor.executescript(script)
    assert recording.count == len(traced) == 3
    assert [query.sql for query in recording.queries] == ["COMMIT", script]


def test_each_alias_has_its_name_in_the_recording(shop_db):
    with record() as recording:
        Tag.objects.create(name="here")
        Tag.objects.using("other").create(name="there")
        Tag.objects.using("other").count()
    assert [query.alias for query in recording.queries] == ["default", "other", "other"]
    assert {query.vendor for query in recording.queries} == {"sqlite"}


@pytest.mark.parametrize("debug", [False, True])
def test_twenty_thousand_queries_in_one_process(shop_db, debug):
    with override_settings(DEBUG=debug):
        reset_queries()
        counts = []
        for wanted in (9_000, 8_000, 3_000):
            with record(sites=False, eager=False) as recording, connection.cursor() as cursor:
                for i in range(wanted):
                    cursor.execute("SELECT %s", [i])
                    cursor.fetchone()
            counts.append(recording.count)
    assert counts == [9_000, 8_000, 3_000]


def test_connection_queries_keep_working_under_debug(shop_db):
    assert settings.DEBUG is False
    with override_settings(DEBUG=True):
        reset_queries()
        with CaptureQueriesContext(connection) as captured, record() as recording:
            Tag.objects.create(name="x")
            with connection.cursor() as cursor:
                cursor.executemany("INSERT INTO shop_tag (name) VALUES (%s)", [["a"], ["b"]])
        log = list(connection.queries)
    assert len(captured) == len(log) == len(recording.queries) == 2
    assert recording.count == 3
    assert log[0]["sql"].startswith("INSERT INTO") and log[1]["sql"].startswith("2 times: INSERT")
    reset_queries()


def test_the_log_of_debug_is_neither_read_nor_cleared(shop_db):
    with override_settings(DEBUG=True):
        reset_queries()
        Tag.objects.count()
        with record() as recording:
            Tag.objects.count()
            reset_queries()
            Tag.objects.count()
        assert (len(connection.queries_log), recording.count) == (1, 2)
        reset_queries()


def test_execute_wrappers_run_and_one_that_blocks_leaves_nothing_to_count(traced):
    connection.ensure_connection()
    traced.clear()
    seen = []

    def wrapper(execute, sql, params, many, context):
        seen.append(sql)
        if "shop_maker" in sql:
            raise RuntimeError("blocked")
        execute(sql, params, many, context)
        return execute(sql, params, many, context)

    with record() as recording, connection.execute_wrapper(wrapper):
        Tag.objects.count()
        with pytest.raises(RuntimeError, match="blocked"):
            Maker.objects.count()
    assert len(seen) == 2
    assert recording.count == len(traced) == 2  # the wrapper repeated the first and blocked the second
    assert {query.site.text for query in recording.queries} == {"Tag.objects.count()"}


def test_our_own_statements_are_never_counted(shop_db):
    with record() as recording, record(everywhere=True) as everything:
        Tag.objects.count()
        with unrecorded():
            Tag.objects.count()
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA table_info(shop_tag)")
                cursor.fetchall()
    assert recording.count == everything.count == 1


def test_connecting_is_a_span_and_not_a_query(shop_db):
    connections["default"].close()
    with record() as recording:
        connection.ensure_connection()
    assert [(span.name, span.kind) for span in recording.spans] == [("connect default", "connect")]
    assert recording.count == 0


def test_a_cursor_kept_from_before_is_recorded_and_forgotten_after(shop_db):
    fill(4)
    with connection.cursor() as cursor:
        with record() as recording:
            cursor.execute("SELECT id FROM shop_country")
            cursor.fetchmany(2)
        cursor.fetchmany(2)
        cursor.execute("SELECT 1")
        cursor.fetchone()
    assert (recording.count, recording.rows) == (1, 2)


def test_a_connection_with_cursors_of_its_own_is_recorded_too(shop_db):
    class Shouting(CursorWrapper):
        def execute(self, sql, params=None):
            return super().execute(sql.upper(), params)

    connection.make_cursor = lambda cursor: Shouting(cursor, connection)
    with record() as recording, connection.cursor() as cursor:
        cursor.execute("select 1")
        assert cursor.fetchone() == (1,)
        assert isinstance(cursor, Shouting)
    del connection.make_cursor
    assert (recording.queries[0].sql, recording.rows) == ("SELECT 1", 1)
