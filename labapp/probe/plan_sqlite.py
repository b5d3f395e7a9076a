"""SQLite's EXPLAIN QUERY PLAN as a tree of steps. It executes nothing and estimates nothing."""

from __future__ import annotations

import re

from labapp.probe.plan import SEARCH, WHOLE_INDEX, WHOLE_TABLE, Plan, PlanNode

NO_ESTIMATES = "SQLite's plan has neither estimates nor counts of rows, and no times."
ONLY_WRITES = "SQLite tells no steps for this statement: it writes and reads no table."
_STEP = re.compile(
    r"""(?P<verb>SCAN|SEARCH)\ (?:TABLE\ )?(?P<name>\([^)]*\)|SUBQUERY\ \d+|\S+)(?:\ AS\ (?P<alias>\S+))?
        (?:\ USING\ (?P<how>(?:AUTOMATIC\ )?(?:PARTIAL\ )?(?:COVERING\ )?INDEX|(?:INTEGER\ )?PRIMARY\ KEY)
           (?:\ (?P<index>(?!\()\S+))?)?
        (?:\ (?P<condition>\(.*\)))?(?P<rest>.*)""",
    re.VERBOSE,
)
_MADE = re.compile(r"(?:CO-ROUTINE|MATERIALIZE) (?P<name>\S+)")
_NAMED = re.compile(
    r"""(?:\b(?:FROM|JOIN|UPDATE|INTO)\b|,)\s*(?:"(?P<quoted>[^"]+)"|(?P<plain>\w+))
        (?=\s+(?:AS\s+)?"?(?P<alias>\w+)"?)""",
    re.VERBOSE | re.IGNORECASE,
)


def ask(connection, sql: str, params) -> list[tuple]:
    """The rows (id, parent, 0, detail) of the plan."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        return [tuple(row) for row in cursor.fetchall()]


def read(rows: list[tuple], sql: str) -> Plan:
    """The Plan that these rows say. The statement tells which table an alias stands for."""
    tables = _tables(sql)
    made = {found["name"] for *_, detail in rows if (found := _MADE.match(detail))}
    nodes: dict[int, PlanNode] = {}
    roots: list[PlanNode] = []
    for number, parent, _, detail in rows:
        node = nodes[number] = _node(detail, tables, made)
        siblings = nodes[parent].children if parent in nodes else roots
        siblings.append(node)
    if not rows:
        return Plan(ONLY_WRITES, vendor="sqlite")
    lines = ["  " * depth + node.text for root in roots for depth, node in root.walk()]
    return Plan("\n".join([*lines, NO_ESTIMATES]), rows, roots, "sqlite", notes=[NO_ESTIMATES])


def _node(detail: str, tables: dict[str, str], made: set[str]) -> PlanNode:
    step = _STEP.fullmatch(detail)
    if step is None or "CONSTANT ROW" in detail:
        found = _MADE.match(detail)
        return PlanNode(detail.removesuffix(f" {found['name']}") if found else detail, detail)
    name = tables.get(step["name"], step["name"])
    is_table = not (name in made or name.startswith(("(", "SUBQUERY ")))
    how = step["how"] or ""
    kind = f"{step['verb']} USING {how}" if how else step["verb"]
    return PlanNode(
        kind,
        detail,
        relation=name if is_table else "",
        index=step["index"] or "",
        access=_access(step, how) if is_table else "",
        conditions=[step["condition"]] if step["condition"] else [],
    )


def _access(step: re.Match, how: str) -> str:
    if "VIRTUAL TABLE" in step["rest"]:
        return ""  # the module behind it knows what it reads
    if how.startswith("AUTOMATIC"):
        return WHOLE_TABLE  # to make an index that lives as long as the statement
    if step["verb"] == "SEARCH":
        return SEARCH
    return WHOLE_INDEX if how.endswith("INDEX") else WHOLE_TABLE


def _tables(sql: str) -> dict[str, str]:
    """The table behind each alias; what else stands behind a name in the statement is no table's name."""
    return {found["alias"]: found["quoted"] or found["plain"] for found in _NAMED.finditer(sql)}
