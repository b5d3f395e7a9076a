"""A network between us and a server on the loopback: a TCP proxy that delays, in a process of its own."""

import socket
import time
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

from labapp.services import relay
from labapp.services.errors import ServiceError
from labapp.services.helper import Helper

LONGEST = 1000.0  # milliseconds of round trip
TRIPS, FEWEST, SECONDS = 60, 9, 0.4  # a measurement ends with so many round trips, or after so long
MESSAGE = b"x" * 100
MOST_OWN = 0.1  # milliseconds; a proxy that seems to take more was measured while others worked


class Achieved(NamedTuple):
    """The round trip that the proxy really adds: the median in milliseconds, of n round trips."""

    ms: float
    n: int


class Proxy:
    """
    Stands before the server on ``target`` and adds a round trip that can be changed while it runs.

    Half is added in each direction. Order is kept, and chunks are under way at the same time, so that there
    is no less throughput. Connecting takes a round trip too. What is added is measured: see ``achieved``.
    """

    def __init__(self, target):
        self.target = target
        self.port = None
        self._relay = None
        self._ms = self._own_ms = 0.0

    def __repr__(self):
        state = f"port {self.port}, round trip {self._ms:g} ms" if self.alive else "stopped"
        return f"<Proxy before port {self.target}: {state}>"

    def start(self):
        """Start its process and measure what it adds by itself; returns the proxy."""
        self.stop()
        self._relay = Helper("the proxy", relay.__file__, "relay")
        self._own_ms = min(max(0.0, self.achieved().ms), MOST_OWN)
        self.delay(0)
        self.port = self._route(self.target)
        return self

    @property
    def alive(self):
        """Whether its process runs."""
        return self._relay is not None and self._relay.alive

    def delay(self, ms):
        """Add a round trip of so many milliseconds from now on, to the connections that are open too."""
        if not 0 <= ms <= LONGEST:
            raise ServiceError(f"delay must be from 0 to {LONGEST:g} ms, and {ms:g} is not.")
        self._ask(order="delay", ms=ms, own_ms=self._own_ms)
        self._ms = ms

    def achieved(self):
        """What it adds at present: round trips to an echo through it, less round trips to the echo itself."""
        with _echo() as target, _connected(target) as direct, _connected(self._route(target)) as through:
            _trip(direct), _trip(through)  # the first one carries the wait for the connection
            trips, until = [], time.perf_counter() + SECONDS
            while len(trips) < TRIPS and (len(trips) < FEWEST or time.perf_counter() < until):
                trips.append((_trip(direct), _trip(through)))
        without, with_it = (median(each) for each in zip(*trips, strict=True))
        return Achieved((with_it - without) * 1000, len(trips))

    def stop(self):
        """End its process, and with it every connection through it."""
        if self._relay is not None:
            self._relay.close()

    def _route(self, target):
        return self._ask(order="route", target=target)["port"]

    def _ask(self, **order):
        if not self.alive:
            raise ServiceError(f"The proxy before port {self.target} is not running: start() it.")
        return self._relay.ask(**order)


@contextmanager
def _echo():
    helper = Helper("the echo", relay.__file__, "echo")
    try:
        yield helper.read()["port"]
    finally:
        helper.close()


@contextmanager
def _connected(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield connection


def _trip(connection):
    began = time.perf_counter()
    connection.sendall(MESSAGE)
    missing = len(MESSAGE)
    while missing:
        missing -= len(connection.recv(missing))
    return time.perf_counter() - began
