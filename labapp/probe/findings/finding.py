"""The Finding: one thing worth changing, with where, how often and the cure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labapp.probe.groups import place

if TYPE_CHECKING:
    from labapp.probe.query import Site

KINDS = ("N+1", "duplicate", "write in a loop", "unused eager load", "unbounded result")


@dataclass(slots=True, repr=False)
class Finding:
    """What was found.

    `kind` is one of KINDS, `times` how often it happened, `sql` the statement without its values, `cost_ms`
    the milliseconds the database worked for it, `wait_ms` the milliseconds of simulated waiting, `cure` one
    line to act on, `also` further statements that the same line sends each time, `queries` positions in the
    recording.
    """

    kind: str
    times: int
    site: Site | None
    template: Site | None
    sql: str
    cure: str
    message: str
    cost_ms: float = 0.0
    wait_ms: float = 0.0
    also: list[str] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)

    @property
    def where(self) -> str:
        """The template line first, then the Python line: "pinsta/feed.html:12, views.py:31"."""
        return place(self.template, self.site)

    def to_dict(self) -> dict:
        """Return plain data that JSON can hold."""
        return {
            "kind": self.kind,
            "times": self.times,
            "where": self.where,
            "sql": self.sql,
            "cost_ms": self.cost_ms,
            "wait_ms": self.wait_ms,
            "cure": self.cure,
            "message": self.message,
            "also": list(self.also),
            "queries": list(self.queries),
        }

    def __str__(self) -> str:
        return f"{self.kind}: {self.message} Cure: {self.cure}."

    def __repr__(self) -> str:
        return f"<{self}>"

    def _repr_html_(self) -> str:
        from labapp.probe.render_html import finding_html, page

        return page(finding_html(self))
