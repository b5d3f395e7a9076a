"""Processes with servers of their own, and a server for those tests that leave it as it is."""

import importlib.util
import os
import tempfile

import pytest

from labapp.services import executable, memcached, postgresql, rabbitmq, redis, varnish
from tests.requires import needs
from tests.services.kernels import Kernel


@pytest.fixture
def kernels():
    """Makes Kernels; ends those that still run after the test."""
    made = []

    def make(*args, **kwargs):
        made.append(Kernel(*args, **kwargs))
        return made[-1]

    yield make
    for kernel in made:
        kernel.process.kill()
        kernel.end()


@pytest.fixture
def kernel(kernels):
    """A Kernel whose PostgreSQL has been started."""
    return kernels().start()


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL of the tests' own, which no test stops or kills."""
    needs("postgresql")
    server = postgresql.Server()
    yield server
    server.stop()


@pytest.fixture
def temporary(monkeypatch):
    """A folder of temporary files for this test, which everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="services-test-", dir="/tmp") as folder:
        os.chmod(folder, 0o777)
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield folder


@pytest.fixture
def nothing_here(monkeypatch, tmp_path):
    """A machine without these servers, and a Python without packages that bring one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(executable, "PLACES", ())
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def _session_server(service):
    needs(service.__name__.rpartition(".")[2])
    server = service.Server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def a_redis():
    """A Redis of the tests' own, which no test stops or kills."""
    yield from _session_server(redis)


@pytest.fixture(scope="session")
def a_memcached():
    """A Memcached of the tests' own, which no test stops or kills."""
    yield from _session_server(memcached)


@pytest.fixture(scope="session")
def a_varnish():
    """A Varnish of the tests' own, which no test stops or kills."""
    yield from _session_server(varnish)


@pytest.fixture(scope="session")
def a_rabbitmq():
    """A RabbitMQ of the tests' own, which no test stops or kills."""
    yield from _session_server(rabbitmq)


@pytest.fixture(params=["redis", "memcached", "varnish", "rabbitmq"])
def daemon(request):
    """Each of the four."""
    return request.getfixturevalue(f"a_{request.param}")
