"""The database's own plan for a recorded statement. The statement itself is never executed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labapp.probe.queries import kind_of
from labapp.probe.scope import unrecorded

if TYPE_CHECKING:
    from labapp.probe.query import Query

EXPLAINED_KINDS = ("select", "insert", "update", "delete")
_QUOTED_OR_COMMENT = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_SHORTENED = re.compile(r"… \(\d+ characters\)$|^<\d+ bytes>$")


@dataclass(slots=True)
class Plan:
    """`text` to read: the plan, or one sentence why there is none; `rows`: the database's answer, row by
    row.
    """

    text: str
    rows: list[tuple] = field(default_factory=list)

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        from labapp.probe.render_html import page
        from labapp.probe.style import escape

        return page(f"<pre>{escape(self.text)}</pre>")


def explain(query: Query, using: str | None = None) -> Plan:
    """Return the database's Plan for the statement with the parameters it was recorded with.

    Asks the alias it was recorded on, or the alias `using`. For SQLite the plan is an indented tree, for
    PostgreSQL the text of EXPLAIN. A statement that cannot be explained gives a Plan whose text says why.
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
    params, note = _params(query)
    try:
        with unrecorded():
            rows = _ask(connection, query.sql, params)
    except (DatabaseError, ValueError, TypeError) as error:
        return Plan(f"The database gives no plan for this statement: {str(error).strip()}.{note}")
    text = _tree(rows) if connection.vendor == "sqlite" else "\n".join(str(row[0]) for row in rows)
    return Plan(text + (f"\n{note.strip()}" if note else ""), rows)


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


def _params(query: Query) -> tuple[list | dict | None, str]:
    """The parameters to ask with, and a note when they are not those that were sent."""
    params = query.params
    if query.statements > 1 and params and isinstance(params[0], (list, dict)):
        params = params[0]
    values = params.values() if isinstance(params, dict) else params or ()
    shortened = any(isinstance(value, str) and _SHORTENED.search(value) for value in values)
    return params, " Long parameters were shortened when they were recorded." if shortened else ""


def _ask(connection, sql: str, params) -> list[tuple]:
    from django.db import transaction

    sql = sql.strip().rstrip(";")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            return [tuple(row) for row in cursor.fetchall()]
    # In a block of its own: an error would otherwise end the transaction that the caller may be in.
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        return [tuple(row) for row in cursor.fetchall()]


def _tree(rows: list[tuple]) -> str:
    """SQLite's rows of (id, parent, _, detail) as an indented tree."""
    depths: dict[int, int] = {0: -1}
    lines = []
    for number, parent, _, detail in rows:
        depths[number] = depths.get(parent, -1) + 1
        lines.append("  " * depths[number] + detail)
    return "\n".join(lines)
