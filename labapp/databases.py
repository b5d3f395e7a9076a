"""Which database an alias means: for the whole process, or for a block and everything that it starts.

Django keeps one connection for each alias and thread, made from the settings. Here an alias can be pointed
at another database. `use()` does it for every thread, now and later. `database()` does it for a block: what
counts is a context variable, so async code inside follows (contexts are copied), and so do threads and
executor work that the block starts (they are handed the variable). Other threads meanwhile keep what they
have. Each block opens connections of its own, one a thread, and closes them at its end.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path

from django.db import ConnectionHandler, connections
from django.db.utils import load_backend


class Target:
    """A database that an alias is pointed at, with its connections: one a thread."""

    def __init__(self, alias, settings):
        self.alias, self.settings = alias, settings
        self._mine = threading.local()
        self._all = []

    @property
    def opened(self):
        """Whether this thread has a connection object."""
        return hasattr(self._mine, "connection")

    @property
    def connection(self):
        """This thread's connection."""
        try:
            return self._mine.connection
        except AttributeError:
            backend = load_backend(self.settings["ENGINE"])
            self.connection = backend.DatabaseWrapper(self.settings, self.alias)
            return self._mine.connection

    @connection.setter
    def connection(self, connection):
        self._mine.connection = connection
        self._all.append(connection)

    @connection.deleter
    def connection(self):
        del self._mine.connection

    def close(self):
        """Close the connections of all threads."""
        while self._all:
            connection = self._all.pop()
            connection.inc_thread_sharing()
            connection.close()


_everywhere: dict[str, Target] = {}
_here: ContextVar[dict[str, Target]] = ContextVar("labapp_databases", default={})  # noqa: B039  (never changed)


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
    _install()
    target = Target(alias, _entry(database))
    token = _here.set({**_here.get(), alias: target})
    try:
        yield target
    finally:
        _here.reset(token)
        target.close()


@contextmanager
def read_only(alias="default"):
    """
    The same SQLite file inside the block, but writing raises `OperationalError`, in each of its threads.

    Only what is committed is seen, as its connections are new ones.
    """
    settings = connections[alias].settings_dict
    name = settings["NAME"]
    if not str(name).startswith("file:"):
        name = f"{Path(name).resolve().as_uri()}?mode=ro"
    with database({**settings, "NAME": name}, alias) as target:
        yield target


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
