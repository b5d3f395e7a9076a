"""Values and names as a sentence can carry them: short, and never raising."""

from collections.abc import Mapping, Set
from reprlib import Repr

_repr = Repr()
_repr.maxstring = _repr.maxother = 60
_repr.maxlist = _repr.maxtuple = _repr.maxset = _repr.maxdict = 3


def shown(value: object) -> str:
    """A short repr: 'ana', 3, [1, 2, 3, ...]; the type where the object cannot show itself or shows an address."""
    try:
        text = _repr.repr(value)
    except Exception:
        return f"an object of type {type(value).__name__}"
    if " at 0x" in text or " instance at " in text:
        return f"an object of type {type(value).__name__}"
    return " ".join(text.split())


def named(name: object) -> str:
    """A key or a field as the subject of a sentence: author, or 3 for other keys."""
    return name if isinstance(name, str) and name else shown(name)


def is_should_be(reference: object, value: object) -> str:
    """ "is 'ana', should be 'ben'"; kinds instead of values where the kinds differ."""
    ours, theirs = kind_of(reference), kind_of(value)
    if reference is None:
        return f"is {theirs}, should be None"
    if value is None:
        return f"is None, should be {ours}"
    if (
        type(reference) is type(value)
        or shown(reference) != shown(value)
        and not (_large(reference) or _large(value))
    ):
        return f"is {shown(value)}, should be {shown(reference)}"
    return f"is {theirs}, should be {ours}"


def kind_of(value: object) -> str:
    """What sort of thing it is: "30 rows", "text", "the number 3", "a Photo"."""
    if isinstance(value, (str, bytes)):
        return shown(value) if len(value) <= 40 else f"text of {len(value):,} characters"
    if isinstance(value, Mapping):
        return f"a dict of {len(value):,} keys"
    if isinstance(value, (list, tuple, Set)):
        return plural(len(value), "row")
    if hasattr(value, "_meta"):
        return f"a {type(value).__name__}"
    return shown(value)


def plural(number: int, noun: str) -> str:
    """ "1 row", "2 rows"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _large(value: object) -> bool:
    return (
        isinstance(value, (Mapping, list, tuple, Set)) or isinstance(value, (str, bytes)) and len(value) > 40
    )
