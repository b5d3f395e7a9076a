"""Whether a variant returned the same as the baseline, and if not, what the difference is, in one sentence.

What counts as the same: equal rows in the same order (lists, tuples and querysets alike), model instances
with the same primary key and equal loaded fields (nothing is fetched to find out), numbers that agree to nine
digits, pages whose text agrees apart from layout whitespace and CSRF tokens.
"""

import dataclasses
import math
from collections.abc import Mapping, Set
from datetime import date, datetime
from decimal import Decimal
from types import GeneratorType
from uuid import UUID

from . import pages
from .rows import rows_difference
from .wording import is_should_be, named, plural, shown

PLAIN = {str, bytes, int, float, bool, Decimal, date, datetime, UUID}
NUMBERS = (bool, int, float, Decimal, complex)


def difference(reference: object, value: object, *, ordered: bool = True) -> str | None:
    """What is wrong with `value`, in one sentence without a full stop; None when nothing is.

    "1 row missing", "2 rows too many", "same rows, other order", "row 3: author is 'ana', should be 'ben'",
    "the page differs at line 12: …". With ordered=False the order of rows does not matter. Never raises: what
    cannot be compared is said to be so.
    """
    try:
        found = compare(reference, value, ordered)
        return f"the result {found}" if found and found.startswith("is ") else found
    except RecursionError:
        return "cannot be compared: it contains itself, or is nested too deeply"
    except Exception as error:  # noqa: BLE001  (objects of any class, whose own methods may raise anything)
        return f"cannot be compared: comparing raised {type(error).__name__}"


def compare(reference: object, value: object, ordered: bool = True) -> str | None:
    """As difference(), but lets errors through; used on the parts of a whole."""
    if (
        reference is value
        or type(reference) in PLAIN
        and type(value) is type(reference)
        and reference == value
    ):
        return None
    for kind, comparer in _COMPARERS:
        ours, theirs = kind(reference), kind(value)
        if ours and theirs:
            return comparer(reference, value, ordered)
        if ours or theirs:
            return is_should_be(reference, value)
    return _compare_others(reference, value)


def _compare_text(reference, value, ordered):
    ours, theirs = getattr(reference, "status_code", None), getattr(value, "status_code", None)
    if ours and theirs and ours != theirs:
        return f"status is {theirs}, should be {ours}"
    return pages.difference(pages.text(reference), pages.text(value))


def _compare_numbers(reference, value, ordered):
    if reference == value or _close(reference, value):
        return None
    return is_should_be(reference, value)


def _close(reference, value) -> bool:
    if isinstance(reference, complex) or isinstance(value, complex):
        return False
    if isinstance(reference, Decimal) and isinstance(value, Decimal):
        return False
    ours, theirs = float(reference), float(value)
    return math.isnan(ours) and math.isnan(theirs) or math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12)


def _compare_mappings(reference, value, ordered):
    missing = [key for key in reference if key not in value]
    if missing:
        return f"{_names(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    extra = [key for key in value if key not in reference]
    if extra:
        return f"{_names(extra)} should not be there"
    return _first(((key, reference[key], value[key]) for key in reference), ordered)


def _names(keys: list) -> str:
    return named(keys[0]) if len(keys) == 1 else f"{named(keys[0])} and {len(keys) - 1} more"


def _compare_models(reference, value, ordered):
    if reference._meta.concrete_model is not value._meta.concrete_model:
        return is_should_be(reference, value)
    if reference.pk != value.pk:
        return f"pk is {shown(value.pk)}, should be {shown(reference.pk)}"
    ours, theirs = reference.__dict__, value.__dict__
    names = [field.attname for field in reference._meta.concrete_fields]
    return _first(
        ((name, ours[name], theirs[name]) for name in names if name in ours and name in theirs), ordered
    )


def _compare_dataclasses(reference, value, ordered):
    if type(reference) is not type(value):
        return is_should_be(reference, value)
    fields = [field.name for field in dataclasses.fields(reference) if field.compare]
    return _first(((name, getattr(reference, name), getattr(value, name)) for name in fields), ordered)


def _compare_sets(reference, value, ordered):
    return rows_difference(sorted(reference, key=repr), sorted(value, key=repr), _compare_row, ordered=False)


def _compare_rows(reference, value, ordered):
    return rows_difference(list(reference), list(value), _compare_row, ordered)


def _compare_row(reference, value):
    """A row that is itself a tuple has columns."""
    if not isinstance(reference, (list, tuple)) or not isinstance(value, (list, tuple)):
        return compare(reference, value)
    if len(reference) != len(value):
        return f"{plural(len(value), 'column')}, should be {len(reference):,}"
    return _first(
        (
            (f"column {number}", ours, theirs)
            for number, (ours, theirs) in enumerate(zip(reference, value, strict=True), 1)
        ),
        ordered=True,
    )


def _compare_spent(reference, value, ordered):
    return "returned a generator, which can be read only once: return a list"


def _first(parts, ordered) -> str | None:
    """The first part that differs, with its name: "author is 'ana', should be 'ben'"."""
    for name, ours, theirs in parts:
        if found := compare(ours, theirs, ordered):
            joint = " " if found.startswith("is ") else ": "
            return f"{named(name)}{joint}{found}"
    return None


def _compare_others(reference, value):
    if reference == value:
        return None
    plain = type(reference) is type(value) and type(reference).__eq__ is object.__eq__
    if plain and hasattr(reference, "__dict__"):
        return compare(vars(reference), vars(value))
    return is_should_be(reference, value)


def is_model(value: object) -> bool:
    """A Django model instance, told without importing Django."""
    return hasattr(value, "_meta") and hasattr(value, "_state") and not isinstance(value, type)


def _is_rows(value: object) -> bool:
    return isinstance(value, (list, tuple)) or hasattr(value, "_result_cache")


def _is_dataclass(value: object) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


_COMPARERS = (
    (lambda value: isinstance(value, GeneratorType), _compare_spent),
    (pages.is_text, _compare_text),
    (lambda value: isinstance(value, NUMBERS), _compare_numbers),
    (lambda value: isinstance(value, Mapping), _compare_mappings),
    (lambda value: isinstance(value, Set), _compare_sets),
    (_is_rows, _compare_rows),
    (is_model, _compare_models),
    (_is_dataclass, _compare_dataclasses),
)
