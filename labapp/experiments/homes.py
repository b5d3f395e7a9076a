"""Where variants run: databases of the kind that was chosen, with the data that this process works on.

A Home is entered by the conditions. On PostgreSQL its connections stay open from one measurement to the next,
and so do those of every copy that variants write to.
"""

import contextvars
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from django.db import connections

from labapp import copies, databases, probe
from labapp.experiments.faults import ServerDied, chain, lost
from labapp.experiments.parameters import BadSetting
from labapp.experiments.saying import say
from labapp.pinsta import seeding
from labapp.services import ServiceError, postgresql

SQLITE, POSTGRESQL, PROXIED = "SQLite", "PostgreSQL", "PostgreSQL via proxy"


@dataclass(frozen=True)
class Home:
    """A database for variants.

    ``kind`` is a choice of the panel, ``data`` the scale and seed of its rows (None where that is not known),
    ``name`` tells it from all others of this process. ``settings`` are those that may write to it, ``used``
    those that variants have. ``server`` is the PostgreSQL it is in, as of so many ``restarts``.
    """

    kind: str
    data: tuple | None
    name: str
    settings: dict
    used: dict
    server: object = None
    restarts: int = 0

    @property
    def writes(self):
        """Whether variants may write to it."""
        return self.used is self.settings

    @property
    def lives(self):
        """Whether its server is still the process that it was."""
        return self.server.alive and self.server.restarts == self.restarts


_here = contextvars.ContextVar("labapp_home", default=None)
_change = contextvars.ContextVar("labapp_session", default=None)
_targets, _copies, _kept = {}, {}, {}
_shaken = set()  # servers that were lost in the middle of something


@contextmanager
def entered(kind, owner=None):
    """The database of this kind, for reading; with an ``owner`` the owner's own copy, for writing."""
    try:
        server = None if kind == SQLITE else _server(kind)
        home = _shared(kind, server) if owner is None else _own(kind, server, data_here(), owner)
        with _in(home), _watched(server):
            yield
    except (ServiceError, seeding.SeedingError) as error:
        raise BadSetting(f"database cannot be {kind!r} now. {error}") from error


def _server(kind):
    """The server, the data in it; what that takes is said."""
    from labapp import postgres

    data = _seeded(data_here(), kind)
    if not postgres.has(*data):
        say("Starting PostgreSQL and filling it with the data.")
        postgres.reading(*data, progress=_told_in_steps("Filling PostgreSQL with the data"), say=say)
    server = postgresql.server()
    if server in _shaken:
        server = postgres.recovered()
        _shaken.discard(server)
    postgres.restore_fsync(server)
    return server


@contextmanager
def _watched(server):
    """Remember a server that was lost: it may be alive again, and not answer yet."""
    try:
        yield
    except Exception as error:
        if any(map(lost, chain(error))):
            _shaken.add(server)
        raise


def _told_in_steps(sentence, steps=10):
    """``progress(done, total)`` that says the sentence with each tenth of the way."""
    said = 0

    def progress(done, total):
        nonlocal said
        if steps * done // total > said:
            said = steps * done // total
            say(f"{sentence}: {done:,} of {total:,} rows." if done < total else f"{sentence}: indexes.")

    return progress


@contextmanager
def scratch(name, make=None):
    """
    A copy of the seeded data to write to, of the same kind as the database at hand; for ``around=``.

    It is made once for each name and kind; ``make()`` then runs once in it (DDL, more rows), unrecorded. What
    it holds afterwards stays while the process lives.
    """
    present = here()
    if present.server is not None and not present.lives:
        raise ServerDied
    with _in(_own(present.kind, present.server, present.data, name, make)):
        yield


def here():
    """The Home at hand; outside of all conditions, one for what "default" is."""
    home = _here.get()
    if home is not None:
        return home
    settings = connections["default"].settings_dict
    kind = POSTGRESQL if "postgresql" in settings["ENGINE"] else SQLITE
    return Home(kind, data_here(), str(settings["NAME"]), settings, settings)


