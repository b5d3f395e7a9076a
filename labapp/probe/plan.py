"""A database's plan for a statement, as a tree: its steps, what was expected of each and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

OFF = 10  # an estimate is called wrong when it is off by more than this factor
WHOLE_TABLE, WHOLE_INDEX, SEARCH = "whole table", "whole index", "search"


@dataclass(slots=True)
class PlanNode:
    """One step of a plan; its children give it their rows.

    `kind` is what the database calls it ("Seq Scan", "SEARCH USING INDEX"), `text` that with its names, and
    `conditions` are its filters and keys. `access` says how `relation` is read: "whole table", "whole index"
    (all of it, unless a LIMIT has enough before), "search" (by values), or "" for other steps.
    `role` is what it is to its parent ("InitPlan 1", "CTE recent").

    Rows and times are of all `loops` (how often the step was run) together. `estimated_rows` is None on
    SQLite, which tells none; `actual_rows`, `loops`, `ms` (with its children) and `own_ms` (without) are None
    unless the statement was analyzed. `partial`: nobody may have asked for all of its rows (a LIMIT above it,
    say), so that fewer than estimated prove nothing. `again`: rows may have been counted more than once (the
    inner side of a merge join), so that more prove nothing. `details` are other figures, as the database
    names them.
    """

    kind: str
    text: str
    relation: str = ""
    index: str = ""
    access: str = ""
    conditions: list[str] = field(default_factory=list)
    role: str = ""
    estimated_rows: float | None = None
    actual_rows: float | None = None
    loops: int | None = None
    ms: float | None = None
    own_ms: float | None = None
    partial: bool = False
    again: bool = False
    details: dict = field(default_factory=dict)
    children: list[PlanNode] = field(default_factory=list)

    @property
    def condition(self) -> str:
        """All conditions in one line."""
        return "; ".join(self.conditions)

    @property
    def ratio(self) -> float | None:
        """Actual rows / estimated rows, both taken as one row a loop at least; None where one is unknown."""
        if self.estimated_rows is None or self.actual_rows is None or not self.loops:
            return None
        return max(self.actual_rows, self.loops) / max(self.estimated_rows, self.loops)

    @property
    def off(self) -> bool:
        """Whether the estimate was wrong by more than 10 times."""
        ratio = self.ratio
        if ratio is None:
            return False
        return ratio > OFF and not self.again or ratio < 1 / OFF and not self.partial

    def walk(self, depth: int = 0) -> Iterator[tuple[int, PlanNode]]:
        """(depth, step) of this step and all below it, in the order in which they are read."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)

    @classmethod
    def from_dict(cls, data: dict) -> PlanNode:
        """The inverse of what asdict() gives."""
        return cls(**{**data, "children": [cls.from_dict(child) for child in data["children"]]})


@dataclass(slots=True)
class Plan:
    """`text` to read: the plan, or one sentence why there is none; `rows`: the database's answer, row by
    row.

    `nodes` are the roots of its tree, none when there is no plan. `analyzed`: the statement was executed for
    it. `planning_ms` and `execution_ms` are PostgreSQL's own, with its clocks running in each step. `notes`
    are sentences on what the plan does not say.
    """

    text: str
    rows: list[tuple] = field(default_factory=list)
    nodes: list[PlanNode] = field(default_factory=list)
    vendor: str = ""
    analyzed: bool = False
    planning_ms: float | None = None
    execution_ms: float | None = None
    notes: list[str] = field(default_factory=list)

    def walk(self) -> Iterator[tuple[int, PlanNode]]:
        """(depth, step) of every step, in the order in which they are read."""
        for root in self.nodes:
            yield from root.walk()

    def scans(self) -> list[str]:
        """The tables that are read from their beginning without an index, each once: all of them, unless a
        LIMIT has enough before."""
        whole = (node.relation for _, node in self.walk() if node.access == WHOLE_TABLE)
        return list(dict.fromkeys(whole))

    def indexes(self) -> list[str]:
        """The names of the indexes that are used, each once; SQLite's INTEGER PRIMARY KEY has none."""
        return list(dict.fromkeys(node.index for _, node in self.walk() if node.index))

    def to_dict(self) -> dict:
        """The plan as JSON types."""
        return {**asdict(self), "rows": [list(row) for row in self.rows]}

    @classmethod
    def from_dict(cls, data: dict) -> Plan:
        """The inverse of to_dict()."""
        nodes = [PlanNode.from_dict(node) for node in data["nodes"]]
        return cls(**{**data, "rows": [tuple(row) for row in data["rows"]], "nodes": nodes})

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        from labapp.probe.plan_html import CSS, html
        from labapp.probe.render_html import page

        return page(f"<style>{CSS}</style>{html(self)}")


def took(ms: float) -> str:
    """A time with as many decimals as PostgreSQL tells where it is short: "0.021 ms", "12.3 ms"."""
    return f"{ms:,.{3 if ms < 1 else 2 if ms < 10 else 1}f} ms"
