"""What a function returned, as Python's own types: lazy parts are read, no object says what it equals."""

from collections.abc import Iterator, Mapping, Set
from decimal import Decimal

from django.db.models import Model, QuerySet

DEEPEST = 20


class NotPlain(TypeError):
    """A value that a check cannot compare; its text is one sentence."""


def plain(value, depth=0):
    """The same as lists, dictionaries, text, numbers and None; NotPlain where that cannot be."""
    if value is None or type(value) in (bool, int, float, str, bytes, Decimal):
        return value
    if depth > DEEPEST:
        raise NotPlain("It returns something that is nested too deeply to be compared.")
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {plain(key, depth + 1): plain(part, depth + 1) for key, part in value.items()}
    if isinstance(value, Set):
        return sorted((plain(part, depth + 1) for part in value), key=repr)
    if isinstance(value, (list, tuple, QuerySet, Iterator)):
        return [plain(part, depth + 1) for part in value]
    if isinstance(value, Model):
        names = [field.attname for field in value._meta.concrete_fields if field.attname in vars(value)]
        return {"model": value._meta.label, **{name: plain(vars(value)[name], depth + 1) for name in names}}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    kind = type(value).__name__
    raise NotPlain(f"It returns {kind}, which cannot be compared; lists, dictionaries, text and numbers can.")
