"""Captions with a word in them: a scan, or an index made for text (talk 5.5)."""

import re
from collections import Counter
from contextlib import contextmanager

from django.db import connection
from django.db.models.expressions import RawSQL

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, keep, needs_postgresql, scratch
from labapp.experiments.experiment import Experiment
from labapp.experiments.optimization import growing
from labapp.experiments.optimization.definitions import show
from labapp.experiments.optimization.footprint import index_size, pages_read
from labapp.experiments.parameters import Choice, Integer
from labapp.pinsta.models import Photo

search = Experiment(
    "search", question="Which captions have this word in them?", claims=["5.5"],
    parameters=[
        Integer("photos", 10_000, low=1000, high=50_000, step=1000, help="photos in the table"),
        Choice("word", "rare", help="the word is", choices=("rare", "common")),
    ],
    conditions=[database(), round_trip()],
    figures=[index_size(Photo), pages_read()],
    includes=[
        "Times are of one query that fetches the keys of the photos found.",
        "The word never stands inside a longer one in these captions: else icontains would find more than "
        "a search for words does, and they would answer different questions.",
    ],
)


def captions(name, drop="", create=""):
    """The ``around`` of a variant: a copy of Pinsta in which ``create`` has been run on the photos."""

    @contextmanager
    def around(photos, **_):
        with scratch(f"search {name}", _make):
            growing.bring(Photo, photos, lambda: _build(photos, drop, create))
            yield

    return around


def _make():
    words()  # while the table holds what was seeded
    growing.prepare(Photo)


def _build(photos, drop, create):
    with connection.cursor() as cursor:
        run(cursor, drop)
        growing.refill(Photo, photos)
        run(cursor, create)
    growing.analyze(Photo)


def run(cursor, statements):
    """Each of the statements; SQLite takes only one at a time."""
    for statement in filter(None, map(str.strip, statements.split(";"))):
        cursor.execute(statement)


def words():
    """A rare word and a common one."""
    return keep("words of captions", _words)


def _words():
    """Of words that never stand inside a longer one: the commonest, and one that a new caption has alone."""
    captions = [caption.lower() for caption in Photo.objects.order_by("pk").values_list("caption", flat=True)]
    used = Counter(word for caption in captions for word in set(WORD.findall(caption)))
    whole = "\n".join(captions)
    newest = set(WORD.findall(" ".join(caption.partition(" ")[2] for caption in captions[-100:])))

    def alone(words):
        return next(word for word in words if whole.count(word) == used[word])

    by_use = sorted(used, key=lambda word: (-used[word], word))
    return {"common": alone(by_use), "rare": alone(word for word in reversed(by_use) if word in newest)}


# With a space before it, and behind it what no parser takes for a letter: PostgreSQL's takes "…" for one
# where the database knows no language.
WORD = re.compile(r"(?<!\S)[a-z]{5,}(?=[\s,.?]|$)")


def keys(photos):
    """What is shown of the photos found: their keys, in order."""
    return list(photos.order_by("pk").values_list("pk", flat=True))


def adds(name, drop, create, **options):
    """Decorator: a variant whose copy has what ``create`` makes. Its source ends in that statement."""

    def decorate(function):
        search.variant(name=name, around=captions(name, drop, create), **options)(function)
        show(search.variants[name], create.strip())
        return function

    return decorate


@search.variant(baseline=True, name="icontains", around=captions("nothing"))
def icontains(word):
    """Every caption is read, whatever the index."""
    return keys(Photo.objects.filter(caption__icontains=words()[word]))


def needs_trigrams():
    """Nothing, or why there is no index of trigrams here."""
    if needs_postgresql():
        return needs_postgresql()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")
        return "" if cursor.fetchone()[0] else "needs PostgreSQL's extension pg_trgm, which is not installed"


@adds(
    "icontains, trigrams", "DROP INDEX IF EXISTS trigrams", """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX trigrams ON pinsta_photo USING gin (upper(caption) gin_trgm_ops)
""", unavailable=needs_trigrams,
)
def trigrams(word):
    """The same query; an index of all three letters in a row."""
    return keys(Photo.objects.filter(caption__icontains=words()[word]))


@adds(
    "full text", "DROP INDEX IF EXISTS words", """
CREATE INDEX words ON pinsta_photo USING gin (to_tsvector('simple'::regconfig, coalesce(caption, '')))
""", unavailable=needs_postgresql,
)
def full_text(word):
    """An index of words: whole ones only."""
    from django.contrib.postgres.search import SearchQuery, SearchVector

    text = SearchVector("caption", config="simple")
    wanted = SearchQuery(words()[word], config="simple")
    return keys(Photo.objects.alias(text=text).filter(text=wanted))


def needs_fts5():
    """Nothing, or why there is no FTS5 here."""
    if connection.vendor != "sqlite":
        return "is SQLite's own, and this is PostgreSQL"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'")
        return "" if cursor.fetchone()[0] else "needs SQLite's FTS5, which this SQLite was built without"


@adds(
    "FTS5", "DROP TABLE IF EXISTS fts_captions", """
CREATE VIRTUAL TABLE fts_captions USING fts5 (caption, content = 'pinsta_photo', content_rowid = 'id');
INSERT INTO fts_captions (fts_captions) VALUES ('rebuild')
""", unavailable=needs_fts5,
)
def fts5(word):
    """SQLite's index of words, a table beside the photos."""
    found = RawSQL("SELECT rowid FROM fts_captions WHERE fts_captions MATCH %s", [words()[word]])
    return keys(Photo.objects.filter(pk__in=found))


@adds(
    "istartswith", "DROP INDEX IF EXISTS beginnings", """
CREATE INDEX beginnings ON pinsta_photo (upper(caption) text_pattern_ops)
""", unavailable=needs_postgresql, wrong="It finds only captions that begin with the word.",
)
def istartswith(word):
    """Another question, which an ordinary index answers: does it begin with the word?"""
    return keys(Photo.objects.filter(caption__istartswith=words()[word]))
