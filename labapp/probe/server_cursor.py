"""Named cursors of psycopg: one DECLARE, a FETCH each time rows are asked for, a CLOSE."""

from __future__ import annotations

from .cursor import Recorded
from .scope import active

IDLE, IN_TRANSACTION = 0, 2  # psycopg.pq.TransactionStatus


class RecordedServerSide(Recorded):
    """Mixed in before a CursorWrapper around psycopg's ServerCursor."""

    def _fetching(self, amount) -> None:
        scope = active()
        if scope is None:
            self._entry = None
            return
        fetch = f'FETCH FORWARD {amount} FROM "{self.cursor.name}"'
        self._begin(scope, fetch, None, 3, kind="fetch").executed = 0

    def fetchone(self):
        """One row, or None: one FETCH."""
        self._fetching(1)
        return super().fetchone()

    def fetchmany(self, size=0):
        """The next rows: one FETCH."""
        self._fetching(size or self.cursor.arraysize)
        return super().fetchmany(size)

    def fetchall(self):
        """All the rows that are left: one FETCH."""
        self._fetching("ALL")
        return super().fetchall()

    def __iter__(self):
        """Row by row, in FETCHes of ``itersize``, as the driver does it."""
        size = self.cursor.itersize
        while True:
            rows = self.fetchmany(size)
            yield from rows
            if len(rows) < size:
                return

    def close(self):
        """Close the cursor: one statement if the server still has it."""
        scope = active()
        statement = scope and closing(self.cursor)
        if not statement:
            return self.cursor.close()
        entry = self._begin(scope, statement, None, 2, kind="fetch", always=True)
        return self._run(entry, self.cursor.close)


def closing(cursor) -> str | None:
    """What psycopg will send to close this cursor, None when it sends nothing."""
    if cursor.closed or cursor.connection.closed:
        return None
    status = cursor.connection.pgconn.transaction_status
    if status == IN_TRANSACTION or (status == IDLE and cursor.withhold):
        if getattr(cursor, "_described", True):
            return f'CLOSE "{cursor.name}"'
        return f"SELECT 1 FROM pg_catalog.pg_cursors WHERE name = '{cursor.name}'"
    return None
