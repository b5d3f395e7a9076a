"""PostgreSQL's EXPLAIN (FORMAT JSON) as a tree of steps, with what came of each when it was analyzed."""

from __future__ import annotations

import json

from labapp.probe.plan import SEARCH, WHOLE_INDEX, WHOLE_TABLE, Plan, PlanNode, took
from labapp.probe.plan_times import own_times
from labapp.probe.style import counted

CONDITIONS = (
    "Index Cond", "Recheck Cond", "TID Cond", "Hash Cond", "Merge Cond", "Join Filter", "One-Time Filter",
    "Order By", "Filter", "Sort Key", "Presorted Key", "Group Key", "Conflict Arbiter Indexes",
    "Conflict Filter",
)  # fmt: skip
DETAILS = (
    "Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck", "Heap Fetches",
    "Exact Heap Blocks", "Lossy Heap Blocks", "Sort Method", "Sort Space Used", "Sort Space Type",
    "Hash Batches", "Peak Memory Usage", "Workers Planned", "Workers Launched", "Shared Hit Blocks",
    "Shared Read Blocks",
    "Temp Written Blocks", "Conflicting Tuples", "Startup Cost", "Total Cost", "Plan Width",
)  # fmt: skip
READS_ALL = ("Sort", "Hash", "Bitmap Index Scan", "BitmapAnd", "BitmapOr", "ModifyTable")
STOPS_EARLY = ("Limit", "Merge Join")


def ask(connection, sql: str, params, analyze: bool) -> list[tuple]:
    """The answer of EXPLAIN, one row with the tree. Analyzed, the statement is executed and rolled back."""
    from django.db import transaction

    options = "ANALYZE, BUFFERS, TIMING, FORMAT JSON" if analyze else "FORMAT JSON"
    # In a block of its own: an error would otherwise end the transaction that the caller may be in.
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({options}) {sql}", params)
        rows = [tuple(row) for row in cursor.fetchall()]
        if analyze:
            transaction.set_rollback(True, using=connection.alias)
    return rows


def read(rows: list[tuple], analyzed: bool) -> Plan:
    """The Plan that this answer says."""
    answer = rows[0][0]
    said = (json.loads(answer) if isinstance(answer, str) else answer)[0]
    root = _node(said["Plan"])
    own_times(root)
    plan = Plan("", rows, [root], "postgresql", analyzed)
    plan.planning_ms, plan.execution_ms = said.get("Planning Time"), said.get("Execution Time")
    plan.notes = [_trigger(trigger) for trigger in said.get("Triggers", ())]
    plan.text = "\n".join([*_lines(plan), *plan.notes])
    return plan


def _node(said: dict, partial: bool = False, processes: int = 1) -> PlanNode:
    """One step of the answer; `processes` share it where a Gather above has started workers."""
    loops = said.get("Actual Loops")
    kind = _kind(said)
    node = PlanNode(
        kind,
        _named(kind, said),
        relation=said.get("Relation Name", ""),
        index=said.get("Index Name", ""),
        access=_access(said),
        conditions=[f"{name}: {_listed(said[name])}" for name in CONDITIONS if said.get(name)],
        role=said.get("Subplan Name", ""),
        estimated_rows=said["Plan Rows"] * (loops or 1),
        loops=loops,
        partial=partial,
        details={name: said[name] for name in DETAILS if name in said},
    )
    if loops is not None:
        node.actual_rows = said["Actual Rows"] * loops
        node.ms = said.get("Actual Total Time", 0.0) * loops / min(processes, loops or 1)
    if said["Node Type"].startswith("Gather"):
        processes = said.get("Workers Launched", 0) + 1
    for each in said.get("Plans", ()):
        child = _node(each, _partial(said, each, partial), processes)
        child.again = said["Node Type"] == "Merge Join" and each.get("Parent Relationship") == "Inner"
        node.children.append(child)
    return node


