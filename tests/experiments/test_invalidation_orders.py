"""Every strategy of invalidation in every order of its steps: how many are stale is worked out by hand.

In the comments g is the reader's get, r its read of the row, s its set; U is the writer's update, D its
delete. A reader has the order g r s, or g alone where the entry is there.
"""

import re
from types import SimpleNamespace

import pytest
from django.core.cache import cache, caches
from django.db.models import F
from django.db.transaction import atomic, on_commit
from django.test import RequestFactory, override_settings
from django.utils.connection import ConnectionProxy

from labapp.experiments.caching.invalidation import invalidation
from labapp.experiments.caching.invalidation_orders import AFTERWARDS, every_order
from labapp.experiments.caching.invalidation_photos import VERSION, Caption, in_play, prepare, version_of
from labapp.experiments.variant import wanted
from labapp.pinsta.models import Comment
from labapp.services import redis
from tests.requires import needs

KEY = "caption"


@pytest.fixture
def caption(pinsta_db):
    """A caption of version 0, which ``begin()`` puts back; ``truth()`` is its version in the database."""
    prepare()
    pk = in_play(1)[0]
    row = Caption.objects.filter(pk=pk)
    return SimpleNamespace(
        pk=pk, begin=lambda: row.update(version=0), truth=lambda: version_of(pk),
        update=lambda: row.update(version=F("version") + 1),
    )  # fmt: skip


def cached_read(caption, cache=cache, key=lambda: KEY):
    """A reader that keeps what it has read."""

    def read():
        name = key()
        version = cache.get(name)
        if version is None:
            version = version_of(caption.pk)
            cache.set(name, version)
        return version

    return read


def both(*works):
    """One after the other."""
    return lambda: [work() for work in works][-1]


def orders(caption, read, *saves, **more):
    return every_order(read, saves, caption.truth, caption.begin, **more)


def forget():
    cache.delete(KEY)


def test_lifetime_only(caption):
    """Cold: 4 orders, stale where U comes after r: gr.U.s and grs.U. Warm: g and U, both orders stale."""
    found = orders(caption, cached_read(caption), caption.update)
    assert (found.count, len(found.stale)) == (4 + 2, 2 + 2)
    assert len(found.shortest.run.steps) == 2


def test_delete_after_the_update_is_stale_in_one_order(caption):
    """Cold: of 10 orders only g r U D s. Warm: g U D, U g D, U D g r s; none stale."""
    found = orders(caption, cached_read(caption), both(caption.update, forget))
    assert (found.count, len(found.stale)) == (10 + 3, 1)
    (stale,) = found.stale
    assert stale.run.order == ("reader", "reader", "writer", "writer", "reader")
    assert (stale.warm, stale.who, stale.shown, stale.truth) == (False, AFTERWARDS, 0, 1)
    assert str(stale).splitlines()[0] == "The cache is empty."
    assert str(stale).splitlines()[-1] == "  afterwards: is shown 0, and it is 1"


def test_delete_before_the_update_is_stale_in_more_orders_than_not(caption):
    """Cold: r before U and s after D, 6 of 10. Warm: g hits before D (g D U, and nothing is kept), else it
    misses: D and then g r s with U in 4 places, stale unless U comes before r: 2 of 4."""
    found = orders(caption, cached_read(caption), both(forget, caption.update))
    assert (found.count, len(found.stale)) == (10 + 1 + 4, 6 + 2)


def test_delete_inside_the_transaction_is_stale_in_more_orders_than_not(caption):
    """B U D C: stale where r comes before C and s after D. Cold: 20 of 35. Warm: g hits in 3 orders; after D
    it misses, 4 orders, of which D g r s C and D g r C s are stale."""

    @atomic
    def save():
        caption.update()
        forget()

    found = orders(caption, cached_read(caption), save)
    assert (found.count, len(found.stale)) == (35 + 7, 20 + 2)


def test_delete_on_commit_is_as_good_as_delete_after_the_update(caption):
    """B U C D: stale where r comes before C and s after D. Cold: 6 of 35. Warm: g hits in 4 orders, and after
    D nothing old can be read."""

    @atomic
    def save():
        caption.update()
        on_commit(forget)

    found = orders(caption, cached_read(caption), save)
    assert (found.count, len(found.stale)) == (35 + 5, 6)


