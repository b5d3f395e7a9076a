"""Makes every Django cache recordable: one call of its API is one call noted, whoever carries it out.

The methods of ``BaseCache`` and of all its subclasses are wrapped where they are defined, also of those that
are defined later; so a backend made before is recorded as well. What a backend calls in the course of a call
(``super()``, ``get_many`` calling ``get``, the thread behind ``aget``) belongs to that call and is not noted
again. What an operation asks for and what came of it is told by the functions of operations.py.
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import wraps
from inspect import isfunction
from time import perf_counter_ns

from django.core.cache import CacheHandler, caches
from django.core.cache.backends.base import BaseCache

from .entry import here
from .operations import OPERATIONS
from .scope import Scope, active, leave
from .trail import NOWHERE, caller

ALIAS = "_probe_alias"  # where a backend keeps the name it was asked for by

inside: ContextVar[Call | None] = ContextVar("labapp_probe_cache_call", default=None)


class Call:
    """One call while it happens; times are in nanoseconds of perf_counter_ns."""

    # what most calls leave as it is costs nothing when it stands here
    hits = misses = sets = deletes = aside = 0
    ended: int | None = None
    error: str | None = None
    excused: BaseException | None = None
    keys: tuple = ()
    trail = NOWHERE

    def __init__(self, op: str, backend: BaseCache, scope: Scope):
        self.op = op
        self.alias = alias_of(backend)
        self.thread = here.name
        self.request = scope.request
        if scope.sites:
            self.trail = caller(scope, 2)
        self.started = perf_counter_ns()
        for recorder in scope.recorders:
            recorder.hear_cache(self)

    def failed(self, error: BaseException) -> None:
        """The backend raised this; a value that could not be computed is not the cache's failure."""
        if error is not self.excused:
            self.error = f"{type(error).__name__}: {error}"

    def __enter__(self) -> None:
        """The backend calls itself; what that raises is noted also when the backend then swallows it."""

    def __exit__(self, kind, error, traceback) -> None:
        if error is not None and not isinstance(error, ValueError):
            self.failed(error)

    def compute(self, default):
        """The value to store, made by somebody else: not the cache's time, and its own calls count."""
        self.misses = 1
        token, began = inside.set(None), perf_counter_ns()
        try:
            return default() if callable(default) else default
        except BaseException as error:
            self.excused = error
            raise
        finally:
            self.aside += perf_counter_ns() - began
            leave(token)


def alias_of(backend: BaseCache) -> str:
    """The alias by which this backend is known, "" for one that was made by hand."""
    try:
        return getattr(backend, ALIAS)
    except AttributeError:
        made = caches._connections  # where a handler keeps what it made for this thread or task
        found = next((alias for alias in caches if getattr(made, alias, None) is backend), "")
        setattr(backend, ALIAS, found)
        return found


def install() -> None:
    """Wrap all backends there are and will be, and let them know their aliases."""
    pending = [BaseCache]
    while pending:
        backend = pending.pop()
        make_recordable(backend)
        pending += backend.__subclasses__()

    def __init_subclass__(cls, **kwargs):
        super(BaseCache, cls).__init_subclass__(**kwargs)
        make_recordable(cls)

    BaseCache.__init_subclass__ = classmethod(__init_subclass__)
    CacheHandler.create_connection = _creating(CacheHandler.create_connection)


def _creating(create_connection):
    @wraps(create_connection)
    def creating(self, alias):
        backend = create_connection(self, alias)
        setattr(backend, ALIAS, alias)
        return backend

    return creating


def make_recordable(backend: type) -> None:
    """Wrap the operations that this class defines, or takes from a mixin that is no cache by itself."""
    for name in OPERATIONS:
        owner = next((each for each in backend.__mro__ if name in vars(each)), None)
        if owner is backend:
            method = vars(backend)[name]
        elif owner is not None and not issubclass(owner, BaseCache):
            method = _forwarding(backend, name)
        else:
            continue
        if isfunction(method) and getattr(method, "records", None) is not method:
            setattr(backend, name, recording(name, method))


def _forwarding(backend: type, name: str):
    def forwarding(self, *args, **kwargs):
        return getattr(super(backend, self), name)(*args, **kwargs)

    forwarding.__name__ = name
    return forwarding


def recording(name: str, method):
    """The method, noted when somebody listens and no other call is under way."""
    op, steps = OPERATIONS[name]
    if name.startswith("a") and name not in ("add",):
        wrapped = _recording_async(op, steps, method)
    else:
        wrapped = _recording(op, steps, method)
    wrapped.records = wrapped  # whoever copies the attributes of a function is not recorded by that
    return wrapped


def _recording(op, steps, method):
    @wraps(method)
    def recorded(self, *args, **kwargs):
        scope = active()
        if scope is None:
            return method(self, *args, **kwargs)
        outer = inside.get()
        if outer is not None:
            with outer:
                return method(self, *args, **kwargs)
        call = Call(op, self, scope)
        token = inside.set(call)
        try:
            story = steps(call, *args, **kwargs)
            args, kwargs = next(story)
            try:
                answer = method(self, *args, **kwargs)
            except ValueError as error:
                story.throw(error)  # which raises it again
                raise
            return _told(story, answer)
        except BaseException as error:
            call.failed(error)
            raise
        finally:
            call.ended = perf_counter_ns()
            leave(token)

    return recorded


def _recording_async(op, steps, method):
    @wraps(method)
    async def recorded(self, *args, **kwargs):
        scope = active()
        if scope is None:
            return await method(self, *args, **kwargs)
        outer = inside.get()
        if outer is not None:
            with outer:
                return await method(self, *args, **kwargs)
        call = Call(op, self, scope)
        token = inside.set(call)
        try:
            story = steps(call, *args, **kwargs)
            args, kwargs = next(story)
            try:
                answer = await method(self, *args, **kwargs)
            except ValueError as error:
                story.throw(error)  # which raises it again
                raise
            return _told(story, answer)
        except BaseException as error:
            call.failed(error)
            raise
        finally:
            call.ended = perf_counter_ns()
            leave(token)

    return recorded


def _told(story, result):
    """Tell what came of it; the answer for the caller."""
    try:
        story.send(result)
    except StopIteration as end:
        return end.value
    raise RuntimeError("An operation has one question and one answer.")
