"""This process's own PostgreSQL databases: a template for each data set, and what is made from it.

All in the one server of `labapp.services.postgresql`, which goes with the process and takes them along.
Copying a template takes a fraction of the time that filling one does, so a data set is filled once.
"""

import threading
import time
from contextlib import contextmanager
from functools import cache
from itertools import count

from django.db import OperationalError
from psycopg import Error, sql
from psycopg import OperationalError as NoConnection

from labapp import probe
from labapp.pinsta import seeding
from labapp.pinsta.seeding import postgres as seeding_postgres
from labapp.services import ServiceError, postgresql
from labapp.services.proxy import Proxy

DISK_FULL = "53100"  # PostgreSQL's code
PATIENCE = 60  # seconds for a recovery
READER = "reader"  # a role that may only read, whatever a session sets
_lock = threading.RLock()
_made: dict = {}  # server -> names of its finished databases
_hasty: dict = {}  # server -> how many blocks want its fsync off
_number = count(1)
_proxy = None


def reading(scale, seed, progress=None, say=None):
    """
    The entry (as in DATABASES) of this data set's one database for reading: its role cannot write.

    It and its template are made at the first call. Raises ValueError for an unknown scale or seed,
    ServiceError where there is no PostgreSQL, SeedingError when the disk is full.
    """
    server = postgresql.server()
    name = _shared(server, scale, seed, progress, say)
    return {**server.entry(name), "USER": READER, "PASSWORD": _password_of_reader(server)}


def has(scale, seed):
    """Whether the server runs and its database for reading is there, so that it can be had at once."""
    return any(server.alive and f"pinsta_{scale}_{seed}" in names for server, names in list(_made.items()))


def writing(scale, seed):
    """The entry that may write to the database of `reading()`: for what is there before anything is read."""
    server = postgresql.server()
    return server.entry(_shared(server, scale, seed))


def private_copy(scale="workshop", seed=1, progress=None, say=None):
    """Entry of a fresh database with this data set, to write to as one likes; as `reading()` raises."""
    server = postgresql.server()
    name = f"{scale}_{seed}_{next(_number)}"
    with _lock, without_fsync(server):
        _copy(server, _template(server, scale, seed, progress, say), name)
    return server.entry(name)


def drop(entry):
    """Remove a private database, whoever is connected to it."""
    server = postgresql.server()
    with without_fsync(server):
        _order(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", entry["NAME"])


def recovered():
    """The server, once it answers again after a crash; ServiceError if it does not."""
    deadline = time.monotonic() + PATIENCE
    while True:
        server = postgresql.server()
        try:
            server.admin().close()
            return server
        except NoConnection as error:
            if time.monotonic() > deadline:
                raise ServiceError(f"PostgreSQL does not answer within {PATIENCE} s.") from error
        time.sleep(0.01)


@contextmanager
def without_fsync(server):
    """
    A block in which the server does not wait for the disk: for what can be made again.

    At its end nothing is left that a measurement after it would have to wait for.
    """
    with _lock:
        if not _hasty.get(server):
            server.fsync(False)
        _hasty[server] = _hasty.get(server, 0) + 1
    try:
        yield
    finally:
        with _lock:
            _hasty[server] -= 1
            restore_fsync(server)


def restore_fsync(server):
    """Switch fsync on where nobody wants it off any more; what a server that died in such a block needs."""
    with _lock:
        if _hasty.get(server) == 0 and server.alive:
            with server.admin() as admin:
                admin.execute("CHECKPOINT")
            server.fsync(True)
            del _hasty[server]


def proxy():
    """The running proxy in front of the server, which puts a real delay there."""
    global _proxy
    port = postgresql.server().port
    with _lock:
        if _proxy is None or not _proxy.alive or _proxy.target != port:
            if _proxy is not None:
                _proxy.stop()
            _proxy = Proxy(port).start()
        return _proxy


def _shared(server, scale, seed, progress=None, say=None):
    name = f"pinsta_{scale}_{seed}"
    return _once(server, name, lambda partial: _copy(
        server, _template(server, scale, seed, progress, say), partial
    ))


def _template(server, scale, seed, progress=None, say=None):
    """The name of the database that others are made from. Nobody stays connected to it."""
    return _once(server, f"template_{scale}_{seed}", lambda partial: _fill(
        server, partial, seeding.ensure(scale, seed, progress, say), progress
    ))


def _once(server, name, make):
    """Make a database under another name and rename it when it is whole; its name."""
    with _lock:
        finished = _made.setdefault(server, set())
        if name not in finished:
            partial = f"{name}_partial"
            with without_fsync(server):
                _order(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", partial)
                make(partial)
                _order(server, "ALTER DATABASE {} RENAME TO {}", partial, name)
            finished.add(name)
    return name


def _fill(server, name, path, progress):
    """A new database with the rows of the finished file, which the reader may read."""
    _password_of_reader(server)
    # Text in the order of its bytes, as SQLite has it.
    create = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    with _room():
        _order(server, create, name, postgresql.ROLE)
        with probe.unrecorded():
            seeding_postgres.fill(server.entry(name), path, progress)
    _order(server, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}", READER, database=name)


def _copy(server, template, name):
    with _room():
        _order(server, "CREATE DATABASE {} OWNER {} TEMPLATE {}", name, postgresql.ROLE, template)


def _order(server, statement, *names, database="postgres"):
    """Have the superuser run a statement about these databases and roles."""
    with server.admin(database) as admin:
        admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def _room():
    """Say in one sentence when PostgreSQL's disk is full."""
    try:
        yield
    except (Error, OperationalError) as error:
        if getattr(error.__cause__ or error, "sqlstate", None) == DISK_FULL:
            raise seeding.SeedingError(
                "The disk of PostgreSQL's data is full: free some space or choose a smaller scale."
            ) from error
        raise


@cache
def _password_of_reader(server):
    """Makes the role that may only read; its password."""
    return server.add_role(READER)
