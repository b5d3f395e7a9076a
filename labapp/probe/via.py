"""The operations of Django between someone's code and the cursor, in a small vocabulary."""

from __future__ import annotations

from types import CodeType

from .trail import DJANGO

QUERYSET = {
    name: name
    for name in ("get", "first", "last", "exists", "count", "aggregate", "in_bulk", "bulk_create",
                 "bulk_update", "update", "delete", "get_or_create", "iterator")
} | {"_iterator": "iterator", "update_or_create": "get_or_create"}  # fmt: skip
MODEL = {"save": "save", "save_base": "save", "delete": "delete", "refresh_from_db": "refresh"}
HINTED = {
    "related",
    "reverse_one",
    "prefetch",
    "deferred",
    "refresh",
}  # not managers, yet hint an instance too
FORWARD = ("ForwardManyToOneDescriptor.", "ForwardOneToOneDescriptor.")
USERS = ("contrib/auth/__init__.py", "contrib/auth/middleware.py", "contrib/auth/backends.py")


def words(steps: list[tuple[CodeType, int]], manager: bool | None) -> list[str]:
    """The operations of these frames (innermost first), outermost first, each once in a row."""
    found: list[str] = []
    models = False
    for code, _ in reversed(steps):
        file = code.co_filename
        if not file.startswith(DJANGO):
            continue
        file = file[len(DJANGO) :]
        models = models or file.startswith("db/models/") or file == "db/transaction.py"
        word = _word(file, code.co_qualname, code.co_name)
        if word and found[-1:] != [word]:
            found.append(word)
    if manager and not HINTED & set(found):
        found.insert(0, "manager")
    return found if found or models else ["cursor"]


def _word(file: str, qualname: str, name: str) -> str | None:
    if file == "db/models/query.py":
        if qualname.startswith("RawQuerySet."):
            return "raw"
        if name == "prefetch_related_objects":
            return "prefetch"
        return QUERYSET.get(name) if qualname.startswith("QuerySet.") else None
    if file == "db/models/base.py":
        return MODEL.get(name)
    if file == "db/models/query_utils.py":
        return "deferred" if qualname == "DeferredAttribute.__get__" else None
    if file == "db/models/fields/related_descriptors.py":
        return _descriptor(qualname, name)
    if file == "contrib/contenttypes/fields.py":
        return "generic"
    if file.startswith("contrib/sessions/"):
        return "session"
    if file in USERS and name in ("get_user", "aget_user", "auser"):
        return "auth_user"
    return None


def _descriptor(qualname: str, name: str) -> str | None:
    if qualname.startswith(FORWARD):
        return "related" if name == "__get__" else None
    if qualname.startswith("ReverseOneToOneDescriptor."):
        return "reverse_one" if name == "__get__" else None
    return "manager" if "RelatedManager." in qualname and "prefetch" not in name else None
