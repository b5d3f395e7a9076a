"""A real PostgreSQL for tests: the lab's own service, and a database in it that each test finds empty.

``postgres`` (once a session) yields the Server, ``postgres_db`` points the alias "default" at it for one
test. The server counts statements with pg_stat_statements; ``Server.statements()`` is that count for the
tests' role.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from labapp import databases
from labapp.services import postgresql
from tests.requires import needs

DATABASE = "tests"


@dataclass
class Server:
    """A running PostgreSQL. ``entry`` is what DATABASES takes."""

    service: postgresql.Server

    @property
    def entry(self) -> dict:
        """The settings of the tests' database."""
        return self.service.entry(DATABASE)

    def admin(self, database: str = DATABASE) -> psycopg.Connection:
        """A connection of the superuser, whose own statements are never counted."""
        return self.service.admin(database)

    @contextmanager
    def statements(self):
        """A block whose statements the server counts: yields a list of (calls, query), filled at its end."""
        found: list[tuple[int, str]] = []
        with self.admin("postgres") as connection:
            connection.execute("SELECT pg_stat_statements_reset()")
            yield found
            rows = connection.execute(
                "SELECT calls, query FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid "
                "WHERE r.rolname = %s ORDER BY query",
                [postgresql.ROLE],
            )
            found.extend(rows.fetchall())


@pytest.fixture(scope="session")
def postgres():
    """The server of this session."""
    needs("pg_stat_statements")
    service = postgresql.Server()
    try:
        service.fsync(False)  # nothing here is to be kept
        with service.admin() as connection:
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {postgresql.ROLE}")
        yield Server(service)
    finally:
        service.stop()


@pytest.fixture
def postgres_db(postgres):
    """The server, its database emptied and behind the alias "default" in every thread of this test."""
    with postgres.admin() as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute(f"CREATE SCHEMA public AUTHORIZATION {postgresql.ROLE}")
    databases.use(postgres.entry)
    try:
        yield postgres
    finally:
        databases.use(None)
