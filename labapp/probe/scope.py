"""Who listens to the statements that this piece of code sends.

One context variable holds an immutable Scope. Async code inherits it because contexts are copied, threads
because threads.py carries it along. Nothing in here knows about cursors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from time import perf_counter_ns


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything a statement has to know about where it is sent from."""

    recorders: tuple = ()
    hooks: tuple = ()
    sites: bool = False  # whether any recorder wants to know who asked
    spans: bool = False  # whether any recorder wants to know what goes on around it
    request: object = None  # the request being handled, see spans.py
    origin: tuple = ()  # the caller's trail, when this code runs on another stack
    rendering: bool = False  # a template is being rendered below us
    depth: int = 0  # spans open around us
    alone: bool = False  # inside unrecorded(): recordings of everything do not hear us


SILENT = Scope(alone=True)

current: ContextVar[Scope | None] = ContextVar("labapp_probe_scope", default=None)

_everywhere: tuple = ()  # recorders that hear every thread of the process
_elsewhere: Scope | None = None  # in force where no other scope is


def active() -> Scope | None:
    """The scope in force here, None when nobody listens."""
    scope = current.get()
    if _everywhere:
        return _with_everywhere(scope)
    if scope is None:
        return _elsewhere
    return None if scope is SILENT else scope


def here_or_elsewhere() -> Scope:
    """The scope to build another one on."""
    return current.get() or _elsewhere or Scope()


def _with_everywhere(scope: Scope | None) -> Scope | None:
    scope = scope or _elsewhere or Scope()
    if scope.alone:
        return None if scope is SILENT else scope
    missing = tuple(recorder for recorder in _everywhere if recorder not in scope.recorders)
    return with_recorders(scope, missing) if missing else scope


def with_recorders(scope: Scope, recorders: tuple) -> Scope:
    """The scope with more recorders, without those that are closed; those that want to know sites first."""
    kept = [recorder for recorder in scope.recorders if recorder.open] + [*recorders]
    kept.sort(key=lambda recorder: not recorder.sites)
    sites, spans = any(each.sites for each in kept), any(each.hears_spans for each in kept)
    return replace(scope, recorders=tuple(kept), sites=sites, spans=spans)


def hear_everything(recorder) -> None:
    """Let this recorder hear every thread of the process."""
    global _everywhere
    _everywhere = (*_everywhere, recorder)


def hear_no_more(recorder) -> None:
    """The inverse of hear_everything, and of hear_elsewhere."""
    global _everywhere
    _everywhere = tuple(other for other in _everywhere if other is not recorder)
    _set_elsewhere([other for other in _heard_elsewhere() if other is not recorder])


def hear_elsewhere(recorder) -> None:
    """Let this recorder hear all that happens where no other listens: outside of requests and recordings."""
    _set_elsewhere([*_heard_elsewhere(), recorder])


def _heard_elsewhere() -> tuple:
    return _elsewhere.recorders if _elsewhere else ()


def _set_elsewhere(recorders: list) -> None:
    global _elsewhere
    _elsewhere = with_recorders(Scope(), tuple(recorders)) if recorders else None


@contextmanager
def entered(scope: Scope | None) -> Iterator[None]:
    """Run the block in this scope."""
    token = current.set(scope)
    try:
        yield
    finally:
        leave(token)


def leave(token) -> None:
    """Restore what was in force before; in a context copied meanwhile there is nothing to restore."""
    try:
        token.var.reset(token)
    except ValueError:
        pass


def unrecorded():
    """A block whose statements no recording sees and no hook delays: EXPLAIN and PRAGMA of our own."""
    return entered(SILENT)


def without_closed() -> None:
    """Forget the recorders that are closed: blocks of generators need not end in the order they began."""
    scope = current.get()
    if scope is not None and not all(recorder.open for recorder in scope.recorders):
        scope = with_recorders(scope, ())
        current.set(scope if scope.recorders or scope.hooks or scope.alone else None)


class Hook:
    """A function to call before each statement, for as long as its block lasts."""

    __slots__ = ("function", "open", "waits")

    def __init__(self, function: Callable[[], object], waits: bool):
        self.function = function
        self.waits = waits
        self.open = True


@contextmanager
def before_statement(hook: Callable[[], object], *, waits: bool = True) -> Iterator[None]:
    """Call ``hook()`` before each statement sent inside the block (also by its threads and its async code).

    That includes BEGIN, COMMIT, ROLLBACK and each FETCH, and holds when nothing records. Blocks nest, the
    outer hook is called first. The time a hook takes is the query's ``wait_ms``; with ``waits=False``, for
    one that only looks, it is not part of the query. When a hook raises, the
    statement is not sent; instead of a COMMIT the transaction is then rolled back, and a ROLLBACK is
    always sent, so that stopping never leaves a transaction open.
    """
    if not callable(hook):
        raise TypeError(f"before_statement() needs a function to call, got {hook!r}.")
    from .installation import install

    install()
    entry = Hook(hook, waits)
    scope = here_or_elsewhere()
    try:
        with entered(replace(scope, hooks=(*scope.hooks, entry))):
            yield
    finally:
        entry.open = False


def run_hooks(scope: Scope, always: bool = False) -> int:
    """Call the open hooks; what they send is nobody's. With ``always`` none can stop the statement.

    Gives the nanoseconds that were waited.
    """
    token = current.set(SILENT)
    waited = 0
    try:
        for hook in scope.hooks:
            if hook.open:
                began = perf_counter_ns()
                hook.function()
                if hook.waits:
                    waited += perf_counter_ns() - began
    except BaseException:
        if not always:
            raise
    finally:
        leave(token)
    return waited
