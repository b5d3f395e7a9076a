"""The operations of Django's cache API: what each asks for, and what its answer says about hits and misses.

Each is a generator that is given the call to fill in and the caller's arguments. It yields the arguments for
the backend, is sent the backend's answer, and returns the answer for the caller.
"""

from __future__ import annotations

from collections.abc import Collection

MISSING = object()


def get(call, key, default=None, *args, **kwargs):
    """A hit when the key is there; None is a value like any other."""
    call.keys = (key,)
    value = yield (key, MISSING, *args), kwargs
    if value is MISSING:
        call.misses = 1
        return default
    call.hits = 1
    return value


def get_many(call, keys, *args, **kwargs):
    """A hit for each key found, a miss for each of the others."""
    keys = _reusable(keys)
    call.keys = tuple(dict.fromkeys(keys))
    found = yield (keys, *args), kwargs
    call.hits = len(found)
    call.misses = len(call.keys) - len(found)
    return found


def has_key(call, key, *args, **kwargs):
    """A question like any other: a hit or a miss."""
    call.keys = (key,)
    found = yield (key, *args), kwargs
    call.hits, call.misses = (1, 0) if found else (0, 1)
    return found


def get_or_set(call, key, default, *args, **kwargs):
    """A hit, or a miss and a set. Computing the value is not the cache's time."""
    call.keys = (key,)
    value = yield (key, lambda: call.compute(default), *args), kwargs
    if call.misses:
        call.sets = 1
    else:
        call.hits = 1
    return value


def add(call, key, *args, **kwargs):
    """A set, unless the key was there already."""
    call.keys = (key,)
    stored = yield (key, *args), kwargs
    call.sets = 1 if stored else 0
    return stored


def set(call, key, *args, **kwargs):
    """A set."""
    call.keys = (key,)
    answer = yield (key, *args), kwargs
    call.sets = 1
    return answer


def set_many(call, data, *args, **kwargs):
    """A set for each key that the backend took."""
    call.keys = tuple(data)
    failed = yield (data, *args), kwargs
    call.sets = len(call.keys) - len(failed or ())
    return failed


def touch(call, key, *args, **kwargs):
    """Neither asks for a value nor stores one."""
    call.keys = (key,)
    return (yield (key, *args), kwargs)


def delete(call, key, *args, **kwargs):
    """A delete, whether the key was there or not."""
    call.keys = (key,)
    answer = yield (key, *args), kwargs
    call.deletes = 1
    return answer


def delete_many(call, keys, *args, **kwargs):
    """A delete for each key."""
    keys = _reusable(keys)
    call.keys = tuple(dict.fromkeys(keys))
    answer = yield (keys, *args), kwargs
    call.deletes = len(call.keys)
    return answer


def clear(call, *args, **kwargs):
    """Everything goes; how much that was, no backend says."""
    return (yield args, kwargs)


def incr(call, key, *args, **kwargs):
    """A hit and a set; a miss when there is nothing to count on from (Django raises ValueError)."""
    call.keys = (key,)
    try:
        value = yield (key, *args), kwargs
    except ValueError as error:
        call.misses, call.excused = 1, error
        raise
    call.hits = call.sets = 1
    return value


def incr_version(call, key, *args, **kwargs):
    """The value moves: a hit, a set and a delete; a miss when it is not there (ValueError)."""
    value = yield from incr(call, key, *args, **kwargs)
    call.deletes = 1
    return value


def _reusable(keys) -> Collection:
    """The keys, read once when they are an iterator."""
    return keys if isinstance(keys, Collection) else list(keys)


_READING = (get, get_many, has_key, get_or_set)
_WRITING = (add, set, set_many, touch, delete, delete_many, clear, incr, incr_version)
_NAMES = {steps.__name__: steps for steps in (*_READING, *_WRITING)}
_NAMES |= {"decr": incr, "decr_version": incr_version}

# name of the method -> (name of the operation, its generator); each has its async twin
OPERATIONS = {name: (name, steps) for name, steps in _NAMES.items()}
OPERATIONS |= {f"a{name}": (name, steps) for name, steps in _NAMES.items()}
OPERATIONS["__contains__"] = ("has_key", has_key)
