"""Async code: the stack at the database is not the stack that asked for it, so callers are noted on the way.

``await Photo.objects.aget()`` runs in an executor thread, ``asyncio.gather()`` in tasks. Contexts carry the
scope there; what is added is the trail of the code that made the call or the task.
"""

from __future__ import annotations

from asyncio.base_events import BaseEventLoop
from functools import wraps

from asgiref.sync import SyncToAsync

from .scope import current, entered
from .threads import handed_over


def install() -> None:
    """Wrap SyncToAsync.__call__ and the event loop's create_task."""
    SyncToAsync.__call__ = _calling(SyncToAsync.__call__)
    BaseEventLoop.create_task = _creating(BaseEventLoop.create_task)


def _calling(call):
    async def inside(scope, self, args, kwargs):
        with entered(scope):
            return await call(self, *args, **kwargs)

    @wraps(call)
    def calling(self, *args, **kwargs):
        scope = current.get()
        if scope is None:
            return call(self, *args, **kwargs)
        return inside(handed_over(scope, 1), self, args, kwargs)

    return calling


def _creating(create_task):
    @wraps(create_task)
    def creating(self, coroutine, **kwargs):
        scope = current.get()
        if scope is None:
            return create_task(self, coroutine, **kwargs)
        with entered(handed_over(scope, 1)):  # the task copies this context
            return create_task(self, coroutine, **kwargs)

    return creating