def _partial(parent: dict, child: dict, partial: bool) -> bool:
    """Whether the parent may leave rows of this child unread."""
    kind, role = parent["Node Type"], child.get("Parent Relationship")
    if kind in STOPS_EARLY or role in ("InitPlan", "SubPlan"):
        return True  # EXISTS takes one row of its SubPlan, and nothing tells it from others
    if role == "Inner" and parent.get("Join Type") in ("Semi", "Anti"):
        return child["Node Type"] != "Hash"
    reads_all = kind in READS_ALL or kind == "Aggregate" and parent.get("Strategy") != "Sorted"
    return partial and not reads_all


def _kind(said: dict) -> str:
    """What the text form of EXPLAIN calls it."""
    kind, joins, strategy = said["Node Type"], said.get("Join Type"), said.get("Strategy")
    if kind == "ModifyTable":
        return said["Operation"]
    if kind == "Aggregate":
        kind = {"Hashed": "HashAggregate", "Sorted": "GroupAggregate", "Mixed": "MixedAggregate"}.get(
            strategy, kind
        )
    if kind == "SetOp":
        kind = f"{'HashSetOp' if strategy == 'Hashed' else kind} {said.get('Command', '')}".rstrip()
    if joins and joins != "Inner":
        kind = f"{kind.removesuffix(' Join')} {joins} Join"
    if said.get("Scan Direction") == "Backward":
        kind += " Backward"
    if said.get("Partial Mode", "Simple") != "Simple":
        kind = f"{said['Partial Mode']} {kind}"
    return f"Parallel {kind}" if said.get("Parallel Aware") else kind


def _named(kind: str, said: dict) -> str:
    """The kind with the names it works on: "Index Scan using idx on photo p"."""
    using = f" using {said['Index Name']}" if "Index Name" in said and "Relation Name" in said else ""
    of = next((said[name] for name in ("Relation Name", "CTE Name", "Function Name") if name in said), "")
    if not of and "Index Name" in said:
        of = said["Index Name"]
    alias = said.get("Alias", "")
    place = " ".join(each for each in (of, alias if alias != of else "") if each)
    return f"{kind}{using} on {place}" if place else kind


def _access(said: dict) -> str:
    kind = said["Node Type"]
    if kind in ("Seq Scan", "Sample Scan"):
        return WHOLE_TABLE
    if kind in ("Index Scan", "Index Only Scan"):
        return SEARCH if "Index Cond" in said else WHOLE_INDEX
    return SEARCH if kind in ("Bitmap Index Scan", "Tid Scan", "Tid Range Scan") else ""


def _listed(value) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _trigger(said: dict) -> str:
    name = said.get("Constraint Name") or said["Trigger Name"]
    time = f", {took(said['Time'])}" if "Time" in said else ""
    return f"Trigger {name}: {counted(said['Calls'], 'call')}{time}."


def _lines(plan: Plan) -> list[str]:
    """The tree as text: each step with its figures, its conditions below it."""
    lines = []
    for depth, node in plan.walk():
        room = "  " * depth
        role = f"{node.role}: " if node.role else ""
        lines.append(f"{room}{role}{node.text}  ({figures(node)})")
        lines += [f"{room}    {condition}" for condition in node.conditions]
    if plan.execution_ms is not None:
        lines.append(
            f"planned in {took(plan.planning_ms)}, executed in {took(plan.execution_ms)}"
        )
    return lines


def figures(node: PlanNode) -> str:
    """ "estimated 30 rows, got 4,500 in 3 loops, 1.2 ms"."""
    estimated = f"estimated {counted(round(node.estimated_rows), 'row')}"
    if node.loops is None:
        return estimated
    if not node.loops:
        return f"{estimated}, never run"
    loops = f" in {node.loops:,} loops" if node.loops > 1 else ""
    off = ", estimate off by more than 10 times" if node.off else ""
    return f"{estimated}, got {round(node.actual_rows):,}{loops}, {took(node.ms)}{off}"
