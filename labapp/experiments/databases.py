"""Which database an experiment runs on, what it may do there, and how a query is stopped."""

from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec

from django.db import connections

from labapp import databases, probe
from labapp.experiments.durability import durability
from labapp.experiments.homes import POSTGRESQL, PROXIED, SQLITE, entered, keep, scratch
from labapp.experiments.parameters import BadSetting, Choice, Condition
from labapp.services import postgresql

__all__ = ["database", "durability", "guarded", "keep", "needs_postgresql", "scratch"]


@dataclass(frozen=True)
class Databases(Choice):
    """The databases that can be had on this machine; ``hint`` says how to get the others."""

    hint: str = ""

    def refuse(self, value):
        if self.hint and value in (POSTGRESQL, PROXIED):
            raise BadSetting(f"{self.name} cannot be {value!r} here. {self.hint}")
        super().refuse(value)


def database(writes=False):
    """The database, a choice in the panel: SQLite, PostgreSQL, or that with a proxy in front of it.

    Variants only read: one that writes raises, and nothing changes. With ``writes`` they have a copy of the
    seeded data to themselves, one for each kind of database, kept while the process lives.
    """
    if postgresql.find() is None or find_spec("psycopg") is None:
        parameter = Databases("database", SQLITE, choices=(SQLITE,), hint=postgresql.HOW)
    else:
        parameter = Databases("database", SQLITE, choices=(SQLITE, POSTGRESQL, PROXIED))
    owner = object() if writes else None  # no two experiments share a copy
    return Condition(parameter, lambda kind: entered(kind, owner))


def needs_postgresql():
    """Nothing, or why a variant cannot run on the database at hand."""
    return "" if connections["default"].vendor == "postgresql" else "needs PostgreSQL, this is SQLite"


@contextmanager
def guarded(stop):
    """A measurement that ends at the next statement once ``stop`` says so, or inside a long one."""
    with probe.unrecorded():
        connections["default"].ensure_connection()
    with databases.interruptible() as interrupt:
        stop.interrupters.append(interrupt)
        try:
            with probe.before_statement(stop.check, waits=False):
                yield
        finally:
            stop.interrupters.clear()
