"""Answers that show somebody else's name, counted in every order of two who ask at the same time.

They are counted as under traffic: by the marks data-viewer of the page. In the comments g is a get, u the
statement that looks up who asks, s the set.
"""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache

from labapp.experiments.interleaving import interleavings
from labapp.services.traffic.page import foreign


@pytest.fixture
def people(pinsta_db):
    """The names of two people, by their keys."""
    return dict(get_user_model().objects.order_by("pk").values_list("pk", "username")[:2])


def page(pk):
    """A page with a name on it: one statement."""
    name = get_user_model().objects.values_list("username", flat=True).get(pk=pk)
    return f'<html><body><b data-viewer="{name}">{name}</b></body></html>'


def kept(pk, key):
    """The page out of the cache, or made and kept."""
    html = cache.get(key)
    if html is None:
        html = page(pk)
        cache.set(key, html)
    return html


def leaks(people, view, begin=lambda: None):
    """[how many of the two pages show the other's name] in each order."""

    def scenario():
        cache.clear()
        begin()
        return {name: lambda pk=pk: view(pk) for pk, name in people.items()}

    counted = []
    for run in interleavings(scenario):
        assert not run.errors
        counted.append(sum(foreign(run.values[name], name) for name in people.values()))
    return counted


def test_nothing_kept_nothing_leaked(people):
    assert leaks(people, page) == [0, 0], "u and u, in two orders"


def test_one_key_for_everybody_leaks_to_who_comes_when_the_other_has_finished(people):
    """g u s and g u s: in 18 orders both miss, and each sees a name of their own: only in 2 it is seen."""
    assert sorted(leaks(people, lambda pk: kept(pk, "page"))) == [0] * 18 + [1] * 2


def test_one_key_for_everybody_that_is_kept_already_leaks_to_both(people):
    def somebody():
        cache.set("page", '<html><body><b data-viewer="zoe">zoe</b></body></html>')

    assert leaks(people, lambda pk: kept(pk, "page"), somebody) == [2, 2]


def test_a_key_for_each_leaks_nothing(people):
    assert leaks(people, lambda pk: kept(pk, f"page-{pk}")) == [0] * 20


def test_who_asks_kept_in_a_variable_of_the_process_leaks_to_who_is_overtaken(people):
    """f stores who asks, l looks at who it was, u: of f l u and f l u, whoever is first is overtaken unless
    their l comes before the other's f: 4 + 4 of 20 orders."""
    asking = {}

    def view(pk):
        cache.get("first")
        asking["now"] = pk
        cache.get("last")
        return page(asking["now"])

    assert sorted(leaks(people, view)) == [0] * 8 + [1] * 12
