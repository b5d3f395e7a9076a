"""What speaks for a loop over rows: an earlier query with as many rows, the way it was asked, the source."""

from bisect import bisect_left, bisect_right

from labapp.probe.findings.repeat import Repeat
from labapp.probe.findings.source import constant_turns
from labapp.probe.fingerprint import tables

READ_FROM_INSTANCE = {"related", "reverse_one", "deferred", "generic", "refresh"}
LEAST = 3
LEAST_WITHOUT_PARENT_BY_KEY = 4
LEAST_WITHOUT_PARENT = 5


class Evidence:
    """The recording seen as a whole, to ask about one repeat at a time."""

    def __init__(self, recording, repeats: list[Repeat]):
        self._recording = recording
        self._repeats = repeats
        self._written: dict[str, list[float]] = {}
        self._anything_written: list[float] = []
        for query in recording.queries:
            self._note_write(query)
        self._fetched = self._rows_fetched_by_cursor()

    def _note_write(self, query) -> None:
        if query.kind in ("insert", "update", "delete", "copy"):
            for table in tables(query.sql):
                self._written.setdefault(table, []).append(query.started_ms)
        elif query.kind in ("ddl", "other") or query.sql.upper().startswith("ROLLBACK"):
            self._anything_written.append(query.started_ms)

    def _rows_fetched_by_cursor(self) -> list[tuple[float, int, int | None]]:
        """(first start, rows) of server-side cursors, whose rows arrive with later FETCHes."""
        found: dict[tuple, list] = {}
        for query in self._recording.queries:
            if query.kind == "fetch":
                entry = found.setdefault(
                    (query.request, query.alias, query.key), [query.started_ms, 0, query.request]
                )
                entry[1] += query.rows
        return [tuple(entry) for entry in found.values()]

    def was_written(self, table_names, after_ms: float, before_ms: float) -> bool:
        """Return whether one of the tables was, or may have been, written between two moments."""
        for times in (self._anything_written, *(self._written.get(name, []) for name in table_names)):
            if bisect_right(times, after_ms) < bisect_left(times, before_ms):
                return True
        return False

    def written_between_all(self, repeat: Repeat) -> bool:
        """Return whether each two executions have a write to their tables between them."""
        names = tables(repeat.first.sql)
        pairs = zip(repeat.queries, repeat.queries[1:], strict=False)
        return all(self.was_written(names, one.started_ms, other.started_ms) for one, other in pairs)

    def parents(self, repeat: Repeat) -> list[tuple[int, object]]:
        """Return (rows, query) of what may have been looped over: what the same request asked before."""
        start, request = repeat.first.started_ms, repeat.first.request
        found = []
        for other in self._repeats:
            if (
                other is repeat
                or other.is_write
                or other.first.request != request
                or other.first.started_ms >= start
            ):
                continue
            if _is_page_before(other, repeat):
                continue
            found.append((other.rows, other.first))
            if other.count > 1:
                found.extend((query.rows, query) for query in other.queries if query.started_ms < start)
        found.extend((rows, None) for began, rows, of in self._fetched if of == request and began < start)
        return found

    def outer(self, repeat: Repeat) -> list[Repeat]:
        """Return the repeats that may have been looped over, those with exactly as many rows first."""
        first = repeat.first
        earlier = [
            other
            for other in self._repeats
            if other is not repeat
            and not other.is_write
            and other.first.request == first.request
            and other.first.started_ms < first.started_ms
        ]
        return sorted(
            earlier,
            key=lambda other: (abs(other.rows - repeat.count), other.count > 1, -other.first.started_ms),
        )

    def rows_match(self, repeat: Repeat) -> bool:
        """Return whether an earlier query had exactly as many rows as there were executions."""
        return any(rows == repeat.count for rows, _ in self.parents(repeat))

    def is_loop(self, repeat: Repeat, one_per_row: bool) -> bool:
        """Return whether the repeat runs once for each row (and not once for each item of a constant)."""
        least = self._least(repeat, one_per_row)
        return repeat.count >= least and repeat.count > constant_turns(repeat.first.stack)

    def _least(self, repeat: Repeat, one_per_row: bool) -> int:
        if any(slot.clause == "OFFSET" for slot, _ in repeat.varying):
            return LEAST  # one row after the other by its number: query_set[n]
        if one_per_row or repeat.via & (READ_FROM_INSTANCE | {"save"}):
            return LEAST
        by_key = any(_is_key(slot.column) and slot.operator == "=" for slot, _ in repeat.varying) or (
            repeat.is_write and bool(repeat.varying)
        )
        if any(rows >= repeat.count for rows, _ in self.parents(repeat)):
            return LEAST if by_key or not repeat.varying else LEAST_WITHOUT_PARENT
        return LEAST_WITHOUT_PARENT_BY_KEY if by_key else LEAST_WITHOUT_PARENT


def _is_page_before(other: Repeat, repeat: Repeat) -> bool:
    """The first of keyset pages is another statement (it has no WHERE), but no parent of the next ones."""
    return (
        other.table == repeat.table
        and other.first_limit is not None
        and other.first_limit == repeat.first_limit
    )


def _is_key(column: str) -> bool:
    name = column.lower()
    return name in ("id", "pk", "uuid", "guid", "rowid") or name.endswith(("_id", "_pk", "_uuid", "_ptr"))
