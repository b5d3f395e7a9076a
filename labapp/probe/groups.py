"""The queries of a recording put together by what they say and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labapp.probe.fingerprint import fingerprint

if TYPE_CHECKING:
    from labapp.probe.query import Query, Site


@dataclass(slots=True)
class Group:
    """Executions of one statement from one place; `queries` are their positions in the recording."""

    fingerprint: str
    alias: str
    kind: str
    site: Site | None
    template: Site | None
    sample: Query
    count: int = 0
    execute_ms: float = 0.0
    fetch_ms: float = 0.0
    wait_ms: float = 0.0
    rows: int = 0
    queries: list[int] = field(default_factory=list)

    @property
    def total_ms(self) -> float:
        """Time in the database: execute and fetch, without simulated waiting."""
        return self.execute_ms + self.fetch_ms

    @property
    def where(self) -> str:
        """The template line if there is one, else the Python line."""
        return place(self.template, self.site)

    def add(self, position: int, query: Query) -> None:
        """Count one more execution."""
        self.count += query.statements
        self.execute_ms += query.execute_ms
        self.fetch_ms += query.fetch_ms
        self.wait_ms += query.wait_ms
        self.rows += query.rows
        self.queries.append(position)

    def to_dict(self) -> dict:
        """Return plain data, the sample as its statement and parameters."""
        return {
            "fingerprint": self.fingerprint,
            "count": self.count,
            "total_ms": self.total_ms,
            "execute_ms": self.execute_ms,
            "fetch_ms": self.fetch_ms,
            "wait_ms": self.wait_ms,
            "rows": self.rows,
            "where": self.where,
            "alias": self.alias,
            "kind": self.kind,
            "queries": list(self.queries),
            "sql": self.sample.sql,
            "params": self.sample.params,
        }


def groups(recording) -> list[Group]:
    """Return the groups of a recording, those that cost the database most first (then the most frequent)."""
    found: dict[tuple, Group] = {}
    for position, query in enumerate(recording.queries):
        shape = fingerprint(query.sql)
        identity = (shape, query.alias, query.key)
        group = found.get(identity)
        if group is None:
            group = found[identity] = Group(shape, query.alias, query.kind, query.site, query.template, query)
        group.add(position, query)
    return sorted(found.values(), key=lambda group: (-(group.total_ms + group.wait_ms), -group.count))


def place(template: Site | None, site: Site | None) -> str:
    """Return where something happened, in words: the template line first, then the Python line."""
    labels = [one.label for one in (template, site) if one is not None]
    return ", ".join(dict.fromkeys(labels)) or "an unknown place"
