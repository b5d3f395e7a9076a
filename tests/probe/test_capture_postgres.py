"""The recorder's count against pg_stat_statements, on a real server."""

import threading

import pytest
from django.db import DataError, ProgrammingError, connection, connections, models, transaction
from django.test import override_settings

from labapp import databases
from labapp.probe import before_statement, record
from tests.cases.models import Country, Tag


@pytest.fixture
def server(postgres_db):
    """The server, with two tables and an open connection."""
    with connection.schema_editor() as editor:
        editor.create_model(Country)
        editor.create_model(Tag)
    return postgres_db


def counted(truth):
    return sum(calls for calls, _ in truth)


def fill(rows):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shop_country (name) SELECT 'country ' || n FROM generate_series(1, %s) n", [rows]
        )


def test_a_server_side_iterator_is_declare_fetches_and_close(server):
    fill(150_000)
    with server.statements() as truth, record() as recording:
        assert sum(1 for _ in Country.objects.iterator(2000)) == 150_000
    # 150,000 rows are 75 pages; Django asks for one more, and stops at an empty one
    assert recording.count == counted(truth) == 78
    assert recording.rows == 150_000
    assert recording.queries[0].sql.startswith("SELECT") and recording.queries[-1].sql.startswith("CLOSE")
    assert [query.kind for query in recording.queries] == ["select"] + ["fetch"] * 77
    assert len({query.key for query in recording.queries[1:-1]}) == 1