def test_versioned_keys_are_never_stale(caption):
    """The version is read first, then the entry of that version: v g r s and U, 5 orders; warm v g and U, and
    where U comes before v a miss: 1 + 2."""
    read = cached_read(caption, key=lambda: f"caption-{version_of(caption.pk)}")
    found = orders(caption, read, caption.update)
    assert (found.count, found.never_stale) == (5 + 3, True)


def test_a_version_that_is_kept_in_the_cache_is_never_stale_either(caption):
    """The writer counts a generation up after its update: what was read before is set under an old name."""

    def count_up():
        cache.add("generation", 0)
        cache.incr("generation")

    read = cached_read(caption, key=lambda: f"caption-{cache.get('generation', 0)}")
    found = orders(caption, read, both(caption.update, count_up))
    assert found.never_stale and found.shortest is None


def test_two_writers_who_set_what_they_have_written(caption):
    """U S and U S: of 6 orders, in two the one who updated last did not set last."""

    def writer(number):
        def save():
            Caption.objects.filter(pk=caption.pk).update(version=number)
            cache.set(KEY, number)

        return save

    found = orders(caption, cached_read(caption), writer(1), writer(2), readers=0)
    assert (found.count, len(found.stale)) == (2 * 6, 2 * 2)


def test_the_memory_of_another_process_is_stale_however_one_deletes(caption):
    """Two workers: one deletes in its memory, the other keeps what it has. Cold: r before U, g r in front and
    s anywhere after it, 3 of 10. Warm: each of the 3 orders."""
    locmem = "django.core.cache.backends.locmem.LocMemCache"
    entries = {
        alias: {"BACKEND": locmem, "LOCATION": alias} for alias in ("default", "other")
    }  # fmt: skip
    with override_settings(CACHES=entries):
        other = ConnectionProxy(caches, "other")
        found = orders(caption, cached_read(caption, other), both(caption.update, forget))
    assert (found.count, len(found.stale)) == (10 + 3, 3 + 3)


def test_who_asks_after_the_save_must_be_shown_it(caption):
    """Keeps nothing, and yet shows the old version to the one who comes first after the save."""
    first = []

    def read():
        cache.get(KEY)
        return first.pop() if first else caption.truth()

    found = orders(caption, read, both(caption.update, lambda: first.append(0)))
    assert [each.who for each in found.stale if each.run.order[0] == "writer"] == ["reader"] * 2


def test_an_error_is_no_success(caption):
    def save():
        raise LookupError("no such caption")

    found = orders(caption, cached_read(caption), save)
    assert found.failed and not found.never_stale


def test_redis_has_the_same_orders_as_local_memory(caption):
    needs("redis")
    with override_settings(CACHES={"default": redis.server().entry()}):
        found = orders(caption, cached_read(caption), both(caption.update, forget))
    assert (found.count, len(found.stale)) == (10 + 3, 1)


# The experiment's own variants

NEVER = {"no cache", "versioned key"}
LOCAL = [name for name, each in invalidation.variants.items() if not each.edge]


WAYS = [(name, "save") for name in LOCAL] + [("signal", "update")]


@pytest.mark.parametrize("name, by", WAYS)
def test_variants_are_stale_where_they_say_so_and_nowhere_else(caption, name, by):
    """The views themselves, in all orders in which a reader and a writer leave each other once, or twice
    where none may be stale."""
    Comment.objects.filter(photo_id=caption.pk).delete()  # a short page: the race is the same
    found = orders(caption, *asked(name, caption.pk, by), switches=2 if name in NEVER else 1)
    assert not found.failed
    warm = [each for each in found.stale if each.warm]
    if name in NEVER:
        assert found.never_stale
    elif name == "lifetime only" or by == "update":
        assert warm, "nobody has deleted the entry that was there"
    else:
        assert found.stale and not warm, "only a reader that missed can set what is old"


def asked(name, pk, by):
    """(read, save) of a variant: the version in its answers."""
    function = invalidation.variants[name].function
    given = {"photo_id": pk, "lifetime": 60}
    given = {each: given[each] for each in wanted(function, {**given, "request": None}) if each in given}
    factory, form = RequestFactory(), {"caption": "changed", "by": by}

    def version(request):
        return int(re.search(VERSION, function(request, **given).content.decode())[1])

    return lambda: version(factory.get("/")), lambda: version(factory.post("/", form))
