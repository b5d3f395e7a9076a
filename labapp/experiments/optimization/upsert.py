"""Rows of which some exist: asked for one by one, or handed to the database's ON CONFLICT (talk 5.5).

An import brings tags. ``known`` per cent of them are in the table already, spelled in the old way.
"""

from django.db import connection, transaction

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, durability
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Tag

PARAMETERS = [
    Integer("rows", 20, low=1, high=200, help="tags in the import"),
    Integer("known", 50, low=0, high=100, step=10, help="per cent of them that exist"),
]
INCLUDES = [
    "Times are of the writes with their commits; putting the rows back before each call is not in them.",
    "Row by row means a commit for each row, as in a view without ATOMIC_REQUESTS.",
]


def imported(rows):
    """What the import brings: (slug, name)."""
    return [(f"imported-{number}", f"Imported, number {number}") for number in range(rows)]


def put_back(rows, known, **_):
    """None of the imported tags but those that are known, evenly spread, with their old names."""
    there().delete()
    old = [
        Tag(slug=slug, name=f"{slug}, in the old way")
        for number, (slug, name) in enumerate(imported(rows))
        if number * known // 100 != (number + 1) * known // 100
    ]
    Tag.objects.bulk_create(old)


def there():
    """The imported tags in the table."""
    return Tag.objects.filter(slug__startswith="imported-")


def found(value, /, **_):
    """The slugs and names that are really in the table afterwards."""
    return list(there().order_by("slug").values_list("slug", "name"))


def importing(name, question):
    """An Experiment that brings the import into the table."""
    return Experiment(
        name, question=question, claims=["5.5"],
        parameters=PARAMETERS, conditions=[database(writes=True), durability(), round_trip()],
        before=put_back, outcome=found, rate=("rows", lambda rows, **_: rows), includes=INCLUDES,
    )


upsert = importing("upsert", "Insert or update: who finds out which?")


@upsert.variant(baseline=True)
def update_or_create(rows):
    """Select, then insert or update, a transaction for each row."""
    for slug, name in imported(rows):
        Tag.objects.update_or_create(slug=slug, defaults={"name": name})


@upsert.variant(name="update_or_create, one transaction")
def one_transaction(rows):
    """The same statements, one commit; what it locks stays locked to the end."""
    with transaction.atomic():
        for slug, name in imported(rows):
            Tag.objects.update_or_create(slug=slug, defaults={"name": name})


@upsert.variant(name="update, else insert")
def update_else_insert(rows):
    """Update, and insert what was not there: of two at once, one fails."""
    for slug, name in imported(rows):
        if not Tag.objects.filter(slug=slug).update(name=name):
            Tag.objects.create(slug=slug, name=name)


@upsert.variant(name="ask once, then in bulk")
def in_bulk(rows):
    """Three statements: find the known, update them, create the rest. Two at once still collide."""
    names = dict(imported(rows))
    with transaction.atomic():
        known = Tag.objects.in_bulk(names, field_name="slug")
        for slug, tag in known.items():
            tag.name = names[slug]
        Tag.objects.bulk_update(known.values(), ["name"])
        Tag.objects.bulk_create([Tag(slug=slug, name=names[slug]) for slug in names if slug not in known])


@upsert.variant(name="bulk_create(update_conflicts)")
def update_conflicts(rows):
    """One INSERT … ON CONFLICT DO UPDATE: the index decides, nobody collides."""
    Tag.objects.bulk_create(
        [Tag(slug=slug, name=name) for slug, name in imported(rows)],
        update_conflicts=True, unique_fields=["slug"], update_fields=["name"],
    )


@upsert.variant(name="ON CONFLICT by hand")
def on_conflict(rows):
    """The same statement for each row, without models: executemany in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(UPSERT, imported(rows))


UPSERT = """
    INSERT INTO pinsta_tag (slug, name) VALUES (%s, %s)
    ON CONFLICT (slug) DO UPDATE SET name = excluded.name
"""


insert_missing = importing("insert_missing", "Insert what is missing: who finds out which?")


@insert_missing.variant(baseline=True)
def get_or_create(rows):
    """Select, and insert in a transaction of its own what was not found."""
    for slug, name in imported(rows):
        Tag.objects.get_or_create(slug=slug, defaults={"name": name})


@insert_missing.variant(name="check, then insert")
def check_then_insert(rows):
    """exists(), then create(): of two at once, one fails."""
    for slug, name in imported(rows):
        if not Tag.objects.filter(slug=slug).exists():
            Tag.objects.create(slug=slug, name=name)


@insert_missing.variant(name="bulk_create(ignore_conflicts)")
def ignore_conflicts(rows):
    """One INSERT … ON CONFLICT DO NOTHING; it does not say which were new."""
    tags = [Tag(slug=slug, name=name) for slug, name in imported(rows)]
    Tag.objects.bulk_create(tags, ignore_conflicts=True)


@insert_missing.variant(name="ON CONFLICT by hand")
def do_nothing(rows):
    """The same for each row, without models: executemany in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(INSERT, imported(rows))


INSERT = "INSERT INTO pinsta_tag (slug, name) VALUES (%s, %s) ON CONFLICT (slug) DO NOTHING"
