"""Puts the probe into Django, once for the process. With nobody listening a statement pays one look."""

from __future__ import annotations

import threading
from functools import wraps

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from . import caches, coroutines, spans, threads
from .cursor import Recorded, RecordedPlain
from .server_cursor import RecordedServerSide
from .transactions import recording_check, recording_commit, recording_rollback

_lock = threading.Lock()
_installed = False


def install() -> None:
    """Make every cursor and every cache of this process recordable. Calling it again does nothing."""
    global _installed
    with _lock:
        if _installed:
            return
        wrapper = BaseDatabaseWrapper
        wrapper._prepare_cursor = _preparing(wrapper._prepare_cursor)
        wrapper._commit = wraps(wrapper._commit)(recording_commit(wrapper._commit))
        wrapper._rollback = wraps(wrapper._rollback)(recording_rollback(wrapper._rollback))
        check = wrapper.close_if_health_check_failed
        wrapper.close_if_health_check_failed = wraps(check)(recording_check(check))
        threads.install()
        coroutines.install()
        spans.install()
        caches.install()
        _installed = True


class Recordable(dict):
    """(class of CursorWrapper, class of the driver's cursor) -> the former, recorded."""

    def __missing__(self, classes: tuple[type, type]) -> type:
        wrapper, driver = classes
        if not issubclass(wrapper, Recorded):
            # only psycopg's server-side cursors have a hold
            server_side = RecordedServerSide if hasattr(driver, "withhold") else Recorded
            mixin = (
                server_side if wrapper is not CursorWrapper or server_side is not Recorded else RecordedPlain
            )
            wrapper = type(wrapper.__name__, (mixin, wrapper), {"__module__": wrapper.__module__})
        self[classes] = wrapper
        return wrapper


def _preparing(prepare):
    recordable = Recordable()
    make_cursor = BaseDatabaseWrapper.make_cursor

    @wraps(prepare)
    def _prepare_cursor(self, cursor):
        as_usual = type(self).make_cursor is make_cursor and "make_cursor" not in vars(self)
        if as_usual and not self.queries_logged:
            self.validate_thread_sharing()
            return recordable[CursorWrapper, cursor.__class__](cursor, self)
        prepared = prepare(self, cursor)
        prepared.__class__ = recordable[prepared.__class__, cursor.__class__]
        return prepared

    return _prepare_cursor
