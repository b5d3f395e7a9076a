"""How views travel to the processes that serve them: by name where a module holds them, else as they are.

A function from a notebook's cell exists nowhere but in its kernel, so cloudpickle takes it apart. What such a
function uses of Django's own (``cache``, ``connection``, a signal) must arrive as the one that is there.
"""

import inspect
import io
import pickle
import sys
from importlib import import_module
from uuid import uuid4

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
    """cloudpickle's, which finds again what Django has only once, and makes a cell's Celery task anew."""

    def reducer_override(self, thing):
        place = PLACES.get(id(thing))
        if place is not None:
            return _found, place
        if "celery" in sys.modules and isinstance(thing, sys.modules["celery"].Task):
            return _celery_task(thing)
        return super().reducer_override(thing)


def _celery_task(thing):
    """How to get this task there: the module's own; for one of a cell, another one of the same function."""
    if thing.__module__ != "__main__":
        return _found, (thing.__module__, thing.__name__)
    bound = inspect.ismethod(thing.run)
    # Under another name each time, because an app knows one task of a name, and a cell may be run again.
    name = f"{thing.name}-{uuid4().hex[:8]}"
    return _made_task, (thing.run.__func__ if bound else thing.run, name, bound)


def _made_task(function, name, bound):
    from celery import shared_task

    return shared_task(function, name=name, bind=bound)


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
