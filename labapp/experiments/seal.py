"""Whether the lab's own code is still the code that was loaded: a check measures with it."""

import sys
from types import FunctionType, ModuleType

_sealed = {}


def replaced():
    """Names of functions and classes of the lab that were replaced since they were first seen here."""
    changed = []
    for module in _modules():
        sealed = _sealed.setdefault(module.__name__, {})
        changed += [
            f"{module.__name__}.{name}" for name, before in sealed.items()
            if not _same(before, _inner(_lookup(module, name)))
        ]
        for name, value in _parts(module):
            sealed.setdefault(name, _inner(value))
    return changed


def _modules():
    return [
        module for name, module in sorted(sys.modules.items())
        if name.startswith("labapp.") and isinstance(module, ModuleType)
    ]


def _parts(module):
    """(name, value) of everything callable in a module, and of what its own classes consist of."""
    for name, value in list(vars(module).items()):
        if not callable(value) or name.startswith("__"):
            continue
        yield name, value
        if isinstance(value, type) and value.__module__ == module.__name__:
            for part, member in list(vars(value).items()):
                if hasattr(member, "__get__"):
                    yield f"{name}.{part}", member


def _inner(value):
    """The object, and the code of a function, which can be put in the place of another's."""
    return value, value.__code__ if isinstance(value, FunctionType) else None


def _same(before, now):
    return all(one is other for one, other in zip(before, now, strict=True))


def _lookup(module, name):
    """What a sealed name means now; None when it is gone."""
    value = module
    for part in name.split("."):
        value = vars(value).get(part)
        if value is None:
            return None
    return value
