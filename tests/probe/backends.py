"""The cache backends that recordings are tried on."""

from django.core.cache.backends.base import BaseCache

from labapp.services import memcached, redis

BUILT_IN = "django.core.cache.backends"
ENTRIES = {
    "locmem": {"BACKEND": f"{BUILT_IN}.locmem.LocMemCache", "LOCATION": "calls"},
    "file": {"BACKEND": f"{BUILT_IN}.filebased.FileBasedCache"},
    "database": {"BACKEND": f"{BUILT_IN}.db.DatabaseCache", "LOCATION": "cached"},
    "third party": {"BACKEND": f"{__name__}.Shelf"},
}
SERVERS = {"redis": redis, "memcached": memcached}


class Shelf(BaseCache):
    """A backend that has what BaseCache asks for, no more, and counts for itself what it was asked."""

    def __init__(self, location, params):
        super().__init__(params)
        self.values, self.found, self.lacked = {}, 0, 0

    def get(self, key, default=None, version=None):
        key = self.make_key(key, version)
        self.found, self.lacked = self.found + (key in self.values), self.lacked + (key not in self.values)
        return self.values.get(key, default)

    def set(self, key, value, timeout=None, version=None):
        self.values[self.make_key(key, version)] = value

    def add(self, key, value, timeout=None, version=None):
        fresh = self.make_key(key, version) not in self.values
        self.values.setdefault(self.make_key(key, version), value)
        return fresh

    def touch(self, key, timeout=None, version=None):
        return self.make_key(key, version) in self.values

    def delete(self, key, version=None):
        return self.values.pop(self.make_key(key, version), self) is not self

    def clear(self):
        self.values.clear()


def told(recording):
    """Of each cache call what was counted: (op, hits, misses, sets, deletes)."""
    return [(each.op, each.hits, each.misses, each.sets, each.deletes) for each in recording.cache]
