"""INSERT … RETURNING: the keys that the database gave to new rows (talk 5.5)."""

from django.db import connection

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, durability
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Tag


def new_tags(rows):
    """Tags that are not in the table yet."""
    return [Tag(slug=f"inserted-{number}", name=f"Inserted, number {number}") for number in range(rows)]


def there():
    """The new tags in the table."""
    return Tag.objects.filter(slug__startswith="inserted-")


def none_of_them(**_):
    """The new tags are not there."""
    there().delete()


def keys_hold(value, /, **_):
    """The slugs whose returned key is the right one, and the number of rows; keys never come twice."""
    stored = dict(there().values_list("pk", "slug"))
    return sorted(slug for pk, slug in value if stored.get(pk) == slug), len(stored)


returning_keys = Experiment(
    "returning_keys", question="Which keys did the new rows get?", claims=["5.5"],
    parameters=[Integer("rows", 20, low=1, high=200, help="rows inserted")],
    conditions=[database(writes=True), durability(), round_trip()],
    before=none_of_them, outcome=keys_hold, rate=("rows", lambda rows, **_: rows),
    includes=["Times are of the writes and commits; taking the rows out before each call is not in them."],
)


@returning_keys.variant(baseline=True, name="save(), ask again")
def ask_again(rows):
    """save(), then refresh_from_db(), as one did for what the database filled in."""
    tags = new_tags(rows)
    for tag in tags:
        tag.save()
        tag.refresh_from_db()
    return [(tag.pk, tag.slug) for tag in tags]


@returning_keys.variant(name="save() each")
def save_each(rows):
    """Each INSERT has RETURNING already: the key comes with it."""
    tags = new_tags(rows)
    for tag in tags:
        tag.save()
    return [(tag.pk, tag.slug) for tag in tags]


@returning_keys.variant(name="bulk_create, ask again")
def bulk_then_ask(rows):
    """One INSERT, one SELECT by what is unique."""
    Tag.objects.bulk_create(new_tags(rows))
    slugs = [tag.slug for tag in new_tags(rows)]
    return list(Tag.objects.filter(slug__in=slugs).values_list("pk", "slug"))


@returning_keys.variant(name="bulk_create")
def bulk_create(rows):
    """One INSERT … RETURNING, written by Django: the keys are on the models."""
    return [(tag.pk, tag.slug) for tag in Tag.objects.bulk_create(new_tags(rows))]


@returning_keys.variant(name="INSERT … RETURNING")
def insert_returning(rows):
    """The same by hand."""
    values = [value for tag in new_tags(rows) for value in (tag.slug, tag.name)]
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(", ".join(["(%s, %s)"] * rows)), values)
        return cursor.fetchall()


INSERT = "INSERT INTO pinsta_tag (slug, name) VALUES {} RETURNING id, slug"
