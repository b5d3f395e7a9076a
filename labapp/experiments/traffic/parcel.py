"""How views travel to the processes that serve them: by name where a module holds them, else as they are.

A function from a notebook's cell exists nowhere but in its kernel, so cloudpickle takes it apart. What such a
function uses of Django's own (``cache``, ``connection``, a signal) must arrive as the one that is there.
"""

import io
import pickle
from importlib import import_module

import cloudpickle

from labapp.experiments.variant import BadVariant

HOLDERS = (
    "django.conf", "django.core.cache", "django.core.signals", "django.db", "django.db.models.signals",
    "django.db.transaction",
)


def packed(turn):
    """The turn as bytes. BadVariant where something in it cannot travel, a lock for one."""
    file = io.BytesIO()
    try:
        Pickler(file, protocol=pickle.HIGHEST_PROTOCOL).dump(turn)
    except (TypeError, AttributeError, pickle.PicklingError, RecursionError) as error:
        raise BadVariant(
            f"A variant uses something that cannot be given to the processes of the site ({error}): make it "
            "inside the function, or in a module."
        ) from error
    return file.getvalue()


def unpacked(content):
    """The inverse."""
    return pickle.loads(content)


class Pickler(cloudpickle.Pickler):
    """cloudpickle's, which finds again what Django has only once."""

    def reducer_override(self, thing):
        place = PLACES.get(id(thing))
        return super().reducer_override(thing) if place is None else (_found, place)


def _found(module, name):
    return getattr(import_module(module), name)


def _places():
    """{id: (module, name)} of the objects in those modules that are neither classes nor functions."""
    return {
        id(value): (module, name)
        for module in HOLDERS for name, value in vars(import_module(module)).items()
        if not name.startswith("__") and not hasattr(value, "__qualname__")
        and not isinstance(value, (str, int, tuple, list, dict)) and type(value).__name__ != "module"
    }


PLACES = _places()
