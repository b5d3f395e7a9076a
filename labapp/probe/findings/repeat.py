"""A Repeat: one statement sent several times from exactly one place while one request was handled."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from labapp.probe.fingerprint import fingerprint, main_table
from labapp.probe.statement import Slot, values

LOOPED_KINDS = ("select", "insert", "update", "delete")
_UNSEEN = ("session", "auth_user")


@dataclass
class Repeat:
    """The executions of one statement from one place, in time order; `positions` are those in the
    recording.
    """

    fingerprint: str
    key: tuple
    queries: list = field(default_factory=list)
    positions: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.queries)

    @property
    def first(self):
        return self.queries[0]

    @property
    def is_write(self) -> bool:
        return self.first.kind in ("insert", "update", "delete")

    @property
    def via(self) -> set[str]:
        return set(self.first.via)

    @property
    def spot(self) -> tuple:
        """The innermost line of the user's code, whoever called it: (request, alias, line, template tag)."""
        return (*self.key[:2], *_spot(self.first))

    def joined(self, others: list[Repeat]) -> Repeat:
        """Return this repeat together with others, in time order."""
        every = [self, *others]
        pairs = [pair for one in every for pair in zip(one.positions, one.queries, strict=True)]
        pairs.sort(key=lambda pair: pair[1].started_ms)
        positions, queries = zip(*pairs, strict=True)
        return Repeat(self.fingerprint, self.key, list(queries), list(positions))

    @property
    def call(self) -> tuple:
        """The call in the user's code that sent it, whatever Django made of it."""
        return (self.first.request, *call(self.first))

    @cached_property
    def table(self) -> str:
        return main_table(self.first.sql)

    @cached_property
    def rows(self) -> int:
        return sum(query.rows for query in self.queries)

    @cached_property
    def values(self) -> list[list[tuple[Slot, object]]]:
        """For each execution its values, each with what it is for."""
        return [values(query.sql, query.params) for query in self.queries]

    @cached_property
    def limits(self) -> list[int | None]:
        """For each execution its LIMIT, None without one."""
        return [_limit(one) for one in self.values]

    @cached_property
    def first_limit(self) -> int | None:
        """The LIMIT of the first execution, None without one."""
        return _limit(values(self.first.sql, self.first.params))

    @cached_property
    def lists(self) -> list[list]:
        """For each execution the values of its IN lists, together."""
        return [[value for slot, value in one if slot.operator == "IN"] for one in self.values]

    @cached_property
    def varying(self) -> list[tuple[Slot, list]]:
        """The slots outside of IN lists whose value differs, with the value in each execution."""
        rows = [[pair for pair in one if pair[0].operator != "IN"] for one in self.values]
        if len({len(one) for one in rows}) != 1:
            return []
        columns = [(column[0][0], [value for _, value in column]) for column in zip(*rows, strict=True)]
        return [(slot, found) for slot, found in columns if any(value != found[0] for value in found[1:])]


def repeats(recording) -> list[Repeat]:
    """Return every statement with its executions, first seen first; transactions and fetches are left out."""
    found: dict[tuple, Repeat] = {}
    order = sorted(range(len(recording.queries)), key=lambda position: recording.queries[position].started_ms)
    for position in order:
        query = recording.queries[position]
        if query.kind not in LOOPED_KINDS or not set(query.via).isdisjoint(_UNSEEN):
            continue
        place = (query.request, query.alias, query.key)
        shape = fingerprint(query.sql)
        repeat = found.get((place, shape))
        if repeat is None:
            repeat = found[place, shape] = Repeat(shape, place)
        repeat.queries.append(query)
        repeat.positions.append(position)
    return _recursion_joined(list(found.values()))


def _recursion_joined(found: list[Repeat]) -> list[Repeat]:
    """Join what one line sent at several depths of a recursion: each depth is a path of its own."""
    lines: dict[tuple, list[Repeat]] = {}
    for repeat in found:
        lines.setdefault((repeat.fingerprint, *repeat.spot), []).append(repeat)
    joined = []
    for depths in lines.values():
        if len(depths) == 1 or not any(_is_recursive(repeat.first) for repeat in depths):
            joined += depths
            continue
        joined.append(depths[0].joined(depths[1:]))
    return sorted(joined, key=lambda repeat: repeat.first.started_ms)


def call(query) -> tuple:
    """Return the line of the user's code that sent the query, with the lines that led there."""
    return (tuple((site.file, site.line, site.column) for site in query.stack), *_spot(query))


def _spot(query) -> tuple:
    return tuple(
        site and (site.file, site.line, site.column, site.text) for site in (query.site, query.template)
    )


def _is_recursive(query) -> bool:
    around = [(site.file, site.function) for site in query.stack]
    if query.template is not None and any(
        file == query.template.file and function == "IncludeNode" for file, function in around
    ):
        return True
    return query.site is not None and around.count((query.site.file, query.site.function)) > 1


def _limit(pairs) -> int | None:
    for slot, value in pairs:
        if slot.clause == "LIMIT":
            try:
                return int(value)
            except (TypeError, ValueError):
                return None
    return None
