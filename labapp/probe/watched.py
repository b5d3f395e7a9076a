"""A dictionary and a list that note the first use of what was loaded ahead; copies and pickles are plain."""

from __future__ import annotations

import sys

from django.db.models.query import prefetch_related_objects

PREFETCHING = prefetch_related_objects.__code__


def _by_django() -> bool:
    """Whether prefetch_related_objects itself reads, on its way to a relation further on."""
    frame = sys._getframe(2)
    for _ in range(4):
        if frame is None or frame.f_code is PREFETCHING:
            return frame is not None
        frame = frame.f_back
    return False


class WatchedCache(dict):
    """``instance._state.fields_cache``; ``loads`` are the eager loads not read yet, by name."""

    __slots__ = ("loads",)

    def __init__(self, cache: dict):
        super().__init__(cache)
        self.loads: dict = {}

    def __getitem__(self, name):
        if name in self.loads and not _by_django():
            self.loads.pop(name).used += 1
        return super().__getitem__(name)

    def __setitem__(self, name, value):
        self.loads.pop(name, None)  # another object than the one that was loaded ahead
        super().__setitem__(name, value)

    def copy(self) -> dict:
        """A plain one; whoever gets the copy may read everything."""
        for name in list(self.loads):
            self.loads.pop(name).used += 1
        return dict(self)

    def __reduce__(self):
        return dict, (self.copy(),)


class WatchedRows(list):
    """The result cache of a prefetched query set."""

    __slots__ = ("load",)

    def __init__(self, rows: list, load):
        super().__init__(rows)
        self.load = load

    def _note(self) -> None:
        if self.load is not None and not _by_django():
            self.load.used += 1
            self.load = None

    def __iter__(self):
        self._note()
        return super().__iter__()

    def __len__(self):
        self._note()
        return super().__len__()

    def __getitem__(self, index):
        self._note()
        return super().__getitem__(index)

    def __contains__(self, item):
        self._note()
        return super().__contains__(item)

    def __reduce__(self):
        self._note()
        return list, (list(self),)
