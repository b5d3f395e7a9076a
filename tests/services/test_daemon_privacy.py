"""Nobody else comes near the small servers: loopback, a password, a folder of one's own."""

import hashlib
import os
import socket
from contextlib import closing

import psutil
import pytest
import redis as driver
from amqp.exceptions import AccessRefused
from pymemcache.client.base import Client
from pymemcache.exceptions import MemcacheClientError

from labapp.services import users, varnish_cli
from labapp.services.memcached_client import AuthenticatingClient
from tests.services.test_privacy import another_user, as_another_user, everything_said


def processes(server):
    process = psutil.Process(server.pid)
    return [process, *process.children(recursive=True)]


def test_it_listens_on_the_loopback_only(daemon):
    connections = [each for process in processes(daemon) for each in process.net_connections(kind="inet")]
    listening = {tuple(each.laddr) for each in connections if each.status == psutil.CONN_LISTEN}
    assert ("127.0.0.1", daemon.port) in listening
    assert {host for host, _ in listening} == {"127.0.0.1"}
    assert len(listening) == (2 if daemon.name == "Varnish" else 1)  # it takes commands at another port
    assert not [each for each in connections if each.type == socket.SOCK_DGRAM]


def test_it_opens_no_socket_in_the_file_system(daemon):
    bound = [each for process in processes(daemon) for each in process.net_connections(kind="unix")]
    assert not [each for each in bound if each.laddr]


def test_it_is_no_process_of_root(daemon):
    assert all(process.uids().effective != 0 for process in processes(daemon))


def test_the_folder_is_its_owners_alone(daemon):
    user = users.plain_user()
    status = daemon.folder.stat()
    assert status.st_mode & 0o777 == 0o700
    assert user is None or status.st_uid == user.uid
    mine = another_user() is None
    assert as_another_user(lambda: os.access(daemon.folder, os.R_OK | os.X_OK)) == str(mine)


def test_only_the_owner_may_read_the_file_with_the_password(daemon):
    secret = daemon.password
    holders = [path for path in daemon.folder.iterdir() if path.is_file() and secret in path.read_text()]
    assert len(holders) == 1 and holders[0].stat().st_mode & 0o777 == 0o600


def test_no_process_list_has_the_password(daemon):
    secret = daemon.password
    assert not any(secret in each for each in everything_said())


def test_redis_asks_for_the_password(a_redis):
    for given in ({}, {"password": "guessed"}):
        with driver.Redis(port=a_redis.port, **given) as client:
            with pytest.raises(driver.AuthenticationError):
                client.get("key")


def test_memcached_asks_for_the_password(a_memcached):
    address = ("127.0.0.1", a_memcached.port)
    with closing(Client(address)) as client, pytest.raises(MemcacheClientError, match="unauthenticated"):
        client.get("key")
    login = {"username": a_memcached.username, "password": "guessed"}
    with closing(AuthenticatingClient(address, **login)) as client:
        with pytest.raises(MemcacheClientError, match="refuses this username and password") as refusal:
            client.get("key")
    assert "guessed" not in str(refusal.value)


def test_rabbitmq_asks_for_the_password(a_rabbitmq):
    for given in ({"password": "guessed"}, {"userid": "guest", "password": "guest"}):
        with pytest.raises(AccessRefused):
            a_rabbitmq.connection(**given)


def test_varnish_takes_no_command_without_the_secret(a_varnish):
    with pytest.raises(varnish_cli.Refused):
        varnish_cli.ask(a_varnish._commands_port, "guessed", "status")
    with socket.create_connection(("127.0.0.1", a_varnish._commands_port)) as connection:
        assert connection.recv(9999).startswith(b"107 ")
        connection.sendall(b"stop\n")
        assert not connection.recv(9999).startswith(b"200 ")
    assert "running" in a_varnish.command("status")


def test_the_secret_does_not_travel(a_varnish):
    """What is sent is a proof for one challenge."""
    challenge = "x" * 32 + "\n"
    proof = hashlib.sha256(f"{challenge}{a_varnish.password}{challenge}".encode()).hexdigest()
    with pytest.raises(varnish_cli.Refused):
        varnish_cli.ask(a_varnish._commands_port, "guessed", f"auth {proof}")


def test_they_show_themselves_without_their_passwords(daemon):
    assert repr(daemon) == f"<{daemon.name}, port {daemon.port}>"
