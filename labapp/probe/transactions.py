"""What reaches the database past Django's cursors: BEGIN, COMMIT, ROLLBACK, and the health check.

Django's commit() and rollback() reach the database only when the driver is in a transaction; and when
autocommit is off, drivers put a BEGIN before a statement that nobody wrote. With CONN_HEALTH_CHECKS, Django
asks PostgreSQL by the driver's own cursor whether it is still there.
"""

from __future__ import annotations

import re
from dataclasses import replace

from .entry import Entry
from .scope import Scope, active, entered
from .trail import NOWHERE, caller

SQLITE_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
IDLE = 0  # psycopg.pq.TransactionStatus, and psycopg2's TRANSACTION_STATUS_IDLE


def implicit_begin(scope: Scope, db, sql, trail) -> None:
    """Note the BEGIN that the driver is about to send before this statement, if it does.

    It travels with the statement, so its own time is part of that statement's ``execute_ms``.
    """
    connection = db.connection
    if db.vendor == "sqlite":
        begins = (
            connection.isolation_level is not None
            and not connection.in_transaction
            and SQLITE_WRITES.match(str(sql)) is not None
        )
    elif db.vendor == "postgresql":
        begins = not connection.autocommit and _status(connection) == IDLE
    else:
        begins = False
    if begins:
        Entry("BEGIN", None, db, scope, trail, "transaction").executed = 0


def _status(connection):
    """The driver's transaction status: psycopg 3, else psycopg2."""
    pgconn = getattr(connection, "pgconn", None)
    return connection.get_transaction_status() if pgconn is None else pgconn.transaction_status


def sends(db) -> bool:
    """Whether commit() and rollback() of this connection reach the database now."""
    connection = db.connection
    if connection is None:
        return False
    if db.vendor == "sqlite":
        return connection.in_transaction
    if db.vendor == "postgresql":
        return _status(connection) != IDLE
    return True


def recording_commit(commit):
    """BaseDatabaseWrapper._commit, noted when it sends something."""

    def _commit(self):
        scope = active()
        if scope is None or not sends(self):
            return commit(self)
        trail = caller(scope, 2) if scope.sites else NOWHERE
        try:
            entry = Entry("COMMIT", None, self, scope, trail, "transaction")
        except BaseException:
            # a hook stopped it: what is not committed must not stay open either
            self.run_on_commit = []
            with entered(replace(scope, hooks=())):
                self._rollback()
            raise
        return _send(entry, commit, self)

    return _commit


def recording_rollback(rollback):
    """BaseDatabaseWrapper._rollback, noted when it sends something; no hook can stop it."""

    def _rollback(self):
        scope = active()
        if scope is None or not sends(self):
            return rollback(self)
        trail = caller(scope, 2) if scope.sites else NOWHERE
        return _send(Entry("ROLLBACK", None, self, scope, trail, "transaction", always=True), rollback, self)

    return _rollback


def recording_check(check):
    """BaseDatabaseWrapper.close_if_health_check_failed, noted when it asks PostgreSQL."""

    def close_if_health_check_failed(self):
        scope = active()
        due = self.connection is not None and self.health_check_enabled and not self.health_check_done
        if scope is None or not due or self.vendor != "postgresql":
            return check(self)
        trail = caller(scope, 2) if scope.sites else NOWHERE
        return _send(Entry("SELECT 1", None, self, scope, trail, "select"), check, self)

    return close_if_health_check_failed


def _send(entry: Entry, send, db) -> None:
    try:
        send(db)
    except BaseException as error:
        entry.failed(error)
        raise
    entry.done(0)
