"""The cursor that writes down what it sends.

``BaseDatabaseWrapper._prepare_cursor`` hands out Django's CursorWrapper, or under DEBUG the backend's own
CursorDebugWrapper. Whichever it is, it becomes an instance of a subclass that puts Recorded before it; so
every alias, thread, executor and server-side cursor is covered, and ``connection.queries`` works as before.
Statements are noted where they reach the driver, inside any ``execute_wrapper``: one that a wrapper blocks
was never sent, one that it repeats was sent twice.
"""

from __future__ import annotations

import sys
from functools import partial
from time import perf_counter_ns

from django.apps import apps
from django.db.backends.utils import CursorWrapper

from .copying import TimedCopy
from .entry import Entry
from .scope import Scope, active
from .scripts import Counted, statements_in
from .trail import NOWHERE, caller
from .transactions import implicit_begin

WITH_WRAPPERS = CursorWrapper._execute_with_wrappers.__code__
NO_ROW = object()


class Recorded:
    """Mixed in before a CursorWrapper. ``_entry`` is the recorded statement whose rows are fetched now."""

    _entry: Entry | None = None
    _above = 4  # frames from _begin() to who called execute()

    def _execute(self, sql, params, *ignored):
        scope = active()
        if scope is None:
            self._entry = None
            return super()._execute(sql, params, *ignored)
        entry = self._begin(scope, sql, params, self._above)
        try:
            result = super()._execute(sql, params, *ignored)
        except BaseException as error:
            entry.failed(error)
            raise
        entry.executed = perf_counter_ns() - entry.started - entry.waited
        entry.written = self.cursor.rowcount
        # most drivers return their cursor from execute(), and its rows would be read behind our back
        return self if result is self.cursor else result

    def _executemany(self, sql, param_list, *ignored):
        scope = active()
        if scope is None:
            self._entry = None
            return super()._executemany(sql, param_list, *ignored)
        sets = Counted(param_list)
        entry = self._begin(scope, sql, None, self._above, statements=0)
        try:
            return self._run(entry, partial(super()._executemany, sql, sets, *ignored))
        finally:
            entry.statements, entry.params = sets.count, sets.first

    def _begin(self, scope: Scope, sql, params, above: int, statements=1, kind=None, always=False) -> Entry:
        """An entry that has started, its delay taken; who asked for it is ``above`` frames up from here."""
        db = self.db
        if db.needs_rollback and kind is None:
            db.validate_no_broken_transaction()
        if scope.sites:
            if db.execute_wrappers:
                above = _above_wrappers(above)
            trail = caller(scope, above)
        else:
            trail = NOWHERE
        if not db.autocommit:
            implicit_begin(scope, db, sql, trail)
        if params.__class__ is list or params.__class__ is dict:
            params = params.copy()  # the caller may go on to change it
        entry = self._entry = Entry(sql, params, db, scope, trail, kind, statements, always)
        return entry

    def _run(self, entry: Entry, call):
        try:
            result = call()
        except BaseException as error:
            entry.failed(error)
            raise
        entry.done(self.cursor.rowcount)
        return self if result is self.cursor else result

    def fetchone(self):
        """One row, or None."""
        entry = self._entry
        if entry is None:
            return self._bare(self.cursor.fetchone)
        started = perf_counter_ns()
        try:
            row = self.cursor.fetchone()
        except BaseException:
            self._refused(entry, started)
            raise
        entry.fetched += perf_counter_ns() - started
        if row is not None:
            entry.rows += 1
        return row

    def fetchmany(self, *size):
        """The next rows."""
        entry = self._entry
        if entry is None:
            return self._bare(self.cursor.fetchmany, *size)
        started = perf_counter_ns()
        try:
            rows = self.cursor.fetchmany(*size)
        except BaseException:
            self._refused(entry, started)
            raise
        entry.fetched += perf_counter_ns() - started
        entry.rows += len(rows)
        return rows

    def fetchall(self):
        """All the rows that are left."""
        entry = self._entry
        if entry is None:
            return self._bare(self.cursor.fetchall)
        started = perf_counter_ns()
        try:
            rows = self.cursor.fetchall()
        except BaseException:
            self._refused(entry, started)
            raise
        entry.fetched += perf_counter_ns() - started
        entry.rows += len(rows)
        return rows

    def _bare(self, fetch, *size):
        with self.db.wrap_database_errors:
            return fetch(*size)

    def _refused(self, entry: Entry, started: int = 0) -> None:
        """Raise Django's exception in place of the driver's that is being handled, and note it."""
        if started:
            entry.fetched += perf_counter_ns() - started
        try:
            with self.db.wrap_database_errors:
                raise
        except BaseException as error:
            entry.failed(error)
            raise

    def __iter__(self):
        rows = super().__iter__()
        return rows if self._entry is None else self._timed(self._entry, rows)

    def _timed(self, entry: Entry, rows):
        while True:
            started = perf_counter_ns()
            try:
                row = next(rows, NO_ROW)
            except BaseException as error:
                entry.failed(error)
                raise
            finally:
                entry.fetched += perf_counter_ns() - started
            if row is NO_ROW:
                return
            entry.rows += 1
            yield row

    def __next__(self):
        """Drivers' cursors are iterators, and execute() returns this in their place."""
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    def callproc(self, procname, params=None, kparams=None):
        """Call a procedure: one statement."""
        call = partial(super().callproc, procname, params, kparams)
        scope = active()
        if scope is None:
            self._entry = None
            return call()
        return self._run(self._begin(scope, f"CALL {procname}", params, 2), call)

    @property
    def executescript(self):
        """SQLite's: several statements in one text."""
        return partial(self._script, self.cursor.executescript)

    def _script(self, executescript, script):
        scope = active()
        if scope is None:
            return executescript(script)
        connection = self.db.connection
        if connection.in_transaction:  # sqlite3 commits before it runs a script
            self._run(self._begin(scope, "COMMIT", None, 2), connection.commit)
        entry = self._begin(scope, script, None, 2, statements=statements_in(script))
        return self._run(entry, partial(executescript, script))

    @property
    def copy(self):
        """psycopg's COPY: one statement, with the time and the rows that went through it."""
        return partial(self._copy, getattr(super(), "copy", None) or self.cursor.copy)

    def _copy(self, copy, statement, *args, **kwargs):
        scope = active()
        if scope is None:
            return copy(statement, *args, **kwargs)
        entry = self._begin(scope, statement, None, 2, kind="copy")
        return TimedCopy(entry, self.cursor, partial(copy, statement, *args, **kwargs))

    @property
    def stream(self):
        """psycopg's reading of one statement row by row."""
        return partial(self._stream, self.cursor.stream)

    def _stream(self, stream, query, params=None, **kwargs):
        scope = active()
        rows = stream(query, params, **kwargs)
        if scope is None:
            return rows
        entry = self._begin(scope, query, params, 2)
        entry.executed = 0
        return self._timed(entry, rows)


