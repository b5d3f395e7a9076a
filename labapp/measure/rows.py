"""Two lists of rows: how many are missing, too many or elsewhere, and what is wrong with a bad one."""

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal

from .wording import is_should_be, plural

Compare = Callable[[object, object], str | None]

LARGE = 1e15


def rows_difference(reference: list, value: list, compare: Compare, ordered: bool = True) -> str | None:
    """One sentence, or None when the rows agree; without `ordered` only which rows there are matters."""
    first = _first(reference, value, compare) if len(reference) == len(value) else None
    if first is None and len(reference) == len(value):
        return None
    our_keys, their_keys = list(map(row_key, reference)), list(map(row_key, value))
    missing = (Counter(our_keys) - Counter(their_keys)).total()
    extra = (Counter(their_keys) - Counter(our_keys)).total()
    if not missing and not extra:
        return _same_keys(reference, value, our_keys, their_keys, compare, ordered)
    if not extra:
        return f"{plural(missing, 'row')} missing"
    if not missing:
        return f"{plural(extra, 'row')} too many"
    if len(reference) != len(value):
        return f"{plural(len(value), 'row')}, should be {len(reference):,}"
    return first if ordered else _unordered(reference, value, our_keys, their_keys, compare)


def _same_keys(reference, value, our_keys, their_keys, compare, ordered) -> str | None:
    """Rows that can be paired by their keys: is a pair different, or only the order?"""
    if our_keys == their_keys:
        return _first(reference, value, compare)
    places = sorted(range(len(value)), key=their_keys.__getitem__)
    for ours, theirs in zip(sorted(range(len(reference)), key=our_keys.__getitem__), places, strict=True):
        if found := compare(reference[ours], value[theirs]):
            return _of_row(theirs + 1, found)
    return "same rows, other order" if ordered else None


def _first(reference: list, value: list, compare: Compare) -> str | None:
    for number, (ours, theirs) in enumerate(zip(reference, value, strict=True), 1):
        if found := compare(ours, theirs):
            return _of_row(number, found)
    return None


def _of_row(number: int, found: str) -> str:
    return f"row {number:,}{' ' if found.startswith('is ') else ': '}{found}"


def _unordered(
    reference: list, value: list, our_keys: list, their_keys: list, compare: Compare
) -> str | None:
    """The rows without a partner, paired as they come; None when they differ by rounding alone."""
    left = _without_partner(reference, our_keys, Counter(their_keys))
    right = _without_partner(value, their_keys, Counter(our_keys))
    for expected, found in zip(left, right, strict=False):
        if compare(expected, found):
            differ = "differs" if len(left) == 1 else "differ"
            return f"{plural(len(left), 'row')} {differ}, one {is_should_be(expected, found)}"
    return None


def _without_partner(rows: list, keys: list, others: Counter) -> list:
    alone = []
    for key, row in sorted(zip(keys, rows, strict=True), key=lambda pair: pair[0]):
        if others[key] > 0:
            others[key] -= 1
        else:
            alone.append(row)
    return alone


def row_key(row: object) -> str:
    """A text that equal rows share: lists and tuples alike, numbers to nine digits, models by pk."""
    if isinstance(row, (bool, int, float, Decimal)):
        return repr(row) if abs(row) >= LARGE else format(float(row), ".9g")
    if isinstance(row, (list, tuple)):
        return "(" + ", ".join(map(row_key, row)) + ")"
    if isinstance(row, Mapping):
        return "{" + ", ".join(sorted(f"{key!r}: {row_key(part)}" for key, part in row.items())) + "}"
    if hasattr(row, "_meta") and hasattr(row, "_state"):
        return f"{row._meta.concrete_model.__name__} {row.pk!r}"
    if type(row).__repr__ is object.__repr__ and hasattr(row, "__dict__"):
        return f"{type(row).__name__} {row_key(vars(row))}"
    return repr(row)
