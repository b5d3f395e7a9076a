"""A word in captions: each variant that asks the same question finds the same, by the index it shows."""

import re

import pytest

from labapp.experiments.optimization import search
from labapp.experiments.optimization.search import _words, words
from labapp.pinsta.models import Photo
from tests.experiments.both import database, recorded  # noqa: F401
from tests.experiments.indexing import accesses, plan, staged, used

WORDS = ("rare", "common")
MISSING = {"SQLite": ("icontains, trigrams", "full text", "istartswith"), "PostgreSQL": ("FTS5",)}


@pytest.mark.parametrize("word", WORDS)
def test_the_word_stands_alone_wherever_it_is(database, word):
    with staged(search, "icontains", database=database, word=word, photos=1000) as values:
        wanted = words()[word]
        found = search.variants["icontains"].call(values)
        captions = dict(Photo.objects.values_list("pk", "caption"))
    alone = re.compile(rf"(?<![a-z]){wanted}(?![a-z])", re.IGNORECASE)
    assert found == sorted(pk for pk, caption in captions.items() if alone.search(caption))
    assert found == sorted(pk for pk, caption in captions.items() if wanted in caption.lower())
    assert found


def test_a_word_that_stands_before_an_ellipsis_is_not_chosen(pinsta_db):
    """PostgreSQL takes "orchard…" for one word where the database has no language."""
    Photo.objects.update(caption="Old orchard…")
    Photo.objects.filter(pk__lte=30).update(caption="Old garden. Alone")
    Photo.objects.filter(pk=Photo.objects.latest("pk").pk).update(caption="Lone pebble?")
    assert _words() == {"common": "alone", "rare": "pebble"}


def test_the_rare_word_is_in_fewer_captions(database):
    rare, common = (recorded(search, database=database, word=word)["icontains"].rows for word in WORDS)
    assert 0 < rare < common


def test_icontains_reads_every_caption(database):
    assert accesses(plan(search, "icontains", database=database), "pinsta_photo") == {"whole table"}


def test_each_index_is_used(database):
    if database == "SQLite":
        assert "fts_captions VIRTUAL TABLE" in plan(search, "FTS5", database=database).text
        return
    found = {name: used(plan(search, name, database=database)) for name in MISSING["SQLite"]}
    assert found == {
        "icontains, trigrams": {"trigrams"}, "full text": {"words"}, "istartswith": {"beginnings"},
    }


def test_the_size_of_an_index_is_said(database):
    sizes = {each.variant: each.figures.get("indexes") for each in recorded(search, database=database)}
    for name in MISSING["PostgreSQL" if database == "SQLite" else "SQLite"]:
        assert sizes[name] > 100 > sizes["icontains"] == 0
    for name in MISSING[database]:
        assert sizes[name] is None
