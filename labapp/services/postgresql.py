"""PostgreSQL as a service: a server of this process's own, in a private folder, gone when the process is.

    server = postgresql.server()
    server.entry("pinsta")        # what DATABASES takes
    server.admin()                # a psycopg connection of the superuser

It listens on the loopback only and asks for a password. Its durability is what PostgreSQL comes with.
"""

import secrets
import signal
import time

from labapp.services import cluster
from labapp.services.daemon import Daemon, Shared
from labapp.services.entry import entry
from labapp.services.errors import ServiceError
from labapp.services.programs import HOW, find
from labapp.services.users import plain_user

__all__ = ["HOW", "ROLE", "Server", "find", "running", "server"]

ROLE = "pinsta"


class Server(Daemon):
    """A running PostgreSQL. ``started_ms`` is what its last start took, ``restarts`` how often it died."""

    name = "PostgreSQL"
    megabytes = cluster.NEEDS
    ending = signal.SIGQUIT
    patience = 60

    def __init__(self):
        self._driver = _driver()
        self._programs = find()
        if self._programs is None:
            raise ServiceError(f"There is no PostgreSQL here. {HOW}")
        self._admin_password, self._password = secrets.token_urlsafe(24), None
        super().__init__(plain_user())

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

    def entry(self, database=ROLE, **options):
        """
        This database as in DATABASES, for the plain role "pinsta", which may create databases.

        Options in upper case are Django's (CONN_MAX_AGE=60), others go into OPTIONS (pool=True).
        """
        fixed = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": database,
            "USER": ROLE,
            "PASSWORD": self._password,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
        }
        return entry(fixed, options)

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

    def prepare(self):
        """Make its data folder."""
        self._bin = self._programs.for_owner(self._guarded.folder)
        cluster.make(self._guarded, self._bin, self._admin_password)

    def furnish(self):
        """Make the plain role, and the extension that has to be made."""
        self._password = self.add_role(ROLE, "CREATEDB")
        if "pg_stat_statements" in self.extensions:
            with self.admin() as connection:
                connection.execute("CREATE EXTENSION pg_stat_statements")

    def invocation(self, port):
        """The words that start it."""
        return cluster.invocation(self._bin, self.folder, port, self.extensions)

    def answers(self, port):
        """Whether it takes connections."""
        return cluster.ready(self.folder, self.pid)

    def refusal(self, said):
        """The error of a start that failed."""
        return cluster.refusal(self.folder, said)

    def _renew(self):
        super()._renew()
        cluster.settle(self.folder)

    def _launch(self, port):
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return super()._launch(port)
            except cluster.Busy:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def _driver():
    try:
        import psycopg
    except ImportError as error:
        raise ServiceError(f"Python's driver for PostgreSQL is missing. {HOW}") from error
    return psycopg


server = Shared(Server)
running = server.running
