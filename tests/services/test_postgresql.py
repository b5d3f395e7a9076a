"""The server: what it gives, what it comes with, and how it says no."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db.utils import load_backend

from labapp import databases
from labapp.services import ServiceError, folders, ports, postgresql, programs
from tests.requires import needs

# What is set by us and not by PostgreSQL's defaults or by initdb's look at the machine.
OURS = {
    "listen_addresses", "unix_socket_directories", "port", "shared_preload_libraries",
    "dynamic_shared_memory_type", "TimeZone", "log_timezone",
}  # fmt: skip
OF_INITDB = {
    "DateStyle", "default_text_search_config", "lc_messages", "lc_monetary", "lc_numeric", "lc_time",
    "log_timezone", "max_connections", "max_wal_size", "min_wal_size", "shared_buffers",
}  # fmt: skip


@pytest.fixture
def database(server):
    """The name of a database of the plain role's own."""
    with server.admin() as connection:
        connection.execute("CREATE DATABASE mine OWNER pinsta")
        yield "mine"
        connection.execute("DROP DATABASE mine WITH (FORCE)")


def ask(server, sql, *values):
    """The one row that the superuser gets."""
    with server.admin() as connection:
        return connection.execute(sql, values).fetchone()


def test_django_reads_and_writes_through_the_entry(server, database):
    with databases.database(server.entry(database)) as target:
        with target.connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept (n int)")
            cursor.execute("INSERT INTO kept VALUES (7)")
            cursor.execute("SELECT n FROM kept")
            assert cursor.fetchone() == (7,)


def test_options_of_django_and_of_the_driver_have_their_places(server):
    entry = server.entry("mine", CONN_MAX_AGE=60, PORT="1", pool=True)
    assert entry["NAME"] == "mine" and entry["CONN_MAX_AGE"] == 60 and entry["PORT"] == "1"
    assert entry["OPTIONS"] == {"pool": True}
    assert "OPTIONS" not in server.entry()


def test_a_pool_of_djangos_connects(server, database):
    entry = databases._entry(server.entry(database, pool={"min_size": 1, "max_size": 2}))
    connection = load_backend(entry["ENGINE"]).DatabaseWrapper(entry, "default")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 7")
            assert cursor.fetchone() == (7,)
    finally:
        connection.close()
        connection.close_pool()


def test_the_version_is_the_servers_own(server):
    assert ask(server, "SELECT split_part(current_setting('server_version'), ' ', 1)") == (server.version,)


def test_the_plain_role_may_create_databases_and_nothing_else(server):
    rights = "rolcreatedb, rolsuper, rolcreaterole, rolreplication, rolbypassrls"
    assert ask(server, f"SELECT {rights} FROM pg_roles WHERE rolname = 'pinsta'") == (
        True, False, False, False, False,
    )  # fmt: skip


def test_nothing_but_the_network_and_the_extensions_is_set(server):
    with server.admin() as connection:
        rows = connection.execute(
            "SELECT name FROM pg_settings WHERE source IN ('configuration file', 'command line')"
        )
        names = {name for (name,) in rows}
    assert OURS <= names <= OURS | OF_INITDB


def test_durability_is_what_postgresql_comes_with(server):
    asked = "SELECT setting, source FROM pg_settings WHERE name = %s"
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        assert ask(server, asked, name) == ("on", "default")


def test_fsync_is_switched_for_connections_that_are_open(server):
    with server.admin() as other:
        for on in (False, True):
            server.fsync(on)
            setting = "on" if on else "off"
            assert ask(server, "SHOW fsync") == (setting,)
            assert other.execute("SHOW fsync").fetchone() == (setting,)


def test_the_extensions_are_there_and_silent(server):
    needs("pg_stat_statements")
    assert ask(server, "SELECT count(*) > 0 FROM pg_stat_statements") == (True,)
    assert ask(server, "SHOW auto_explain.log_min_duration") == ("-1",)


def test_all_threads_get_the_same_server():
    needs("postgresql")
    with ThreadPoolExecutor(8) as pool:
        servers = set(pool.map(lambda _: postgresql.server(), range(8)))
    (server,) = servers
    server.stop()
    assert server.gone and not server.alive


def test_after_a_stop_there_is_a_new_one():
    needs("postgresql")
    before = postgresql.server()
    before.stop()
    after = postgresql.server()
    assert after is not before and after.alive and after.restarts == 0
    after.stop()


def test_a_port_that_was_taken_meanwhile(monkeypatch, server):
    numbers = iter([server.port, server.port, free := ports.free_port()])
    monkeypatch.setattr(ports, "free_port", lambda: next(numbers))
    other = postgresql.Server()
    try:
        assert other.port == free and server.alive
        assert ask(other, "SELECT inet_server_port()") == (free,)
    finally:
        other.stop()


def test_when_all_ports_are_taken_it_says_so_and_leaves_nothing(monkeypatch, server, made):
    monkeypatch.setattr(ports, "free_port", lambda: server.port)
    with pytest.raises(ServiceError, match="PostgreSQL found 5 ports taken that had been free"):
        postgresql.Server()
    assert made and not any(path.exists() for path in made)


@pytest.fixture
def made(monkeypatch):
    """The folders that are made during the test."""
    paths, make = [], folders.make

    def remember(*args):
        folder = make(*args)
        paths.append(folder.path)
        return folder

    monkeypatch.setattr(folders, "make", remember)
    return paths


def test_without_postgresql_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(programs, "places", list)
    with pytest.raises(ServiceError, match=r"^There is no PostgreSQL here\. .*apt-get install postgresql"):
        postgresql.server()


def test_without_the_driver_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ServiceError, match=r"driver for PostgreSQL is missing.*install 'psycopg\[binary\]'"):
        postgresql.server()


def test_it_shows_itself_without_its_passwords(server):
    said = repr(server)
    assert re.fullmatch(r"<PostgreSQL [\d.]+, .+, on port \d+>", said)


def test_a_wrong_password_is_refused(server):
    entry = server.entry("postgres")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed") as refusal:
        psycopg.connect(
            host=entry["HOST"], port=entry["PORT"], user=entry["USER"], password="guessed", dbname="postgres"
        )
    assert "guessed" not in str(refusal.value)
