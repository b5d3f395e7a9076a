"""Processes with servers of their own, and a server for those tests that leave it as it is."""

import pytest

from labapp.services import postgresql
from tests.requires import needs
from tests.services.kernels import Kernel


@pytest.fixture
def kernels():
    """Makes Kernels; ends those that still run after the test."""
    needs("postgresql")
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
    """A Kernel whose server has been started."""
    return kernels().start()


@pytest.fixture(scope="session")
def server():
    """A server of the tests' own, which no test stops or kills."""
    needs("postgresql")
    server = postgresql.Server()
    yield server
    server.stop()
