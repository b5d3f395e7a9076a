"""Which database an alias means: for the whole process, or for a block and everything that it starts.

Django keeps one connection for each alias and thread, made from the settings. Here an alias can be pointed
at another database. `use()` does it for every thread, now and later. `database()` does it for a block: what
counts is a context variable, so async code inside follows (contexts are copied), and so do threads and
executor work that the block starts (they are handed the variable). Other threads meanwhile keep what they
have. Each block opens connections of its own, one a thread, and closes them at its end; those of a Target
that is `entered()` stay open for the next time.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path

from django.db import ConnectionHandler, connections

from labapp.targets import Target, interrupt

_everywhere: dict[str, Target] = {}
_here: ContextVar[dict[str, Target]] = ContextVar("labapp_databases", default={})  # noqa: B039  (never changed)
_met: ContextVar[list | None] = ContextVar("labapp_databases_met", default=None)


def _target(alias):
    return _here.get().get(alias) or _everywhere.get(alias)


class Switchboard(ConnectionHandler):
    """Django's `connections`, asking first whether the alias has been pointed at another database."""

    def __getitem__(self, alias):
        target = _target(alias)
        return super().__getitem__(alias) if target is None else target.connection

    def __setitem__(self, alias, connection):
        target = _target(alias)
        if target is None:
            super().__setitem__(alias, connection)
        else:
            target.connection = connection

    def __delitem__(self, alias):
        target = _target(alias)
        if target is None:
            super().__delitem__(alias)
        else:
            del target.connection

    def all(self, initialized_only=False):
        """The connections of this thread; with `initialized_only` those that exist already."""
        return [self[alias] for alias in self if not initialized_only or self._has(alias)]

    def _has(self, alias):
        target = _target(alias)
        return hasattr(self._connections, alias) if target is None else target.opened


def use(database, alias="default"):
    """
    Point the alias at another database in every thread, until the next `use()`; returns the Target.

    `database` is the path of an SQLite file, an entry as in DATABASES, or None for what the settings say. The
    connections to the one before are closed.
    """
    _install()
    before = _everywhere.pop(alias, None)
    target = None
    if database is not None:
        target = _everywhere[alias] = Target(alias, _entry(database))
    if before is not None:
        before.close()
    return target


@contextmanager
def database(database, alias="default"):
    """
    Point the alias at another database inside the block, and in the threads and async code that it starts.

    `database` is the path of an SQLite file or an entry as in DATABASES.
    """
    target = Target(alias, _entry(database))
    try:
        with _pointed(target):
            yield target
    finally:
        target.close()


@contextmanager
def entered(target):
    """
    The same with a Target of yours, again and again: this thread's connection stays open in between.

    One in which something was left open (a transaction, a lost server) is closed, as are those of other
    threads; on PostgreSQL, what a SET has changed is as it was.
    """
    if _target(target.alias) is not target:
        target.tidy()
    try:
        with _pointed(target):
            yield target
    finally:
        if _target(target.alias) is not target:
            target.tidy()


@contextmanager
def _pointed(target):
    _install()
    token = _here.set({**_here.get(), target.alias: target})
    met = _met.get()
    if met is not None and target not in met:
        met.append(target)
    try:
        yield
    finally:
        _here.reset(token)


def target_of(database, alias="default"):
    """A Target for `entered()`: a database as in `database()`, not connected yet."""
    return Target(alias, _entry(database))


@contextmanager
def interruptible(alias="default"):
    """
    Yields a function, for any thread, that ends the statements that this block is running.

    On whatever database the alias is pointed at then, inside the block.
    """
    met = [_target(alias) or _Plain(connections[alias])]
    token = _met.set(met)
    try:
        yield lambda: [each.interrupt() for each in list(met)]
    finally:
        _met.reset(token)


class _Plain:
    """A connection of Django's own, for `interruptible()`."""

    def __init__(self, connection):
        self._connection = connection

    def interrupt(self):
        interrupt(self._connection)


@contextmanager
def read_only(alias="default"):
    """
    The same database inside the block, but writing raises a database error, in each of its threads.

    Only what is committed is seen, as its connections are new ones.
    """
    with database(reading(connections[alias].settings_dict), alias) as target:
        yield target


def reading(settings):
    """The settings of the same database for reading: of the file in SQLite, of the session in PostgreSQL."""
    if "postgresql" in settings["ENGINE"]:
        return with_session(settings, default_transaction_read_only="on")
    name = settings["NAME"]
    if not str(name).startswith("file:"):
        name = f"{Path(name).resolve().as_uri()}?mode=ro"
    return {**settings, "NAME": name}


def with_session(settings, **variables):
    """The settings of a PostgreSQL database whose sessions begin with these variables, as by SET."""
    words = [f"-c {name}={value}" for name, value in variables.items()]
    options = settings.get("OPTIONS") or {}
    given = [options["options"]] if options.get("options") else []
    return {**settings, "OPTIONS": {**options, "options": " ".join([*given, *words])}}


def _entry(database):
    """The settings of a database, with Django's defaults."""
    if isinstance(database, dict):
        given = {**database}
    else:
        given = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database)}
    return ConnectionHandler({"default": given}).settings["default"]


def _install():
    """Give Django's one handler our class, and hand the context variable to threads: once."""
    # The handler is imported by name all over Django, so the object has to stay and its class changes.
    if isinstance(connections, Switchboard):
        return
    connections.__class__ = Switchboard
    threading.Thread.start = _starting(threading.Thread.start)
    ThreadPoolExecutor.submit = _submitting(ThreadPoolExecutor.submit)


def _starting(start):
    @wraps(start)
    def starting(thread):
        here = _here.get()
        if here:
            run, own = thread.run, "run" in vars(thread)

            def run_here():
                if own:
                    thread.run = run
                else:
                    vars(thread).pop("run", None)
                _here.set(here)
                run()

            thread.run = run_here
        start(thread)

    return starting


def _submitting(submit):
    @wraps(submit)
    def submitting(executor, function, /, *args, **kwargs):
        here = _here.get()
        if not here:
            return submit(executor, function, *args, **kwargs)

        def work(*args, **kwargs):
            token = _here.set(here)
            try:
                return function(*args, **kwargs)
            finally:
                _here.reset(token)

        token = _here.set({})  # a thread that the executor starts for this work outlives it
        try:
            return submit(executor, work, *args, **kwargs)
        finally:
            _here.reset(token)

    return submitting
