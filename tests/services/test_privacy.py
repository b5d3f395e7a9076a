"""Nobody else comes near it: no password is seen, nobody gets in without one, nobody opens the folder."""

import os
import threading

import psutil
import psycopg
import pytest

from labapp.experiments import Experiment
from labapp.services import users
from tests.services.kernels import wait_for


def everything_said():
    """The arguments and the environment of every process of this machine, as far as we may see them."""
    said = set()
    for process in psutil.process_iter():
        try:
            said |= {*process.cmdline(), *process.environ().values()}
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return said


def passwords_of(server):
    return [server._admin_password, server._password]


def test_no_process_list_has_a_password_while_it_starts_and_afterwards(kernels):
    kernel, said, started = kernels(), set(), threading.Event()

    def watch():
        while not started.is_set():
            said.update(everything_said())

    watcher = threading.Thread(target=watch)
    watcher.start()
    kernel.start()
    started.set()
    watcher.join()
    said |= everything_said()
    assert any("initdb" in each for each in said), "the watcher was there while initdb ran"
    for password in kernel.ask("[postgresql.server()._admin_password, postgresql.server()._password]"):
        assert not any(password in each for each in said)


def test_no_file_of_the_server_has_a_password(server):
    fail_to_connect(server, password="wrong")
    with server.admin() as connection:
        connection.execute("CHECKPOINT")
    files = [path for path in server._guarded.folder.path.rglob("*") if path.is_file()]
    assert {"server.log", "initdb.log"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        assert not any(password.encode() in content for password in passwords_of(server)), path


def fail_to_connect(server, **given):
    """The text of the refusal."""
    with pytest.raises(psycopg.OperationalError) as refusal:
        psycopg.connect(host="127.0.0.1", port=server.port, user="pinsta", dbname="postgres", **given)
    return str(refusal.value)


def test_no_statement_that_the_server_counts_has_a_password(server):
    with server.admin() as connection:
        columns = connection.execute("SELECT to_regclass('pg_stat_statements')").fetchone()
        table = "pg_stat_statements" if columns[0] else "pg_stat_activity"
        queries = [query for (query,) in connection.execute(f"SELECT query FROM {table}")]
    assert queries and not any(password in str(queries) for password in passwords_of(server))


def test_no_result_has_a_password(server, tmp_path):
    from labapp import databases

    asking = Experiment("asking", question="What does a question cost?")

    @asking.variant(baseline=True)
    def one():
        """One question."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT 7")
            return cursor.fetchone()

    databases.use(server.entry("postgres"))
    try:
        result = asking.run(budget_ms=1)
    finally:
        databases.use(None)
    path = tmp_path / "result.json"
    result.save(path)
    assert "PostgreSQL" in path.read_text()
    assert not any(password in path.read_text() for password in passwords_of(server))


def test_it_listens_on_the_loopback_only(server):
    process = psutil.Process(server._guarded.pid)
    connections = process.net_connections(kind="all")
    listening = {each.laddr for each in connections if each.status == psutil.CONN_LISTEN}
    assert {tuple(each) for each in listening} == {("127.0.0.1", server.port)}
    assert not [each for each in connections if each.type == 1 and isinstance(each.laddr, str) and each.laddr]


def test_every_way_in_asks_for_the_password(server):
    with server.admin() as connection:
        ways = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
        stored = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolcanlogin").fetchall()
    assert ways == [("scram-sha-256",)]
    assert len(stored) == 2 and all(password.startswith("SCRAM-SHA-256$") for (password,) in stored)


def test_the_folder_is_its_owners_alone(server):
    path = server._guarded.folder.path
    status = path.stat()
    user = users.plain_user()
    assert status.st_mode & 0o777 == 0o700
    assert status.st_uid == (user.uid if user else os.geteuid())
    assert (path / "data").stat().st_mode & 0o777 == 0o700
    assert not (path / "password").exists()


def another_user():
    """Somebody who is neither we nor the server: uid and gid, or None where we may not become anybody."""
    import pwd

    if os.geteuid() != 0:
        return None
    ours = users.plain_user().uid
    entry = next(each for each in pwd.getpwall() if each.pw_uid not in (0, ours))
    return entry.pw_uid, entry.pw_gid


def as_another_user(work):
    """What ``work()`` returns as text, done in a child process that has become another user where we may."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if other := another_user():
                os.setgroups([])
                os.setgid(other[1])
                os.setuid(other[0])
            os.write(writing, str(work()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading) as file:
        said = file.read()
    os.waitpid(pid, 0)
    return said


def test_another_user_does_not_get_in_without_the_password(server):
    for password in ({}, {"password": "guessed"}):
        refused = as_another_user(lambda password=password: fail_to_connect(server, **password))
        assert "no password supplied" in refused or "password authentication failed" in refused


def test_another_user_does_not_see_the_folder(server):
    path = server._guarded.folder.path

    def look():
        return os.access(path, os.R_OK | os.X_OK), os.access(path / "data" / "PG_VERSION", os.R_OK)

    mine = another_user() is None
    assert as_another_user(look) == str((mine, mine))


def test_the_server_is_no_process_of_root(server):
    process = psutil.Process(server._guarded.pid)
    assert process.uids().effective != 0
    wait_for(lambda: process.children(), "its workers run")
    assert all(child.uids().effective != 0 for child in process.children())
