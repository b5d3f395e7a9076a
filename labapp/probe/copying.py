"""COPY with psycopg 3: a context manager whose writes and reads are the statement's time."""

from __future__ import annotations

from time import perf_counter_ns

from .entry import Entry


class TimedCopy:
    """Stands in for psycopg's Copy; times what the driver does, not what the caller does in between."""

    def __init__(self, entry: Entry, cursor, start):
        self._entry = entry
        self._cursor = cursor
        self._start = start
        self._manager = self._copy = None
        entry.executed = 0

    def _time(self, call, *args):
        started = perf_counter_ns()
        try:
            return call(*args)
        except BaseException as error:
            self._entry.failed(error)
            raise
        finally:
            self._entry.executed += perf_counter_ns() - started

    def __enter__(self):
        self._manager = self._time(self._start)
        self._copy = self._time(self._manager.__enter__)
        return self

    def __exit__(self, *exception):
        try:
            return self._time(self._manager.__exit__, *exception)
        finally:
            self._entry.written = self._cursor.rowcount

    def write(self, data):
        """Send a block of data."""
        self._time(self._copy.write, data)

    def write_row(self, row):
        """Send one row."""
        self._time(self._copy.write_row, row)

    def read(self):
        """Receive a block of data, empty at the end."""
        return self._time(self._copy.read)

    def read_row(self):
        """Receive one row, None at the end."""
        return self._time(self._copy.read_row)

    def rows(self):
        """Receive row by row."""
        while (row := self.read_row()) is not None:
            yield row

    def __iter__(self):
        while data := self.read():
            yield data

    def __getattr__(self, name):
        return getattr(self._copy, name)
