"""pymemcache and Django's cache backend on it, with the password that a Memcached with ``-Y`` asks for."""

from functools import partial

from django.core.cache.backends.memcached import PyMemcacheCache
from pymemcache.client.base import Client
from pymemcache.client.hash import HashClient
from pymemcache.exceptions import MemcacheClientError


class AuthenticatingClient(Client):
    """A client that logs in, in the text protocol, whenever it connects: one more round trip."""

    def __init__(self, server, *, username, password, **options):
        super().__init__(server, **options)
        self._credentials = f"{username} {password}".encode()

    def _connect(self):
        super()._connect()
        # The key is of no importance to the server, which takes the first value that is set for the password.
        line = b"set auth 0 0 %d\r\n%s\r\n" % (len(self._credentials), self._credentials)
        try:
            self._misc_cmd([line], b"auth", noreply=False)
        except MemcacheClientError:
            raise MemcacheClientError("Memcached refuses this username and password.") from None


class AuthenticatingHashClient(HashClient):
    """A client of several servers that have the same username and password."""

    def __init__(self, servers, *, username, password, **options):
        self.client_class = partial(AuthenticatingClient, username=username, password=password)
        super().__init__(servers, **options)


class AuthenticatingCache(PyMemcacheCache):
    """Django's backend, with ``username`` and ``password`` in its OPTIONS."""

    def __init__(self, server, params):
        super().__init__(server, params)
        self._class = AuthenticatingHashClient
