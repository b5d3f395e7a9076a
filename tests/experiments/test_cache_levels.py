"""The levels of a cache: they show the same pages, and what each asks of its cache is exactly counted."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.views.decorators.cache import cache_page

from labapp.experiments.caching.cache_levels import cache_levels, long_enough, none, room
from labapp.experiments.caching.cache_levels_page import STAMP, TOKEN, most_discussed
from labapp.experiments.experiment import Experiment
from labapp.experiments.traffic.backends import DATABASE, FILE, LOCAL, MEMCACHED, REDIS
from labapp.experiments.traffic.turn import mount_name
from labapp.probe.served import Reporting, read
from tests.experiments.backends import BACKENDS, emptied
from tests.experiments.serving import served

VARIANTS = list(cache_levels.variants)
PARAMETERS = cache_levels.parameters.values()


def plain(variant, text):
    """A page without what may differ: the moment it shows, the token of its form, the mount of its links."""
    return re.sub(f"{STAMP}|{TOKEN}|/{mount_name(variant)}(?=/)", "", text)


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_level_shows_the_same_page_from_every_backend(pinsta_db, tmp_path, backend):
    """To nobody and to two people, first from the database and then from the cache."""
    people = [None, *get_user_model().objects.order_by("id").values_list("username", flat=True)[:2]]
    keys = most_discussed(3)
    shown = {}
    with emptied(backend, tmp_path) as entry, served(cache_levels, {"default": entry}, comments=3) as site:
        for variant in VARIANTS:
            for person in people:
                for key in (*keys, *keys):
                    answer = site.get(variant, f"photos/{key}/", person)
                    assert answer.status_code == 200 and f'data-viewer="{person or ""}"' in answer.text
                    shown.setdefault((key, person), set()).add(plain(variant, answer.text))
    assert all(len(pages) == 1 for pages in shown.values())
    assert len({page for pages in shown.values() for page in pages}) == len(keys) * len(people)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("variant, hit, queries", [
    ("objects", (1, 0), 0), ("template fragment", (1, 0), 1), ("view", (2, 0), 0), ("whole site", (2, 0), 0),
])
def test_hits_and_misses_of_a_known_sequence(pinsta_db, tmp_path, backend, variant, hit, queries):
    """A page that Django keeps whole has two entries: which headers it depends on, and itself."""
    first, second = most_discussed(2)
    with emptied(backend, tmp_path) as entry, _reported(entry) as site:
        alone = {key: _cost(site, "none", key)[1] for key in (first, second)}
        costs = [(key, *_cost(site, variant, key)) for key in (first, first, second, first, second)]
    assert [asked for _, asked, _ in costs] == [(0, 1), hit, (0, 1), hit, hit]
    extra = hit[0] if backend == DATABASE else 0
    assert [sent for _, asked, sent in costs if asked == hit] == 3 * [queries + extra]
    for key, asked, sent in costs:
        if asked != hit:
            assert sent > alone[key] if backend == DATABASE else sent == alone[key]


def test_without_a_cache_nothing_is_asked_of_it(pinsta_db, tmp_path):
    with emptied(LOCAL, tmp_path) as entry, _reported(entry) as site:
        assert [_cost(site, "none", key)[0] for key in most_discussed(2) * 2] == 4 * [(0, 0)]


def _reported(entry, **settings):
    return served(cache_levels, {"default": entry}, wrap=Reporting, **settings)


def _cost(site, variant, key):
    """((hits, misses), statements) of one request."""
    told = read(site.get(variant, f"photos/{key}/").headers["Server-Timing"])
    return (told.hits, told.misses), told.queries


def test_an_entry_is_gone_when_its_lifetime_is_over(pinsta_db, tmp_path, monkeypatch):
    clock = _Clock(monkeypatch)
    key = most_discussed(1)[0]
    with emptied(LOCAL, tmp_path) as entry, _reported(entry, lifetime=2) as site:
        for variant in ("objects", "template fragment", "view"):
            assert _cost(site, variant, key)[0] == (0, 1)
            clock.now += 1.9
            assert _cost(site, variant, key)[0][1] == 0
            clock.now += 0.2
            assert _cost(site, variant, key)[0][1] == 1


def test_where_only_some_entries_fit_others_make_room(pinsta_db, tmp_path):
    keys = most_discussed(12)
    with emptied(LOCAL, tmp_path) as entry, _reported({**entry, **room(10, LOCAL)}) as site:
        asked = [_cost(site, "objects", key)[0] for key in (*keys, keys[0], keys[-1])]
    assert asked == [(0, 1)] * 13 + [(1, 0)]


def test_entries_are_a_limit_of_the_backends_that_count_them():
    assert room(10, FILE) == {"OPTIONS": {"MAX_ENTRIES": 10}}
    assert room(10, REDIS) == room(10, MEMCACHED) == {}


def test_a_turn_is_as_long_as_a_lifetime_within_reason():
    assert [long_enough(lifetime) for lifetime in (1, 3, 10)] == [1.5, 3, 5]


def test_cache_page_alone_shows_one_visitor_what_was_made_for_another(pinsta_db, tmp_path):
    """Why the variant has vary_on_cookie: the session's middleware says Vary too late for a decorator."""
    ana, ben = get_user_model().objects.order_by("id").values_list("username", flat=True)[:2]
    experiment = Experiment("leak", question="?", method=cache_levels.method, parameters=PARAMETERS)
    experiment.variant(lambda request, photo_id, comments, lifetime: cache_page(lifetime)(none)(
        request, photo_id, comments), name="leaks", baseline=True)
    key = most_discussed(1)[0]
    with emptied(LOCAL, tmp_path) as entry, served(experiment, {"default": entry}) as site:
        for person in (ana, ben):
            assert f'data-viewer="{ana}"' in site.get("leaks", f"photos/{key}/", person).text


class _Clock:
    def __init__(self, monkeypatch):
        from django.core.cache.backends import base, locmem

        self.now = 1_000_000.0
        for module in (base, locmem):
            monkeypatch.setattr(module, "time", self)

    def time(self):
        return self.now
