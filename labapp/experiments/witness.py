"""The database's own count of what a function sent, beside the recorder's: what a check believes.

Every connection that Django opens to the data of a check is of a class made here: a private copy in memory,
in which SQLite reports each statement to the witness, whoever sends it. So there is no file to open beside
Django, and no statement that goes unseen.
"""

import secrets
import sqlite3
import sys
import threading
from contextlib import contextmanager
from weakref import WeakSet

PROCESSES = ("subprocess.Popen", "os.system", "os.fork", "os.posix_spawn", "os.spawn", "os.exec")
# What Django itself sends on each new connection; none of it reads a table.
OPENING = ("PRAGMA", "select sqlite_compileoption_used(")

_watching = WeakSet()


class Witness:
    """What SQLite ran on the connections to one set of data.

    ``count`` statements; ``steps`` of SQLite's virtual machine in hundreds, its own measure of work;
    ``strangers``: connections opened past Django; ``processes`` started meanwhile; ``deaf``: whether the
    reporting was switched off. All of them only between ``watching()`` and its end. Nothing may be written
    unless ``writes`` says so.
    """

    def __init__(self, source, writes=False):
        self.count = self.steps = self.strangers = self.processes = 0
        self.deaf = False
        self._source = source
        self._writes = writes
        self._lock = threading.Lock()
        self._open = False
        self._canary = f"SELECT '{secrets.token_hex(8)}'"
        self._sang = False
        self._connections = []
        self._class = _connection_class(self)

    @property
    def settings(self):
        """The entry for DATABASES that leads to the data."""
        return {
            "ENGINE": "django.db.backends.sqlite3", "NAME": "data of a check/in memory",
            "OPTIONS": {"factory": self._class},
        }

    @contextmanager
    def watching(self):
        """Count what is sent while the block runs, from any thread."""
        self._open = True
        _watching.add(self)
        try:
            yield self
        finally:
            _watching.discard(self)
            for connection in self._connections:
                self.listen(connection)
            self._open = False

    # For the connections

    def fill(self, connection):
        """A new connection: give it its copy of the data, let it only read, and have it report."""
        with self._lock:
            self._source.backup(connection)
            self._connections.append(connection)
        connection.execute(f"PRAGMA query_only = {0 if self._writes else 1}")
        connection.set_trace_callback(self._saw)
        connection.set_progress_handler(self._stepped, 100)

    def listen(self, connection):
        """Whether a connection still reports, asked when it is closed and at the end."""
        with self._lock:
            self._sang = False
        try:
            sqlite3.Connection.execute(connection, self._canary)
        except sqlite3.ProgrammingError:
            return  # closed, and so listened to before
        self.deaf = self.deaf or not self._sang

    def _saw(self, sql):
        if sql == self._canary:
            self._sang = True
        elif self._open and not sql.startswith(OPENING):
            with self._lock:
                self.count += 1

    def _stepped(self):
        if self._open:
            with self._lock:
                self.steps += 1

    def met(self, connection):
        """Python reports a new SQLite connection, of whatever class."""
        if not isinstance(connection, self._class):
            self.strangers += 1


def _connection_class(witness):
    """The class of the connections to this witness's data."""

    class Connection(sqlite3.Connection):
        """A private copy of the data, in memory."""

        def __init__(self, database, **options):
            super().__init__(":memory:", **options)
            witness.fill(self)

        def close(self):
            """Close it, once it is known that it reported to the end."""
            witness.listen(self)
            super().close()

    return Connection


def _audit(event, arguments):
    """Python reports each SQLite connection and each new process of this interpreter."""
    if not _watching:
        return
    if event == "sqlite3.connect/handle":
        for witness in list(_watching):
            witness.met(arguments[0])
    elif event in PROCESSES:
        for witness in list(_watching):
            witness.processes += 1


sys.addaudithook(_audit)
