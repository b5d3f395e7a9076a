"""Values and names as a sentence can carry them: short, and never raising."""

from collections.abc import Mapping, Set
from datetime import date
from decimal import Decimal
from reprlib import Repr
from uuid import UUID

_repr = Repr()
_repr.maxstring = _repr.maxother = 60
_repr.maxlist = _repr.maxtuple = _repr.maxset = _repr.maxdict = 6


def shown(value: object) -> str:
    """A short repr: 'ana', 3, [1, 2, ...]; the type where an object shows nothing but its address."""
    if isinstance(value, (date, Decimal, UUID)):
        return str(value)
    try:
        text = _repr.repr(value)
    except Exception:  # noqa: BLE001  (a stranger's __repr__ may raise anything)
        return f"an object of type {type(value).__name__}"
    if " at 0x" in text or " instance at " in text:
        return f"an object of type {type(value).__name__}"
    return " ".join(text.split())


def named(name: object) -> str:
    """A key or a field as the subject of a sentence: author, or 3 for other keys."""
    return name if isinstance(name, str) and name else shown(name)


def is_should_be(reference: object, value: object) -> str:
    """ "is 'ana', should be 'ben'"; kinds instead of values where that says more."""
    if type(reference) is type(value) and not _large(reference) and not _large(value):
        ours, theirs = shown(reference), shown(value)
        if ours != theirs:
            return f"is {theirs}, should be {ours}"
    ours, theirs = kind_of(reference), kind_of(value)
    if ours == theirs:
        return f"is another {type(value).__name__}"
    return f"is {theirs}, should be {ours}"


def kind_of(value: object) -> str:
    """What sort of thing it is: "30 rows", "text of 1,204 characters", "the number 3", "a Photo"."""
    if isinstance(value, (str, bytes)):
        return f"text of {len(value):,} characters" if _large(value) else f"the text {shown(value)}"
    if not _large(value) and isinstance(value, (Mapping, list, tuple, Set)):
        return shown(value)
    if isinstance(value, Mapping):
        return f"a dict of {plural(len(value), 'key')}"
    if isinstance(value, (list, tuple, Set)):
        return plural(len(value), "row")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"the number {shown(value)}"
    return f"a {type(value).__name__}" if hasattr(value, "_meta") else shown(value)


def plural(number: int, noun: str) -> str:
    """ "1 row", "2 rows"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _large(value: object) -> bool:
    if isinstance(value, (str, bytes)):
        return len(value) > 60
    return isinstance(value, (Mapping, list, tuple, Set)) and (len(value) > 6 or len(shown(value)) > 60)
