"""A real PostgreSQL for tests: Debian's programs, a private folder, a free loopback port, a random password.

``postgres`` (once a session) yields the Server, ``postgres_db`` points the alias "default" at it for one
test. The server counts statements with pg_stat_statements; ``Server.statements()`` is that count for the
tests' role.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from labapp import databases
from tests.requires import needs

PATIENCE = 60  # seconds until a server that does not answer is given up
ROLE, DATABASE = "tests", "tests"
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track": "top",
    "pg_stat_statements.track_utility": "on",
    "timezone": "UTC",
    "fsync": "off",
}


@dataclass
class Server:
    """A running PostgreSQL. ``entry`` is what DATABASES takes."""

    port: int
    password: str

    @property
    def entry(self) -> dict:
        """The settings of the tests' database."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": DATABASE,
            "USER": ROLE,
            "PASSWORD": self.password,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
        }

    def admin(self, database: str = DATABASE) -> psycopg.Connection:
        """A connection of the superuser, whose own statements are never counted."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="admin",
            password=self.password,
            dbname=database,
            autocommit=True,
        )

    def prepare(self) -> None:
        """The role and the database that tests use."""
        with self.admin("postgres") as connection:
            name = sql.Identifier(ROLE)
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(self.password))
            )
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), name))
        with self.admin() as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")

    @contextmanager
    def statements(self):
        """A block whose statements the server counts: yields a list of (calls, query), filled at its end."""
        found: list[tuple[int, str]] = []
        with self.admin() as connection:
            connection.execute("SELECT pg_stat_statements_reset()")
            yield found
            rows = connection.execute(
                "SELECT calls, query FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid "
                "WHERE r.rolname = %s ORDER BY query",
                [ROLE],
            )
            found.extend(rows.fetchall())


@pytest.fixture(scope="session")
def postgres():
    """The server of this session."""
    programs = Path(needs("postgresql"))
    folder = Path(tempfile.mkdtemp(prefix="labapp-postgres-"))
    process = None
    try:
        server, process = _start(programs, folder)
        server.prepare()
        yield server
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)  # fast shutdown
            process.wait(PATIENCE)
        shutil.rmtree(folder)


@pytest.fixture
def postgres_db(postgres):
    """The server, its database emptied and behind the alias "default" in every thread of this test."""
    with postgres.admin() as connection:
        connection.execute(sql.SQL("DROP SCHEMA public CASCADE"))
        connection.execute(sql.SQL("CREATE SCHEMA public AUTHORIZATION {}").format(sql.Identifier(ROLE)))
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    databases.use(postgres.entry)
    try:
        yield postgres
    finally:
        databases.use(None)


def _start(programs: Path, folder: Path) -> tuple[Server, subprocess.Popen]:
    owner = _plain_user()
    if owner:
        shutil.chown(folder, owner)
    server = Server(_free_port(), secrets.token_urlsafe(16))
    password_file = folder / "password"
    password_file.write_text(server.password)
    if owner:
        shutil.chown(password_file, owner)
    data = folder / "data"
    options = {"user": owner} if owner else {}
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "admin", "-A", "scram-sha-256", f"--pwfile={password_file}",
         "-E", "UTF8", "--no-locale", "--no-sync"],
        check=True, stdout=subprocess.DEVNULL, cwd="/", **options,
    )  # fmt: skip
    password_file.unlink()
    settings = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            [*_with_its_parent(), programs / "postgres", "-D", data, "-p", str(server.port), *settings],
            stdout=log, stderr=log, cwd="/", start_new_session=True, **options,
        )  # fmt: skip
    _wait(server, process, folder / "log")
    return server, process


def _plain_user() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as a user of its own."""
    if os.getuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _with_its_parent() -> list[str]:
    """On Linux, a prefix that stops the server when the tests are killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "INT"] if setpriv else []


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _wait(server: Server, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            server.admin("postgres").close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                pytest.fail(f"PostgreSQL does not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
