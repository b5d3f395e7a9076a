"""Brokers: a message that was accepted is kept until it is fetched, and one that does not fit is refused."""

import os

import pytest
from redis.exceptions import OutOfMemoryError

from labapp.services import redis
from tests.requires import needs


@pytest.fixture
def a_broker():
    """A Redis that carries messages."""
    needs("redis")
    server = redis.Broker()
    yield server
    server.stop()


def fill(client, queue):
    """Messages of a megabyte, which do not shrink, until one is refused; how many were accepted."""
    for number in range(2 * redis.MEMORY):
        try:
            client.lpush(queue, os.urandom(1 << 20))
        except OutOfMemoryError:
            return number
    return None


def test_redis_as_a_broker_throws_no_message_away(a_broker):
    with a_broker.client() as client:
        accepted = fill(client, "queue")
        assert accepted and client.llen("queue") == accepted
        assert client.config_get("save", "appendonly") == {"save": "", "appendonly": "no"}


def test_redis_as_a_cache_does(a_redis):
    with a_redis.client() as client:
        assert fill(client, "queue") is None and client.llen("queue") < 2 * redis.MEMORY
        client.flushall()


def test_the_broker_is_a_server_beside_the_cache(kernels):
    needs("redis")
    kernel = kernels()
    ports = kernel.ask("[redis.server().port, redis.broker().port, redis.broker().port]")
    assert ports[0] != ports[1] == ports[2]
    kernel.ask("redis.server().kill()")
    assert kernel.ask("[redis.running(), redis.broker.running()]") == [False, True]
