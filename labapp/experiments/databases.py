"""Which database an experiment runs on, what it may do there, and how a query is stopped."""

import contextvars
from contextlib import contextmanager

from django.db import connections

from labapp import databases, probe
from labapp.experiments.parameters import Choice, Condition


def database():
    """The database, a choice in the panel. Variants only read: one that writes raises, nothing changes."""
    parameter = Choice("database", "SQLite", help="database", choices=("SQLite",))
    return Condition(parameter, lambda choice: databases.read_only())


@contextmanager
def guarded(stop):
    """A measurement that ends at the next statement once ``stop`` says so, or inside a long one."""
    connection = connections["default"]
    with probe.unrecorded():
        connection.ensure_connection()
    stop.interrupters.append(lambda: _interrupt(connection))
    try:
        with probe.before_statement(stop.check, waits=False):
            yield
    finally:
        stop.interrupters.clear()


def _interrupt(connection):
    """End the statement that this connection is busy with; may be called from any thread."""
    driver = connection.connection
    end = getattr(driver, "interrupt", None) or getattr(driver, "cancel_safe", None)
    if end is not None:
        end()


_kept = {}


def keep(name, make):
    """What ``make()`` gives, made once for each database and outside of the measurement: unrecorded, and
    allowed to write."""
    key = name, str(connections["default"].settings_dict["NAME"])
    if key not in _kept:
        _kept[key] = contextvars.Context().run(make)
    return _kept[key]
