"""The database's own count of what a function sent, beside the recorder's: what a check believes.

SQLite calls a trace function for each statement it runs, whoever sent it. New connections made
under the watch are traced as well, and connections opened past Django are noticed.
"""

import sys
import threading
from contextlib import contextmanager

from django.db import connections
from django.db.backends.signals import connection_created

_watching = []


class Witness:
    """What SQLite ran: ``count`` statements, and ``strangers`` connections opened past Django."""

    def __init__(self):
        self.statements = []
        self.strangers = 0
        self._lock = threading.Lock()

    @property
    def count(self):
        return len(self.statements)

    def saw(self, sql):
        """SQLite reports a statement; lines that begin with -- are parts of one it reported before."""
        if not sql.startswith("--"):
            with self._lock:
                self.statements.append(sql)

    def watch(self, connection, **_):
        """Trace a Django connection; also called for each that is opened under the watch."""
        if connection.vendor == "sqlite":
            connection.connection.set_trace_callback(self.saw)


@contextmanager
def watching(alias="default"):
    """A Witness of everything sent to SQLite while the block runs, from any thread."""
    witness = Witness()
    connection = connections[alias]
    connection.ensure_connection()
    witness.watch(connection)
    connection_created.connect(witness.watch, weak=False, dispatch_uid=id(witness))
    _watching.append(witness)
    try:
        yield witness
    finally:
        _watching.remove(witness)
        connection_created.disconnect(dispatch_uid=id(witness))
        if connection.connection is not None:
            connection.connection.set_trace_callback(None)


def _audit(event, arguments):
    """Python reports each ``sqlite3.connect``; those that Django makes come from its backend's module."""
    if event == "sqlite3.connect" and _watching:
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if not caller.startswith("django.db.backends"):
            for witness in list(_watching):
                witness.strangers += 1


sys.addaudithook(_audit)
