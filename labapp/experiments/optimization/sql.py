"""A statement by hand, on the database at hand."""

from django.db import connection


def run(statement, *params):
    """Send one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)


def rows(statement, *params):
    """All rows that it gives."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return cursor.fetchall()


def value(statement, *params):
    """The first column of its first row."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return cursor.fetchone()[0]
