"""A cache that may fail: a backend of Django's that carries on without its server.

    CACHES = {
        "default": {"BACKEND": "labapp.experiments.caching.outage_backend.Forgiving", "LOCATION": "shared"},
        "shared": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://…",
                   "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}},
    }

A server that is gone refuses at once; one that hangs is only noticed by the time limits of its own OPTIONS. A
``delete`` that fails is lost: whoever deletes to keep readers from stale answers needs a lifetime besides.
"""

import time
from importlib import import_module
from importlib.util import find_spec

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.dummy import DummyCache

PAUSE = 1.0  # seconds


def _failures():
    """What the clients that are installed raise when their server is not there."""
    known = {"redis": "RedisError", "pymemcache": "MemcacheError"}
    found = [
        getattr(import_module(f"{client}.exceptions"), name)
        for client, name in known.items()
        if find_spec(client)
    ]
    return OSError, *found


FAILURES = _failures()
_resting = {}  # alias -> until when this process leaves its server alone, in monotonic seconds


class Forgiving(BaseCache):
    """The cache of another alias, whose failures are misses.

    After a failure all threads of the process leave its server alone for ``pause`` seconds, an option; so an
    outage costs one attempt in each pause. Meanwhile the cache of the alias ``instead`` is used, an option as
    well; without one nothing is kept.
    """

    def __init__(self, alias, params):
        super().__init__(params)
        options = params.get("OPTIONS", {})
        self._alias, self._pause = alias, options.get("pause", PAUSE)
        self._instead = options.get("instead")

    def get(self, key, default=None, version=None):
        return self._ask("get", key, default, version=version)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask("set", key, value, timeout, version=version)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask("add", key, value, timeout, version=version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask("touch", key, timeout, version=version)

    def delete(self, key, version=None):
        return self._ask("delete", key, version=version)

    def incr(self, key, delta=1, version=None):
        return self._ask("incr", key, delta, version=version)

    def has_key(self, key, version=None):
        return self._ask("has_key", key, version=version)

    def get_many(self, keys, version=None):
        return self._ask("get_many", keys, version=version)

    def set_many(self, data, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask("set_many", data, timeout, version=version)

    def delete_many(self, keys, version=None):
        return self._ask("delete_many", keys, version=version)

    def clear(self):
        return self._ask("clear")

    def _ask(self, operation, *args, **options):
        if time.monotonic() >= _resting.get(self._alias, 0):
            try:
                return getattr(caches[self._alias], operation)(*args, **options)
            except FAILURES:
                _resting[self._alias] = time.monotonic() + self._pause
        instead = caches[self._instead] if self._instead else DummyCache("", {})
        return getattr(instead, operation)(*args, **options)