def test_a_health_check_is_a_statement(server):
    checked = {**server.entry, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    with databases.database(checked):
        Country.objects.count()
        for request in (1, 2):
            connection.close_if_unusable_or_obsolete()  # as at the end of a request
            with server.statements() as truth, record() as recording:
                Country.objects.count()
                Country.objects.count()
            assert recording.count == counted(truth) == 3, request
            assert [query.sql for query in recording.queries][0] == "SELECT 1"
            assert recording.queries[0].site.label.startswith("test_capture_postgres.py")
            assert all("shop_country" in finding.sql for finding in recording.findings())


@pytest.mark.parametrize("read", ["fetchone", "fetchmany", "fetchall", "iterate"])
def test_each_way_to_read_a_server_side_cursor(server, read):
    fill(250)
    with server.statements() as truth, record() as recording:
        with connection.chunked_cursor() as cursor:
            cursor.execute("SELECT * FROM shop_country")
            if read == "fetchone":
                rows = [cursor.fetchone(), cursor.fetchone()]
            elif read == "fetchmany":
                rows = cursor.fetchmany(30)
            elif read == "fetchall":
                rows = cursor.fetchall()
            else:
                rows = list(cursor)
    assert recording.count == counted(truth)
    assert recording.rows == len(rows)


def test_a_server_side_cursor_that_cannot_be_declared(server):
    with server.statements() as truth, record() as recording:
        with pytest.raises(ProgrammingError), connection.chunked_cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere")
    # the server does not count a statement that failed; psycopg then asks whether the cursor exists
    assert [query.error is None for query in recording.queries] == [False, True]
    assert counted(truth) == 1


def test_a_server_side_cursor_inside_a_transaction(server):
    fill(10)
    with server.statements() as truth, record() as recording:
        with transaction.atomic():
            list(Country.objects.iterator(4))
    assert recording.count == counted(truth)
    assert [query.kind for query in recording.queries] == ["transaction", "select"] + ["fetch"] * 5 + [
        "transaction"
    ]


def test_a_transaction_brings_a_begin_that_nobody_wrote(server):
    with server.statements() as truth, record() as recording:
        with transaction.atomic():
            Tag.objects.create(name="outer")
            with transaction.atomic():
                Tag.objects.create(name="inner")
    assert recording.count == counted(truth) == 6
    words = [query.sql.split()[0] for query in recording.queries]
    assert words == ["BEGIN", "INSERT", "SAVEPOINT", "INSERT", "RELEASE", "COMMIT"]


def test_an_empty_transaction_sends_nothing(server):
    with server.statements() as truth, record() as recording, transaction.atomic():
        pass
    assert recording.count == counted(truth) == 0


def test_a_rollback_after_an_error(server):
    with server.statements() as truth, record() as recording, pytest.raises(DataError):
        with transaction.atomic():
            Tag.objects.create(name="x" * 61)
    words = [query.sql.split()[0] for query in recording.queries]
    assert words == ["BEGIN", "INSERT", "ROLLBACK"]
    assert recording.queries[1].error.startswith("DataError")
    assert counted(truth) == 2  # the server leaves out what failed


@pytest.mark.parametrize("atomic", [False, True])
def test_executemany_counts_parameter_sets(server, atomic):
    def insert():
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO shop_tag (name) VALUES (%s)", ([f"tag {i}"] for i in range(1000)))

    with server.statements() as truth, record() as recording:
        if atomic:
            with transaction.atomic():
                insert()
        else:
            insert()
    assert recording.count == counted(truth) == (1002 if atomic else 1000)
    assert sum(query.written for query in recording.queries) == 1000


@pytest.mark.parametrize("debug", [False, True])
def test_copy_into_and_out_of_a_table(server, debug):
    with override_settings(DEBUG=debug), server.statements() as truth, record() as recording:
        with connection.cursor() as cursor:
            with cursor.copy("COPY shop_country (name) FROM STDIN") as copy:
                for i in range(5000):
                    copy.write_row([f"country {i}"])
            with cursor.copy("COPY shop_country (name) TO STDOUT") as copy:
                rows = list(copy.rows())
        logged = len(connection.queries)
    assert recording.count == counted(truth) == 2
    into, out = recording.queries
    assert len(rows) == 5000
    assert [(query.kind, query.written, query.rows) for query in (into, out)] == [
        ("copy", 5000, 0),
        ("copy", 0, 5000),
    ]
    assert into.execute_ms > 0 and into.site.text.startswith("with cursor.copy(")
    assert logged == (2 if debug else 0)


def test_a_copy_that_fails_is_recorded_with_its_error(server):
    with record() as recording, connection.cursor() as cursor:
        with pytest.raises(Exception, match="nowhere"), cursor.copy("COPY nowhere FROM STDIN"):
            pytest.fail("entered")
    assert "nowhere" in recording.queries[0].error


def test_stream_and_several_statements_in_one_text(server):
    fill(5)
    with server.statements() as truth, record() as recording, connection.cursor() as cursor:
        assert len(list(cursor.stream("SELECT * FROM shop_country"))) == 5
        cursor.execute("SELECT 1; SELECT 'a;b'")
    assert recording.count == counted(truth) == 3
    assert recording.rows == 5


def test_threads_and_their_connections(server):
    def work():
        try:
            for _ in range(5):
                Tag.objects.count()
        finally:
            connections.close_all()

    with server.statements() as truth, record() as recording:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert recording.count == 20
    assert sum(calls for calls, query in truth if "COUNT" in query) == 20
    assert [span.kind for span in recording.spans] == ["connect"] * 4


def test_orm_calls_of_every_kind(server):
    with server.statements() as truth, record() as recording:
        Tag.objects.bulk_create([Tag(name=f"tag {i}") for i in range(10)], batch_size=5)
        tag = Tag.objects.first()
        tag.name = "other"
        tag.save()
        Tag.objects.get_or_create(name="new")
        Tag.objects.filter(name="new").update(name=models.functions.Upper("name"))
        Tag.objects.aggregate(models.Max("name"))
        Tag.objects.filter(name="NEW")._raw_delete("default")
    assert recording.count == counted(truth)


def test_a_hook_runs_before_the_implicit_begin_too(server):
    calls = []
    with before_statement(lambda: calls.append(1)), transaction.atomic():
        Tag.objects.count()
    assert len(calls) == 3  # BEGIN, SELECT, COMMIT


def test_stopping_at_the_commit_rolls_back(server):
    calls = []

    def stop():
        calls.append(1)
        if len(calls) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError), before_statement(stop), transaction.atomic():
        Tag.objects.create(name="x")
    assert connection.get_autocommit()
    assert Tag.objects.count() == 0
