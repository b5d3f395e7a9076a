"""One makes what is missing, the others wait for that one."""

from time import sleep

from django.core.cache import cache

PATIENCE = 10  # seconds after which a lock is free again, should its holder have died
GLANCE = 0.01  # seconds between two looks


def made_by_one(key, make):
    """What the cache has under this key; where it has nothing, what ``make()`` has put there and returned."""
    value = cache.get(key)
    while value is None:
        if cache.add(f"{key}-lock", True, PATIENCE):  # which succeeds for one of them only
            try:
                value = cache.get(key)  # somebody may have finished just before
                if value is None:
                    value = make()
            finally:
                cache.delete(f"{key}-lock")
        else:
            sleep(GLANCE)
            value = cache.get(key)
    return value
