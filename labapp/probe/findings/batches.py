"""Repeats that are no N+1 because each execution does the work of many rows: batches and pages."""

from labapp.probe.findings.repeat import Repeat

DJANGO_DELETES_AT_ONCE = 100  # a cascade goes through the rows in batches of at least this many


def is_batch(repeat: Repeat, one_per_row: bool, written_between: bool) -> bool:
    """Return whether the repeat is a batch or a page.

    `one_per_row` says that there were exactly as many executions as an earlier query had rows, which speaks
    against a batch wherever the statement itself leaves it open. `written_between` says that each two
    executions have a write to their tables between them.
    """
    if "delete" in repeat.via and max(map(len, repeat.lists)) >= DJANGO_DELETES_AT_ONCE:
        return True
    if repeat.is_write:
        return _is_written_in_batches(repeat, one_per_row)
    if "iterator" in repeat.via and "prefetch" in repeat.via:
        return True
    return (
        _is_paged_by_offset(repeat)
        or _is_paged_by_key(repeat, one_per_row)
        or _is_chunked(repeat, one_per_row)
        or _goes_level_by_level(repeat)
        or (written_between and _is_drained(repeat))
        or _is_windowed(repeat, one_per_row)
    )


def full_but_last(sizes: list[int], size: int | None = None) -> bool:
    """Whether all sizes are alike (and more than 1), the last at most as large; one empty page may follow."""
    size = sizes[0] if size is None else size
    sizes = sizes[:-1] if len(sizes) > 1 and sizes[-1] == 0 else sizes
    return size > 1 and all(one == size for one in sizes[:-1]) and sizes[-1] <= size


def _is_written_in_batches(repeat: Repeat, one_per_row: bool) -> bool:
    if all(query.statements > 1 for query in repeat.queries):
        return True
    if repeat.first.kind == "insert":
        sizes = [_inserted(repeat, turn) for turn in range(repeat.count)]
        return full_but_last(sizes) and not (one_per_row and _shares_a_value(repeat))
    if "bulk_update" in repeat.via:
        return max(len(one) for one in repeat.lists) > 1
    return _is_chunked(repeat, one_per_row) or (not one_per_row and _is_drained(repeat))


def _inserted(repeat: Repeat, turn: int) -> int:
    """How many rows one INSERT carries."""
    query, pairs = repeat.queries[turn], repeat.values[turn]
    arrays = [value for slot, value in pairs if slot.clause == "UNNEST" and isinstance(value, list)]
    if arrays:
        return len(arrays[0])
    tuples = len({slot.list for slot, _ in pairs if slot.clause == "VALUES"})
    return tuples if tuples > 1 else max(1, query.written, query.rows)


def _shares_a_value(repeat: Repeat) -> bool:
    """Whether a column has one value all through each INSERT and another in the next: the parent's key."""
    shared = [
        [column[0] if len(set(map(repr, column))) == 1 else None for column in _columns(pairs)]
        for pairs in repeat.values
    ]
    shared = [column for column in zip(*shared, strict=False) if None not in column]
    return any(len(set(map(repr, column))) == repeat.count for column in shared)


def _columns(pairs) -> list:
    """The values of an INSERT, one sequence for each column."""
    arrays = [value for slot, value in pairs if slot.clause == "UNNEST" and isinstance(value, list)]
    if arrays:
        return arrays
    rows: dict[int, list] = {}
    for slot, value in pairs:
        rows.setdefault(slot.list, []).append(value)
    return list(zip(*rows.values(), strict=False))


def _is_chunked(repeat: Repeat, one_per_row: bool) -> bool:
    """IN lists of equal length, but for the last, with other values each; else only the time of day
    differs.
    """
    sizes = [len(one) for one in repeat.lists]
    if not sizes[0] or not all(slot.is_range for slot, _ in repeat.varying) or not full_but_last(sizes):
        return False
    if len({frozenset(map(repr, one)) for one in repeat.lists}) == 1:
        return False
    return _all_disjoint(repeat.lists) or not one_per_row


def _goes_level_by_level(repeat: Repeat) -> bool:
    """Each IN list holds what the execution before returned: one query for each level of a tree."""
    sizes = [len(one) for one in repeat.lists]
    if not sizes[0] or repeat.varying or max(sizes) < 2:
        return False
    steps = zip(repeat.queries, sizes[1:], strict=False)
    return all(0 < size <= query.rows for query, size in steps) and _all_disjoint(repeat.lists)


def _all_disjoint(lists: list[list]) -> bool:
    sets = [frozenset(map(repr, one)) for one in lists]
    return len(frozenset().union(*sets)) == sum(map(len, sets))


def _is_paged_by_offset(repeat: Repeat) -> bool:
    """Only OFFSET (and the LIMIT of the last page) differs."""
    if not repeat.varying or not all(limit and limit >= 1 for limit in repeat.limits):
        return False
    clauses = {slot.clause for slot, _ in repeat.varying}
    return "OFFSET" in clauses and clauses <= {"OFFSET", "LIMIT"} and max(repeat.limits) > 1


def _is_paged_by_key(repeat: Repeat, one_per_row: bool) -> bool:
    """Each page begins after the last row of the one before: values compared by < or >, pages that are
    full.
    """
    if one_per_row or len(set(repeat.limits)) != 1 or (repeat.limits[0] or 0) < 2 or not repeat.varying:
        return False
    ranged = [found for slot, found in repeat.varying if slot.is_range]
    if not ranged or not all(slot.is_range or found in ranged for slot, found in repeat.varying):
        return False
    if _turns_round(ranged[0]):
        return False
    return full_but_last([query.rows for query in repeat.queries], repeat.limits[0])


def _turns_round(found: list) -> bool:
    """Whether the values turn round instead of going one way."""
    try:
        steps = [after >= before for before, after in zip(found, found[1:], strict=False)]
    except TypeError:
        return False
    return len(set(steps)) > 1


def _is_drained(repeat: Repeat) -> bool:
    """The same statement again and again, each time many rows, until nothing is left."""
    if repeat.varying or any(one != repeat.lists[0] for one in repeat.lists):
        return False
    if repeat.is_write:
        return full_but_last([query.written for query in repeat.queries])
    limit = repeat.limits[0]
    return limit is not None and full_but_last([query.rows for query in repeat.queries], limit)


def _is_windowed(repeat: Repeat, one_per_row: bool) -> bool:
    """Windows of one column, each beginning where the one before ended: `id >= 0 AND id < 1000`, …"""
    if one_per_row or len(repeat.varying) != 2:
        return False
    (low, lows), (high, highs) = repeat.varying
    if low.operator[0] == "<":
        (low, lows), (high, highs) = (high, highs), (low, lows)
    if low.column != high.column or low.operator[:1] != ">" or high.operator[:1] != "<":
        return False
    return all(_meets(end, start) for end, start in zip(highs, lows[1:], strict=False))


def _meets(end, start) -> bool:
    if end == start:
        return True
    try:
        return int(start) - int(end) == 1
    except (TypeError, ValueError):
        return False
