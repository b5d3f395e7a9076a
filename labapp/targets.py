"""A database that an alias is pointed at, with the connections that are open to it."""

import threading
from contextlib import suppress
from functools import partial

from django.db.utils import load_backend

PATIENCE = 2.0  # seconds that a server has for the request to end a statement


class Target:
    """A database that an alias is pointed at, with its connections: one a thread."""

    def __init__(self, alias, settings):
        self.alias, self.settings = alias, settings
        self._mine = threading.local()
        self._all = []

    @property
    def opened(self):
        """Whether this thread has a connection object."""
        return hasattr(self._mine, "connection")

    @property
    def connection(self):
        """This thread's connection."""
        try:
            return self._mine.connection
        except AttributeError:
            backend = load_backend(self.settings["ENGINE"])
            self.connection = backend.DatabaseWrapper(self.settings, self.alias)
            return self._mine.connection

    @connection.setter
    def connection(self, connection):
        self._mine.connection = connection
        self._all.append(connection)

    @connection.deleter
    def connection(self):
        del self._mine.connection

    def close(self):
        """Close the connections of all threads."""
        self._close(self._all)
        self._mine = threading.local()

    def tidy(self):
        """Keep this thread's connection if nothing is left open in it; close all others."""
        mine = self._mine.connection if self.opened else None
        kept = [mine] if mine is not None and _is_clean(mine) else []
        self._close([each for each in self._all if each not in kept])
        self._mine = threading.local()
        if kept:
            self._mine.connection = mine

    def interrupt(self):
        """End the statements that run on its connections now; may be called from any thread."""
        for connection in list(self._all):
            interrupt(connection)

    def _close(self, connections):
        for connection in list(connections):
            self._all.remove(connection)
            connection.inc_thread_sharing()
            connection.close()


def _is_clean(connection):
    """Whether its server is there and the session is like a new one: no transaction, no SET."""
    driver = connection.connection
    if driver is None or connection.in_atomic_block or not connection.get_autocommit():
        return False
    if connection.vendor == "postgresql":
        try:
            driver.execute("RESET ALL")
        except connection.Database.Error:
            return False
    return True


def interrupt(connection):
    """End the statement that this connection is busy with; may be called from any thread."""
    driver = connection.connection
    if hasattr(driver, "cancel_safe"):
        end = partial(driver.cancel_safe, timeout=PATIENCE)
    else:
        end = getattr(driver, "interrupt", None)
    if end is not None:
        with suppress(connection.Database.Error):  # it has been closed meanwhile, and its statement with it
            end()
