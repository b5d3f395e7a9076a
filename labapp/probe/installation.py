"""Puts the probe into Django, once for the process. With nobody listening a statement pays one look."""

from __future__ import annotations

import threading
from functools import cache, wraps

from django.db.backends.base.base import BaseDatabaseWrapper

from . import coroutines, spans, threads
from .cursor import Recorded
from .server_cursor import RecordedServerSide
from .transactions import recording_commit, recording_rollback

_lock = threading.Lock()
_installed = False


def install() -> None:
    """Make every cursor of this process recordable. Calling it again does nothing."""
    global _installed
    with _lock:
        if _installed:
            return
        wrapper = BaseDatabaseWrapper
        wrapper._prepare_cursor = _preparing(wrapper._prepare_cursor)
        wrapper._commit = wraps(wrapper._commit)(recording_commit(wrapper._commit))
        wrapper._rollback = wraps(wrapper._rollback)(recording_rollback(wrapper._rollback))
        threads.install()
        coroutines.install()
        spans.install()
        _installed = True


def _preparing(prepare):
    @wraps(prepare)
    def _prepare_cursor(self, cursor):
        prepared = prepare(self, cursor)
        prepared.__class__ = _recorded(type(prepared), hasattr(cursor, "withhold"))
        return prepared

    return _prepare_cursor


@cache
def _recorded(wrapper: type, server_side: bool) -> type:
    """This class of CursorWrapper, recorded; ``withhold`` is what only psycopg's server cursors have."""
    if issubclass(wrapper, Recorded):
        return wrapper
    mixin = RecordedServerSide if server_side else Recorded
    return type(wrapper.__name__, (mixin, wrapper), {"__module__": wrapper.__module__})
