"""Which relations were loaded ahead, and on how many instances they were read.

While a recording asks for it, Django's two places that fill relations are wrapped: ``prefetch_one_level``
and ``RelatedPopulator.populate``. What they filled is exchanged for a dictionary or list that notes its first
use.
A ``Prefetch(to_attr=...)`` leaves a plain list behind and cannot be seen.
"""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from functools import wraps

from django.db import models
from django.db.models import query as django_query

from .query import EagerLoad
from .scope import Scope, active
from .trail import NOWHERE, caller
from .watched import WatchedCache, WatchedRows

_lock = threading.Lock()
_watching = 0
_originals: tuple = ()


class Load:
    """One relation loaded ahead by one query, while the recording lasts."""

    __slots__ = ("instances", "kind", "limit", "model", "name", "owners", "relation", "trail", "used")

    def __init__(self, scope: Scope, kind: str, model: str, relation: str, name: str, above: int):
        self.kind, self.model, self.relation, self.name = kind, model, relation, name
        self.trail = caller(scope, above + 1) if scope.sites else NOWHERE
        self.instances = self.used = 0
        self.owners: list[weakref.ref] = []
        self.limit = 2000
        for recorder in scope.recorders:
            recorder.hear_eager(self)

    def add(self, owner: models.Model) -> None:
        """This instance has the relation loaded."""
        self.instances += 1
        if len(self.owners) >= self.limit:  # a long iterator: only those that still live matter
            self.owners = [owner for owner in self.owners if owner() is not None]
            self.limit = max(self.limit, 2 * len(self.owners))
        self.owners.append(weakref.ref(owner))

    def alive(self) -> int:
        """How many instances still live on which it was not read."""
        owners = (owner() for owner in self.owners)
        return sum(owner is not None and self._is_unread(owner) for owner in owners)

    def _is_unread(self, owner: models.Model) -> bool:
        rows = getattr(owner, "_prefetched_objects_cache", {}).get(self.name)
        if getattr(getattr(rows, "_result_cache", None), "load", None) is self:
            return True
        cache = owner._state.fields_cache
        return isinstance(cache, WatchedCache) and cache.loads.get(self.name) is self


def watch() -> None:
    """Wrap the two places; the first recording that asks does it."""
    global _watching, _originals
    with _lock:
        _watching += 1
        if _watching == 1:
            _originals = django_query.prefetch_one_level, django_query.RelatedPopulator.populate
            django_query.prefetch_one_level = _prefetching(_originals[0])
            django_query.RelatedPopulator.populate = _populating(_originals[1])


def unwatch() -> None:
    """The inverse of watch(); the last recording that asked undoes it."""
    global _watching
    with _lock:
        _watching -= 1
        if not _watching:
            django_query.prefetch_one_level, django_query.RelatedPopulator.populate = _originals


def _listening() -> Scope | None:
    scope = active()
    return scope if scope is not None and any(recorder.eager for recorder in scope.recorders) else None


class Overheard:
    """A prefetcher that remembers where its results are kept."""

    def __init__(self, prefetcher):
        self._prefetcher = prefetcher
        self.single, self.cache_name = False, None

    def get_prefetch_querysets(self, *args, **kwargs):
        answer = self._prefetcher.get_prefetch_querysets(*args, **kwargs)
        self.single, self.cache_name = answer[3], answer[4]
        return answer


def _prefetching(prefetch_one_level):
    @wraps(prefetch_one_level)
    def prefetching(instances, prefetcher, lookup, level):
        scope = _listening()
        if scope is None or not hasattr(prefetcher, "get_prefetch_querysets"):
            return prefetch_one_level(instances, prefetcher, lookup, level)
        overheard = Overheard(prefetcher)
        answer = prefetch_one_level(instances, overheard, lookup, level)
        if not lookup.get_current_to_attr(level)[1]:
            frame = sys._getframe(1)  # prefetch_related_objects, which knows where the path begins
            root = type(frame.f_locals.get("model_instances", instances)[0])
            relation = lookup.get_current_prefetch_to(level)
            load = Load(scope, "prefetch_related", root._meta.object_name, relation, overheard.cache_name, 1)
            for instance in {id(instance): instance for instance in instances}.values():
                _watch_prefetched(instance, overheard, load)
        return answer

    return prefetching


def _watch_prefetched(instance: models.Model, overheard: Overheard, load: Load) -> None:
    name = overheard.cache_name
    if overheard.single:
        _watch_cached(instance, name, load)
        return
    queryset = getattr(instance, "_prefetched_objects_cache", {}).get(name)
    if queryset is not None:
        queryset._result_cache = WatchedRows(queryset._result_cache, load)
        load.add(instance)


def _watch_cached(instance: models.Model, name: str, load: Load) -> None:
    state = instance._state
    if state.fields_cache.get(name) is None:
        return
    if not isinstance(state.fields_cache, WatchedCache):
        state.fields_cache = WatchedCache(state.fields_cache)
    state.fields_cache.loads[name] = load
    load.add(instance)


def _populating(populate):
    @wraps(populate)
    def populating(self, row, from_obj):
        scope = _listening()
        # a filtered relation sets its value by a plain function, of which nothing is known
        relation = getattr(self.local_setter, "__self__", None)
        if scope is None or relation is None:
            return populate(self, row, from_obj)
        marks = self.__dict__
        name = relation.cache_name
        path = marks.setdefault("_probe_path", name)
        root = marks.setdefault("_probe_root", type(from_obj))
        for child in self.related_populators:
            inner = getattr(child.local_setter, "__self__", None)
            child._probe_path = f"{path}__{inner.cache_name}" if inner is not None else path
            child._probe_root = root
        populate(self, row, from_obj)
        load = marks.get("_probe_load")
        if load is None:
            load = marks["_probe_load"] = Load(scope, "select_related", root._meta.object_name, path, name, 1)
        _watch_cached(from_obj, name, load)

    return populating


def settle(loads: list[Load]) -> None:
    """Let go of what nobody holds: model instances often refer to one another in circles."""
    candidates = [load for load in loads if load.used < load.instances]
    if any(load.alive() for load in candidates):
        gc.collect(1)
        if any(load.alive() for load in candidates):
            gc.collect()


def summed_up(loads: list[Load], atlas) -> list[EagerLoad]:
    """One EagerLoad for each relation and place in the code."""
    found: dict[tuple, EagerLoad] = {}
    for load in loads:
        if not load.instances:
            continue
        place = atlas.place(load.trail)
        identity = (load.kind, load.model, load.relation, place.key)
        total = found.setdefault(
            identity, EagerLoad(load.kind, load.model, load.relation, 0, 0, 0, place.site, place.key)
        )
        total.instances += load.instances
        total.used += load.used
        total.alive += load.alive()
    return list(found.values())
