"""The time of each step of a PostgreSQL plan without the steps that it asked."""

from __future__ import annotations

import re

from labapp.probe.plan import PlanNode


def own_times(root: PlanNode) -> None:
    """Fill in `own_ms` of every step that has a time."""
    nodes = [node for _, node in root.walk()]
    for node in nodes:
        if node.ms is not None:
            node.own_ms = node.ms
    for parent in nodes:
        for child in parent.children:
            asker = _asker(child, nodes) or parent
            if asker.own_ms is not None and child.ms is not None:
                asker.own_ms = max(0.0, asker.own_ms - child.ms)


def _asker(asked: PlanNode, nodes: list[PlanNode]) -> PlanNode | None:
    """The step that runs a CTE or an InitPlan, which need not be the one below which PostgreSQL lists it."""
    if asked.role.startswith("CTE "):
        text = f"CTE Scan on {asked.role.removeprefix('CTE ')}"
        return next((node for node in nodes if node.text.startswith(text)), None)
    if asked.role.startswith("InitPlan"):
        # "(returns $0)" up to PostgreSQL 16, "(InitPlan 1).col1" from 17.
        returned = re.search(r"returns ([$\d,]+)", asked.role)
        names = returned[1].split(",") if returned else [f"({asked.role})."]
        return next((node for node in nodes if any(_uses(node, name) for name in names)), None)
    return None


def _uses(node: PlanNode, name: str) -> bool:
    return re.search(rf"{re.escape(name)}(?!\d)", node.condition) is not None
