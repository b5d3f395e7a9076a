"""Two lists of rows: which are missing, which are too many, which stand elsewhere, and what is wrong in the first bad one."""

from collections import Counter
from collections.abc import Callable, Mapping

from .wording import is_should_be, plural

Compare = Callable[[object, object], str | None]


def rows_difference(reference: list, value: list, compare: Compare, ordered: bool = True) -> str | None:
    """One sentence, or None when the rows agree; without `ordered` only which rows there are matters."""
    if len(reference) == len(value) and _first(reference, value, compare) is None:
        return None
    ours, theirs = _counted(reference), _counted(value)
    missing, extra = (ours - theirs).total(), (theirs - ours).total()
    if not missing and not extra:
        return "same rows, other order" if ordered else None
    if not extra:
        return f"{plural(missing, 'row')} missing"
    if not missing:
        return f"{plural(extra, 'row')} too many"
    if len(reference) != len(value):
        return f"{plural(len(value), 'row')}, should be {len(reference):,}"
    if ordered:
        return _first(reference, value, compare)
    return _unordered(reference, value, ours, theirs, compare)


def _first(reference: list, value: list, compare: Compare) -> str | None:
    for number, (ours, theirs) in enumerate(zip(reference, value, strict=True), 1):
        if found := compare(ours, theirs):
            joint = " " if found.startswith(("is ", "are ")) else ": "
            return f"row {number}{joint}{found}"
    return None


def _unordered(reference: list, value: list, ours: Counter, theirs: Counter, compare: Compare) -> str | None:
    """The rows without a partner, paired as they come; None when they differ by rounding alone."""
    left = sorted(_without_partner(reference, theirs), key=row_key)
    right = sorted(_without_partner(value, ours), key=row_key)
    for expected, found in zip(left, right, strict=False):
        if compare(expected, found):
            return f"{plural(len(left), 'row')} differ, the first {is_should_be(expected, found)}"
    return None


def _without_partner(rows: list, others: Counter) -> list:
    remaining = Counter(others)
    alone = []
    for row in rows:
        key = row_key(row)
        if remaining[key] > 0:
            remaining[key] -= 1
        else:
            alone.append(row)
    return alone


def _counted(rows: list) -> Counter:
    return Counter(map(row_key, rows))


def row_key(row: object) -> str:
    """A text that equal rows share: list or tuple alike, floats to nine digits, models by pk and loaded fields."""
    if isinstance(row, float):
        return format(row, ".9g")
    if isinstance(row, (list, tuple)):
        return "(" + ", ".join(map(row_key, row)) + ")"
    if isinstance(row, Mapping):
        return "{" + ", ".join(sorted(f"{key!r}: {row_key(part)}" for key, part in row.items())) + "}"
    if hasattr(row, "_meta") and hasattr(row, "_state"):
        return f"{row._meta.concrete_model.__name__} {row.pk!r}"
    if type(row).__repr__ is object.__repr__ and hasattr(row, "__dict__"):
        return f"{type(row).__name__} {row_key(vars(row))}"
    return repr(row)