def whose():
    """Whose data a variant works on here, in a few words; nothing where they are the reader's own."""
    home = _here.get()
    if home is None or not home.writes and home.server is None:
        return ""
    return "a copy for this experiment" if home.writes else "the seeded data"


def data_here():
    """(scale, seed) of the data that this process works on; None when they are none of Pinsta's."""
    home = _here.get()
    if home is not None:
        return home.data
    settings = connections["default"].settings_dict
    try:
        return seeding.origin(settings["NAME"]) if "sqlite3" in settings["ENGINE"] else None
    except OSError:
        return None


def keep(name, make):
    """What ``make()`` gives, made once for each database and outside of the measurement: unrecorded, and
    allowed to write."""
    home = here()
    key = name, home.name, home.server
    if key not in _kept:
        _kept[key] = contextvars.Context().run(_writing, home, make)
    return _kept[key]


def _writing(home, make):
    with databases.database(home.settings):
        return make()


@contextmanager
def session(change):
    """A block in which databases for writing have the settings ``change(settings)``.

    That is the one at hand, and each copy that is entered inside.
    """
    token = _change.set(change)
    home = _here.get()
    try:
        with _in(home) if home is not None and home.writes else nullcontext():
            yield
    finally:
        _change.reset(token)


@contextmanager
def _in(home):
    token = _here.set(home)
    try:
        with _connected(home):
            yield
    finally:
        _here.reset(token)


def _connected(home):
    """The context manager that points "default" there."""
    if home.server is None and not home.writes:
        return databases.database(home.used)
    settings = home.used
    if home.writes and _change.get() is not None:
        settings = _change.get()(settings)
    if home.kind == PROXIED:
        from labapp import postgres

        settings = {**settings, "HOST": "127.0.0.1", "PORT": str(postgres.proxy().port)}
    return databases.entered(_target(home, settings))


def _target(home, settings):
    """The lasting Target of this home; another when its settings or its server's process are others."""
    key = home.kind, home.name, home.server, home.writes
    state = settings, home.restarts
    target, before = _targets.get(key, (None, None))
    if state != before:
        if target is not None:
            target.close()
        target = databases.target_of(settings)
        _targets[key] = target, state
    return target


def _shared(kind, server):
    """The one database of this kind that all read."""
    data = data_here()
    if server is None:
        settings = here().settings
        return Home(kind, data, str(settings["NAME"]), settings, databases.reading(settings))
    from labapp import postgres

    used, settings = postgres.reading(*_seeded(data, kind)), postgres.writing(*data)
    return Home(kind, data, settings["NAME"], settings, databases.reading(used), server, server.restarts)


def _own(kind, server, data, owner, make=None):
    """The owner's copy, made at the first call."""
    key = server, _seeded(data, kind), owner
    if key not in _copies:
        _copies[key] = _copied(kind, server, data)
        if make is not None:
            _finish(key, kind, make)
    settings = _copies[key]
    if server is not None:
        settings = {**settings, "PORT": str(server.port)}  # another one after a restart, if it was taken
    return _writable(kind, server, data, settings)


def _writable(kind, server, data, settings):
    restarts = 0 if server is None else server.restarts
    return Home(kind, data, str(settings["NAME"]), settings, settings, server, restarts)


def _copied(kind, server, data):
    if server is None:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(copies.private_copy(*data))}
    from labapp import postgres

    return postgres.private_copy(*data)


def _finish(key, kind, make):
    """Run ``make()`` in the new copy; if that is ended, there is no copy."""
    server, data, _ = key
    try:
        with _in(_writable(kind, server, data, _copies[key])), probe.unrecorded():
            make()
    except BaseException:
        _discard(server, _copies.pop(key))
        raise


def _discard(server, settings):
    if server is None:
        copies.remove(settings["NAME"])
    elif server.alive:
        from labapp import postgres

        postgres.drop(settings)


def _seeded(data, kind):
    if data is None:
        raise BadSetting(
            f"database cannot be {kind!r} here: what this process reads is none of Pinsta's data sets, so "
            "there is nothing to take a copy of; labapp.boot() opens one."
        )
    return data
