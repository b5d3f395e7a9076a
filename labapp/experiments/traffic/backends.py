"""Where the served site keeps what it caches: each of Django's backends, empty at the beginning of a turn."""

import shutil
import sqlite3
from contextlib import closing, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from labapp.experiments.parameters import BadSetting, Choice, Condition
from labapp.services import memcached, redis

LOCAL, FILE, DATABASE, REDIS, MEMCACHED = "local memory", "file", "database", "Redis", "Memcached"
LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
FILEBASED = "django.core.cache.backends.filebased.FileBasedCache"
TABLED = "django.core.cache.backends.db.DatabaseCache"
MANY = 1_000_000  # entries: a backend that culls at Django's 300 would hide what is being looked at
TABLE = (
    "CREATE TABLE cache (cache_key varchar(255) NOT NULL PRIMARY KEY, value text NOT NULL, "
    "expires datetime NOT NULL); CREATE INDEX cache_expires ON cache (expires);"
)


@dataclass(frozen=True)
class Backends(Choice):
    """The backends that can be had on this machine; ``hint`` says how to get the others."""

    hint: str = ""

    def refuse(self, value):
        if self.hint and value in (REDIS, MEMCACHED):
            raise BadSetting(f"{self.name} cannot be {value!r} here. {self.hint}")
        super().refuse(value)


def cache(default=LOCAL, only=(LOCAL, FILE, DATABASE, REDIS, MEMCACHED)):
    """Which backend ``django.core.cache.cache`` is in the variants, a choice in the panel."""
    servers = {REDIS: (redis, "redis"), MEMCACHED: (memcached, "pymemcache")}
    missing = {
        name: server.HOW for name, (server, driver) in servers.items()
        if name in only and (server.find() is None or find_spec(driver) is None)
    }
    there = tuple(name for name in only if name not in missing)
    if default not in there:
        default = there[0] if there else LOCAL
    parameter = Backends("cache", default, choices=there or (LOCAL,), hint=" ".join(missing.values()))
    return Condition(parameter, lambda value: nullcontext(), describe=_words)


def _words(settings):
    return "cache table in an SQLite file of its own" if settings["cache"] == DATABASE else ""


class CacheRouter:
    """The database cache has a database of its own: the site's is for reading only."""

    def db_for_read(self, model, **hints):
        return "caches" if model._meta.app_label == "django_cache" else None

    db_for_write = db_for_read


def emptied(choice, folder, number, options):
    """(CACHES, DATABASES) for a turn with this backend, which holds nothing now; ``options`` go into its
    entry."""
    location = Path(folder, f"cache-{number}")
    shutil.rmtree(Path(folder, f"cache-{number - 1}"), ignore_errors=True)
    entry, bases = _entry(choice, location)
    if choice in (LOCAL, FILE, DATABASE):
        entry["OPTIONS"] = {"MAX_ENTRIES": MANY, **entry.get("OPTIONS", {})}
    entry["OPTIONS"] = {**entry.get("OPTIONS", {}), **options.pop("OPTIONS", {})}
    local = {"BACKEND": LOCMEM, "LOCATION": "local", "OPTIONS": {"MAX_ENTRIES": MANY}}
    # A request that was given up in the turn before may still run, and must not leave anything here.
    return {"default": {**entry, **options, "KEY_PREFIX": f"turn-{number}"}, "local": local}, bases


def _entry(choice, location):
    if choice == REDIS:
        redis.server().flush()
        return redis.server().entry(), {}
    if choice == MEMCACHED:
        memcached.server().flush()
        return memcached.server().entry(), {}
    if choice == FILE:
        return {"BACKEND": FILEBASED, "LOCATION": str(location)}, {}
    if choice == DATABASE:
        return {"BACKEND": TABLED, "LOCATION": "cache"}, {"caches": _table(location)}
    return {"BACKEND": LOCMEM, "LOCATION": "default"}, {}


def _table(location):
    """An SQLite file with the cache's table; in a journal that lets several processes write."""
    location.mkdir()
    path = location / "cache.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(TABLE)
    return {
        "ENGINE": "django.db.backends.sqlite3", "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA synchronous = NORMAL"},
    }
