"""Databases that tell what they were asked, to compare recordings with."""

import pytest
from django.db import connections
from django.db.backends.signals import connection_created

from tests.postgres import postgres, postgres_db  # noqa: F401  (fixtures)


@pytest.fixture
def traced(shop_db):
    """A list of every statement that SQLite runs for any connection of this test, its own words."""
    statements = []

    def trace(connection, **_):
        if connection.vendor == "sqlite":
            connection.connection.set_trace_callback(statements.append)

    connection_created.connect(trace, weak=False)
    for connection in connections.all(initialized_only=True):
        if connection.connection is not None:
            trace(connection)
    try:
        yield statements
    finally:
        connection_created.disconnect(trace)
