"""BEGIN, COMMIT, ROLLBACK and savepoints, against SQLite's own count."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from labapp.probe import record
from tests.cases.models import Tag


@pytest.fixture
def connected(traced):
    connection.ensure_connection()
    traced.clear()
    return traced


def sql(recording):
    return [query.sql.split(" ", 1)[0] for query in recording.queries]


def test_a_transaction_with_a_savepoint(connected):
    with record() as recording:
        with transaction.atomic():
            Tag.objects.create(name="outer")
            with transaction.atomic():
                Tag.objects.create(name="inner")
    assert recording.count == len(connected) == 6
    assert sql(recording) == ["BEGIN", "INSERT", "SAVEPOINT", "INSERT", "RELEASE", "COMMIT"]
    assert {query.kind for query in recording.queries if query.sql[0] != "I"} == {"transaction"}


def test_a_rollback_and_a_rolled_back_savepoint(connected):
    with record() as recording, pytest.raises(ZeroDivisionError):
        with transaction.atomic():
            with pytest.raises(IntegrityError), transaction.atomic():
                Tag.objects.create(pk=1, name="one")
                Tag.objects.bulk_create([Tag(pk=1, name="again")])
            1 / 0
    assert recording.count == len(connected)
    assert sql(recording) == ["BEGIN", "SAVEPOINT", "INSERT", "INSERT", "ROLLBACK", "RELEASE", "ROLLBACK"]


def test_commit_and_rollback_outside_a_transaction_send_nothing(connected):
    with record() as recording:
        connection.commit()
        connection.rollback()
    assert recording.count == len(connected) == 0


def test_on_commit_statements_come_after_the_commit(connected):
    with record() as recording:
        with transaction.atomic():
            transaction.on_commit(lambda: Tag.objects.count())
            Tag.objects.create(name="x")
    assert recording.count == len(connected)
    assert sql(recording) == ["BEGIN", "INSERT", "COMMIT", "SELECT"]


def test_the_begin_that_sqlite3_sends_without_autocommit(connected):
    connection.set_autocommit(False)
    try:
        with record() as recording:
            Tag.objects.count()
            Tag.objects.filter(name="x").delete()
            Tag.objects.bulk_create([Tag(name="y")])
            connection.commit()
            connection.commit()
    finally:
        connection.rollback()
        connection.set_autocommit(True)
    assert recording.count == len(connected)
    assert "BEGIN" in sql(recording) and sql(recording)[-1] == "COMMIT"


def test_a_statement_refused_in_a_broken_transaction_was_not_sent(connected):
    with record() as recording, pytest.raises(TransactionManagementError):
        with transaction.atomic():
            transaction.set_rollback(True)
            Tag.objects.count()
    assert recording.count == len(connected)
    assert sql(recording) == ["BEGIN", "ROLLBACK"]


def test_a_transaction_knows_its_line(shop_db):
    with record() as recording:
        with transaction.atomic():
            Tag.objects.create(name="x")
    begin, _, commit = recording.queries
    assert begin.site.text == commit.site.text == "with transaction.atomic():"
    assert begin.via == []
