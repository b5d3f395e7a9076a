"""The proxy: every byte arrives, in order, after the delay that was asked for; and it ends with its owner."""

import socket
import threading
import time
from contextlib import contextmanager

import psutil
import psycopg
import pytest

from labapp.services import ServiceError, relay
from labapp.services.proxy import MOST_OWN, Proxy
from tests.services.kernels import runs, wait_for

# Milliseconds that an answer may be early: in each direction the proxy makes up for sleeps that end late, and
# for what it needs by itself.
EARLY = 2 * relay.TYPICAL * 1000 + MOST_OWN


@contextmanager
def serving(work):
    """A server that does ``work(connection)`` for each client, one after the other; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return  # the listener was closed
                with connection:
                    work(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def echo(connection):
    while data := connection.recv(65536):
        connection.sendall(data)


@pytest.fixture
def proxy():
    """A proxy before an echo."""
    with serving(echo) as port:
        proxy = Proxy(port).start()
        yield proxy
        proxy.stop()


def connect(proxy):
    return socket.create_connection(("127.0.0.1", proxy.port))


def read_all(connection):
    return b"".join(iter(lambda: connection.recv(65536), b""))


def there_and_back(proxy, data, meanwhile=lambda: None):
    """What comes back of the data, sent by another thread while we read, and the stream ended after it."""
    with connect(proxy) as connection:

        def send():
            for start in range(0, len(data), 10_000):
                connection.sendall(data[start : start + 10_000])
                meanwhile()
            connection.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        received = read_all(connection)
        sender.join()
    return received


DATA = b"".join(b"%9d\n" % number for number in range(200_000))


@pytest.mark.parametrize("ms", [0, 1, 20])
def test_every_byte_arrives_in_order_and_then_the_end(proxy, ms):
    proxy.delay(ms)
    assert there_and_back(proxy, DATA) == DATA


def test_the_order_is_kept_when_the_delay_changes(proxy):
    delays = iter([20, 0, 5, 0.5] * 100)
    assert there_and_back(proxy, DATA, lambda: proxy.delay(next(delays))) == DATA


def test_an_answer_is_never_back_before_the_round_trip(proxy):
    proxy.delay(40)
    with connect(proxy) as connection:
        for _ in range(5):
            began = time.perf_counter()
            connection.sendall(b"x")
            connection.recv(1)
            assert time.perf_counter() - began >= (40 - EARLY) / 1000


def test_connecting_takes_a_round_trip_of_its_own(proxy):
    proxy.delay(40)
    began = time.perf_counter()
    with connect(proxy) as connection:
        connection.sendall(b"x")
        connection.recv(1)
    assert time.perf_counter() - began >= (80 - EARLY) / 1000


def test_what_it_adds_is_measured_and_grows_with_what_is_asked(proxy):
    measured = []
    for ms in (0, 10, 50):
        proxy.delay(ms)
        achieved = proxy.achieved()
        assert achieved.n >= 9
        measured.append(achieved.ms)
    assert measured == sorted(measured)


@pytest.mark.parametrize("ms", [-1, 1001])
def test_a_delay_out_of_range(proxy, ms):
    with pytest.raises(ServiceError, match=f"^delay must be from 0 to 1000 ms, and {ms} is not.$"):
        proxy.delay(ms)


def test_many_connections_at_once(proxy):
    proxy.delay(2)
    connections = [connect(proxy) for _ in range(60)]
    for number, connection in enumerate(connections):
        connection.sendall(b"%d" % number)
        connection.shutdown(socket.SHUT_WR)
    assert [read_all(connection) for connection in connections] == [b"%d" % number for number in range(60)]
    for connection in connections:
        connection.close()


def test_where_nobody_listens_the_client_is_hung_up_on():
    with serving(echo) as port:
        pass
    proxy = Proxy(port).start()
    try:
        with connect(proxy) as connection:
            assert read_all(connection) == b""
    finally:
        proxy.stop()


def test_a_server_that_hangs_up_is_passed_on():
    with serving(lambda connection: connection.sendall(b"bye")) as port:
        proxy = Proxy(port).start()
        with connect(proxy) as connection:
            assert read_all(connection) == b"bye"
        proxy.stop()


def test_a_client_that_breaks_off_is_passed_on():
    ended = threading.Event()

    def listen(connection):
        try:
            read_all(connection)
        except ConnectionResetError:
            pass
        ended.set()

    with serving(listen) as port:
        proxy = Proxy(port).start()
        connection = connect(proxy)
        connection.sendall(b"x")
        connection.close()
        wait_for(ended.is_set, "the server notices")
        proxy.stop()


def test_a_killed_proxy_says_so_and_can_be_started_again(proxy):
    proxy._relay.process.kill()
    wait_for(lambda: not proxy.alive, "it is known to be dead")
    with pytest.raises(ServiceError, match=r"^The proxy before port \d+ is not running: start\(\) it\.$"):
        proxy.delay(1)
    assert "stopped" in repr(proxy)
    assert there_and_back(proxy.start(), b"again") == b"again"


def test_one_that_was_never_started():
    proxy = Proxy(1)
    assert not proxy.alive and proxy.port is None
    with pytest.raises(ServiceError, match="is not running"):
        proxy.achieved()
    proxy.stop()


def test_it_ends_with_its_owner_even_when_a_forked_child_lives_on(kernels):
    kernel = kernels()
    started = "[p := Proxy(1).start(), globals().update(p=p), p._relay.process.pid][2]"
    proxy = psutil.Process(kernel.ask(started))
    child = psutil.Process(kernel.ask("os.fork() or __import__('signal').pause()"))
    try:
        kernel.process.kill()
        wait_for(lambda: not runs(proxy), "the proxy has ended")
        assert runs(child)
    finally:
        child.kill()


@pytest.fixture
def before_postgresql(server):
    """A proxy before the server."""
    proxy = Proxy(server.port).start()
    yield proxy
    proxy.stop()


def login(server, port):
    entry = server.entry("postgres", PORT=str(port))
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    return psycopg.connect(**{names[name]: entry[name] for name in names})


def test_postgresql_answers_through_it(server, before_postgresql):
    before_postgresql.delay(3)
    with login(server, before_postgresql.port) as connection:
        rows = connection.execute("SELECT n FROM generate_series(1, 20000) n").fetchall()
    assert rows == [(n,) for n in range(1, 20001)]


def test_a_statement_is_cancelled_through_it(server, before_postgresql):
    before_postgresql.delay(3)
    with login(server, before_postgresql.port) as connection:

        def cancel():
            wait_for(lambda: busy(server), "the statement runs")
            connection.cancel_safe()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(600)")
        canceller.join()


def busy(server):
    with server.admin() as connection:
        return connection.execute(
            "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(600)' "
            "AND pid <> pg_backend_pid()"
        ).fetchone()