class RecordedPlain(Recorded):
    """Mixed in before CursorWrapper itself: the same with fewer calls, which pays for some of it."""

    _above = 3

    def _execute(self, sql, params, *ignored):
        scope = active()
        if scope is None or not apps.ready:
            return super()._execute(sql, params, *ignored)
        entry = self._begin(scope, sql, params, 3)
        cursor = self.cursor
        try:
            result = cursor.execute(sql) if params is None else cursor.execute(sql, params)
        except BaseException:
            self._refused(entry)
            raise
        entry.executed = perf_counter_ns() - entry.started - entry.waited
        entry.written = cursor.rowcount
        return self if result is cursor else result

    def execute(self, sql, params=None):
        """Send one statement."""
        if self.db.execute_wrappers:
            return super().execute(sql, params)
        return self._execute(sql, params)

    def executemany(self, sql, param_list):
        """Send one statement for each set of parameters."""
        if self.db.execute_wrappers:
            return super().executemany(sql, param_list)
        return self._executemany(sql, param_list)

    def close(self):
        """Close the cursor."""
        return self.cursor.close()


def _above_wrappers(above: int) -> int:
    """The same caller, seen past the functions of execute_wrappers."""
    frame, depth = sys._getframe(2), 2
    while frame is not None and frame.f_code is not WITH_WRAPPERS:
        frame, depth = frame.f_back, depth + 1
    return above if frame is None else depth + 1
