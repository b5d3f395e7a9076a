"""Holding garbage collection steady: whenever it runs, it adds a third to reading 20,000 model instances."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_alone: ContextVar[bool] = ContextVar("labapp_garbage_left_alone", default=False)
_lock = threading.Lock()
_holders = 0
_before = (True, False)


@contextmanager
def held() -> Iterator[None]:
    """Collect, freeze what lives, keep the collector off; the last of several holders restores what was.

    Inside `leave_alone()` it does nothing.
    """
    if left_alone():
        yield
        return
    _enter()
    try:
        yield
    finally:
        _leave()


def left_alone() -> bool:
    """Whether garbage collection runs as it likes while something is timed."""
    return _alone.get()


@contextmanager
def leave_alone() -> Iterator[None]:
    """Let garbage collection run as it does in production, for measurements begun inside."""
    token = _alone.set(True)
    try:
        yield
    finally:
        _alone.reset(token)


def _enter() -> None:
    global _holders, _before
    with _lock:
        _holders += 1
        if _holders == 1:
            _before = (gc.isenabled(), gc.get_freeze_count() > 0)
            gc.disable()
            gc.collect()
            gc.freeze()


def _leave() -> None:
    global _holders
    with _lock:
        _holders -= 1
        if _holders:
            return
        enabled, frozen_by_others = _before
        if not frozen_by_others:
            gc.unfreeze()
        if enabled:
            gc.enable()
