"""The database's own plan for a recorded statement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from labapp.probe import plan_postgres, plan_sqlite
from labapp.probe.plan import Plan
from labapp.probe.queries import kind_of
from labapp.probe.scope import unrecorded

if TYPE_CHECKING:
    from labapp.probe.query import Query

EXPLAINED_KINDS = ("select", "insert", "update", "delete")
_QUOTED_OR_COMMENT = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_SHORTENED = re.compile(r"… \(\d+ characters\)$|^<\d+ bytes>$")


def explain(query: Query, using: str | None = None, analyze: bool = False) -> Plan:
    """Return the database's Plan for the statement with the parameters it was recorded with.

    Asks the alias it was recorded on, or the alias `using`. The statement is not executed, except with
    `analyze=True` on PostgreSQL: then it is, in a transaction (or savepoint) that is rolled back, and the
    plan has rows and times of each step; sequences are not set back. SQLite executes nothing in any case. A
    statement that cannot be explained gives a Plan whose text says why.
    """
    from django.db import DatabaseError, connections

    alias = using or query.alias
    if alias not in connections.settings:
        return Plan(
            f"There is no database {alias!r} to ask; there are: {', '.join(sorted(connections.settings))}."
        )
    connection = connections[alias]
    reason = _refusal(query, connection.vendor)
    if reason:
        return Plan(reason)
    params, notes = _params(query)
    try:
        with unrecorded():
            plan = _ask(connection, query.sql.strip().rstrip(";"), params, analyze)
    except (DatabaseError, ValueError, TypeError) as error:
        said = str(error).strip()
        return Plan(" ".join([f"The database gives no plan for this statement: {said}.", *notes]))
    plan.text = "\n".join([plan.text, *notes])
    plan.notes += notes
    return plan


def _ask(connection, sql: str, params, analyze: bool) -> Plan:
    if connection.vendor == "sqlite":
        return plan_sqlite.read(plan_sqlite.ask(connection, sql, params), sql)
    return plan_postgres.read(plan_postgres.ask(connection, sql, params, analyze), analyze)


def _refusal(query: Query, vendor: str) -> str:
    if vendor not in ("sqlite", "postgresql"):
        return f"Plans are shown for SQLite and PostgreSQL, not for {vendor}."
    if query.vendor != vendor:
        return f"This statement was written for {query.vendor}, and the database asked is {vendor}."
    if query.kind not in EXPLAINED_KINDS or kind_of(query.sql) not in EXPLAINED_KINDS:
        return "Only SELECT, INSERT, UPDATE and DELETE have a plan."
    if ";" in _QUOTED_OR_COMMENT.sub("", query.sql).rstrip().rstrip(";"):
        return "Several statements in one text have no single plan."
    return ""


def _params(query: Query) -> tuple[list | dict | None, list[str]]:
    """The parameters to ask with, and notes when they are not those that were sent."""
    params, notes = query.params, []
    if query.statements > 1:
        notes.append(f"Asked with the first of {query.statements:,} sets of parameters.")
    values = params.values() if isinstance(params, dict) else params or ()
    if any(isinstance(value, str) and _SHORTENED.search(value) for value in values):
        notes.append("Long parameters were shortened when they were recorded.")
    return params, notes
