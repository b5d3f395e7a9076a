"""Each of Django's cache backends, empty, as an entry of CACHES for a test."""

from contextlib import contextmanager

from django.db import connection

from labapp.experiments.traffic.backends import (
    DATABASE,
    FILE,
    FILEBASED,
    LOCAL,
    LOCMEM,
    MEMCACHED,
    REDIS,
    TABLE,
    TABLED,
)
from labapp.services import memcached, redis
from tests.requires import needs

BACKENDS = LOCAL, FILE, DATABASE, REDIS, MEMCACHED


@contextmanager
def emptied(backend, folder):
    """The entry of this backend; that in the database keeps its table in the database at hand."""
    if backend in (REDIS, MEMCACHED):
        needs(backend.lower())
        server = (redis if backend == REDIS else memcached).server()
        server.flush()
        yield server.entry()
    elif backend == DATABASE:
        with connection.cursor() as cursor:
            for statement in filter(str.strip, TABLE.split(";")):
                cursor.execute(statement)
        yield {"BACKEND": TABLED, "LOCATION": "cache"}
    elif backend == FILE:
        yield {"BACKEND": FILEBASED, "LOCATION": str(folder / "cache")}
    else:
        yield {"BACKEND": LOCMEM, "LOCATION": "default"}
