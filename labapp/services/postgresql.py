"""PostgreSQL as a service: a server of this process's own, in a private folder, gone when the process is.

    server = postgresql.server()
    server.entry("pinsta")        # what DATABASES takes
    server.admin()                # a psycopg connection of the superuser

It listens on the loopback only and asks for a password. Its durability is what PostgreSQL comes with.
"""

import os
import secrets
import threading
import time

from labapp.services import cluster, folders
from labapp.services.errors import ServiceError
from labapp.services.guarded import Guarded
from labapp.services.helper import HelperGone
from labapp.services.programs import HOW, find
from labapp.services.users import plain_user

__all__ = ["HOW", "ROLE", "Server", "find", "running", "server"]

ROLE = "pinsta"


class Server:
    """A running PostgreSQL. ``started_ms`` is what its last start took, ``restarts`` how often it died."""

    def __init__(self):
        began = time.perf_counter()
        self._driver = _driver()
        self._programs = find()
        if self._programs is None:
            raise ServiceError(f"There is no PostgreSQL here. {HOW}")
        self._admin_password, self._password = secrets.token_urlsafe(24), None
        self._guarded = Guarded(folders.make("PostgreSQL", plain_user(), cluster.NEEDS))
        self.restarts, self.port = 0, None
        try:
            self._bin = self._programs.for_owner(self._guarded.folder)
            cluster.make(self._guarded, self._bin, self._admin_password)
            self._start()
            self._prepare()
        except BaseException:
            self.stop()
            raise
        self.started_ms = (time.perf_counter() - began) * 1000

    def __repr__(self):
        state = f"on port {self.port}" if self.alive else "stopped"
        return f"<PostgreSQL {self.version}, {self._programs.origin}, {state}>"

    @property
    def version(self):
        """As in "15.18"."""
        return self._programs.version

    @property
    def origin(self):
        """Where its programs come from."""
        return self._programs.origin

    @property
    def extensions(self):
        """Those of pg_stat_statements and auto_explain that it has loaded."""
        return self._programs.extensions

    @property
    def alive(self):
        """Whether its process runs."""
        return self._guarded.running

    @property
    def gone(self):
        """Whether its data are gone: it was stopped."""
        return not self._guarded.folder.path.exists()

    def entry(self, database=ROLE, **options):
        """
        This database as in DATABASES, for the plain role "pinsta", which may create databases.

        Options in upper case are Django's (CONN_MAX_AGE=60), others go into OPTIONS (pool=True).
        """
        ours = {name: value for name, value in options.items() if name.isupper()}
        drivers = {name: value for name, value in options.items() if name not in ours}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": database,
            "USER": ROLE,
            "PASSWORD": self._password,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            **({"OPTIONS": drivers} if drivers else {}),
            **ours,
        }

    def admin(self, database="postgres"):
        """A connection of the superuser, in autocommit."""
        return self._driver.connect(
            host="127.0.0.1", port=self.port, user="admin", password=self._admin_password, dbname=database,
            autocommit=True,
        )  # fmt: skip

    def add_role(self, name, may=""):
        """Make a plain role that can log in; its random password. ``may`` is what else it can: "CREATEDB"."""
        password = secrets.token_urlsafe(24)
        with self.admin() as connection:
            # The password is turned into its verifier here, so that no statement holds it.
            words = password.encode(), name.encode(), b"scram-sha-256"
            verifier = connection.pgconn.encrypt_password(*words).decode()
            connection.execute(f"CREATE ROLE {name} LOGIN {may} PASSWORD '{verifier}'")
        return password

    def fsync(self, on):
        """Switch fsync; returns when it holds, for new connections and for those that are idle."""
        with self.admin() as connection:
            connection.execute("ALTER SYSTEM RESET fsync" if on else "ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
            while connection.execute("SELECT current_setting('fsync')::bool").fetchone()[0] != bool(on):
                time.sleep(0.001)

    def revive(self):
        """Start it again on its own data, on the same port where that is free; ServiceError says why not."""
        began = time.perf_counter()
        if not self._guarded.guarded:
            self._renew()
        try:
            self._start(self.port)
        except HelperGone:  # the guardian was killed at this moment
            self._renew()
            self._start(self.port)
        self.restarts += 1
        self.started_ms = (time.perf_counter() - began) * 1000

    def _renew(self):
        self._guarded.renew()
        cluster.settle(self._guarded.folder)

    def stop(self):
        """Stop it at once, and wait until it and its data are gone."""
        self._guarded.stop()

    def _start(self, port=None):
        self.port = cluster.start(self._guarded, self._bin, self.extensions, port)

    def _prepare(self):
        self._password = self.add_role(ROLE, "CREATEDB")
        if "pg_stat_statements" in self.extensions:
            with self.admin() as connection:
                connection.execute("CREATE EXTENSION pg_stat_statements")


def _driver():
    try:
        import psycopg
    except ImportError as error:
        raise ServiceError(f"Python's driver for PostgreSQL is missing. {HOW}") from error
    return psycopg


_server = None
_lock = threading.Lock()


def server():
    """
    This process's one server: started at the first call, and again on its own data when it has died.

    Its port may be another after a restart. ServiceError says why there is none.
    """
    global _server
    with _lock:
        if _server is None or _server.gone:
            _server = Server()
        elif not _server.alive:
            _server.revive()
        return _server


def running():
    """Whether this process's server is up, so that asking for it takes no time."""
    return _server is not None and _server.alive


def _forget():
    """A forked child has no server yet; its parent's goes on."""
    global _server, _lock
    _server, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
