"""Memcached as a service: a server of this process's own, in a private folder, gone when the process is.

    server = memcached.server()
    server.entry()                # what CACHES takes

It listens on the loopback only, TCP and no UDP, and asks for a password. Its memory is what Memcached comes
with, 64 megabytes.
"""

from contextlib import closing

from labapp.services import executable
from labapp.services.daemon import TIMEOUT, Installed, Shared
from labapp.services.entry import entry
from labapp.services.errors import ServiceError

HOW = (
    "Memcached comes with the system (Debian and Ubuntu: apt-get install memcached; macOS: brew install "
    "memcached), and is talked to by pymemcache (pip install pymemcache)."
)
BACKEND = "labapp.services.memcached_client.AuthenticatingCache"


def find():
    """The memcached of this machine as a Program; None where there is none."""
    return executable.find("memcached")


class Server(Installed):
    """A running Memcached."""

    name = "Memcached"
    username = "lab"

    def __init__(self):
        self._client = _client()
        super().__init__(find(), HOW)

    @property
    def address(self):
        """Where it is: 127.0.0.1:port"""
        return f"127.0.0.1:{self.port}"

    def entry(self, **options):
        """
        This server as in CACHES. Options in upper case are Django's (TIMEOUT=60), others pymemcache's.

        A server that was dead is tried again after a second; pymemcache would wait for a minute.
        """
        ours = {"username": self.username, "password": self.password, "retry_timeout": 0.5, "dead_timeout": 1}
        return entry({"BACKEND": BACKEND, "LOCATION": self.address, "OPTIONS": ours}, options)

    def client(self, port=None, **options):
        """A connection of pymemcache."""
        login = {"username": self.username, "password": self.password}
        return self._client(("127.0.0.1", port or self.port), **login, **options)

    def flush(self):
        """Forget everything."""
        with closing(self.client()) as client:
            client.flush_all(noreply=False)

    def prepare(self):
        """Write the only file that has the password."""
        folder = self._guarded.folder
        self._binary = self.program.for_owner(folder)
        self._users = folder.write("users", f"{self.username}:{self.password}\n")

    def invocation(self, port):
        """The words that start it."""
        return [self._binary, "-l", "127.0.0.1", "-p", port, "-U", "0", "-Y", self._users]

    def answers(self, port):
        """Whether the process that answers to the password is the one that was started."""
        from pymemcache.exceptions import MemcacheError

        with closing(self.client(port, timeout=TIMEOUT, connect_timeout=TIMEOUT)) as client:
            try:
                return client.stats()[b"pid"] == self.pid
            except MemcacheError:  # it is another's
                return False


def _client():
    try:
        from labapp.services.memcached_client import AuthenticatingClient
    except ImportError as error:
        raise ServiceError(f"Python's client for Memcached is missing. {HOW}") from error
    return AuthenticatingClient


server = Shared(Server)
running = server.running
