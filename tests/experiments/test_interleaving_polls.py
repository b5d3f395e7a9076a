"""Who waits by looking again and again: the orders come to an end, also where several wait."""

from time import sleep

import pytest
from django.core.cache import cache

from labapp.experiments.caching.invalidation_orders import every_order
from labapp.experiments.interleaving import interleavings


def made_by_one(made):
    """Get, or lock and make and set; whoever has no lock looks again."""
    while (page := cache.get("page")) is None:
        if cache.add("lock", True, 10):
            try:
                page = cache.get("page")
                if page is None:
                    made.append(1)
                    page = "page"
                    cache.set("page", page)
            finally:
                cache.delete("lock")
        else:
            sleep(0)
    return page


@pytest.mark.parametrize(("readers", "switches"), [(2, None), (3, 1)])
def test_several_that_wait_for_one_end_in_every_order(pinsta_db, readers, switches):
    made = []

    def scenario():
        cache.clear()
        made.clear()
        return {f"reader {number}": lambda: made_by_one(made) for number in range(readers)}

    lengths = []
    for run in interleavings(scenario, switches=switches):
        assert not run.errors and set(run.values.values()) == {"page"}
        assert len(made) == 1, str(run)
        lengths.append(len(run.steps))
    assert len(lengths) > 10 and max(lengths) < 60


def test_orders_that_are_enough_are_not_complete(pinsta_db):
    asked = []

    def enough():
        asked.append(1)
        return len(asked) > 3

    work = {"read": lambda: cache.get("page"), "saves": [lambda: cache.set("page", 1)], "truth": lambda: 1}
    part = every_order(**work, begin=lambda: None, enough=enough)
    assert not part.complete and part.count == 3
    assert every_order(**work, begin=lambda: None).complete
