"""Rows as narrow or as wide as an experiment needs them: tables of the lab's, alike but for their width.

They stand beside Pinsta's in an experiment's own copy of the data and are no part of the site, which is why
they have a registry of models of their own.
"""

from base64 import b64encode
from random import Random

from django.apps.registry import Apps
from django.db import connection, models
from django.db.models.functions import Concat

from labapp.experiments.optimization.sql import run

# Room for the next version of each row on its own page, as in a table that has been updated for a while: in
# one just filled, whichever variant comes first has to move rows. It is vacuumed before each call.
ROOMY = "ALTER TABLE {} SET (fillfactor = 40, autovacuum_enabled = off)"


class Story(models.Model):
    """What someone tells about a photo, and what became of it."""

    title = models.CharField(max_length=120)
    text = models.TextField()
    place = models.CharField(max_length=80)
    camera = models.CharField(max_length=80)
    width = models.PositiveIntegerField(default=4000)
    height = models.PositiveIntegerField(default=3000)
    likes = models.PositiveIntegerField(default=0)
    views = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)

    LENGTH = 80  # characters of the text

    class Meta:
        abstract = True
        app_label, apps = "lab", Apps()


class Narrow(Story):
    """A story of a line."""

    class Meta(Story.Meta):
        db_table = "lab_narrow"


class LongText(Story):
    """A story of pages: PostgreSQL keeps such a text outside of the row (TOAST)."""

    LENGTH = 8_000

    class Meta(Story.Meta):
        db_table = "lab_long_text"


class ManyColumns(Story):
    """A story with everything that a camera knows."""

    class Meta(Story.Meta):
        db_table = "lab_many_columns"


for number in range(1, 41):
    models.CharField(max_length=24).contribute_to_class(ManyColumns, f"setting_{number}")

MODELS = {"narrow": Narrow, "long text": LongText, "many columns": ManyColumns}


def text(length, seed):
    """So many characters that do not compress, always the same for a seed."""
    return b64encode(Random(seed).randbytes(length)).decode()[:length]


def prepare(model, rows):
    """Make the table where there is none, and see to it that it has at least so many rows: pk 1, 2, 3, …"""
    if make_table(model) and connection.vendor == "postgresql":
        run(ROOMY.format(model._meta.db_table))
    missing = range(model.objects.count() + 1, rows + 1)
    model.objects.bulk_create([_story(model, pk) for pk in missing], batch_size=50)


def make_table(model):
    """Make the table of a model of the lab's, unless it is there; whether it was made."""
    if model._meta.db_table in connection.introspection.table_names():
        return False
    with connection.schema_editor() as editor:
        editor.create_model(model)
    return True


def _story(model, pk):
    story = model(pk=pk, text=text(model.LENGTH, f"text {pk}"))
    for field in model._meta.fields:
        if isinstance(field, models.CharField):
            setattr(story, field.name, text(24, f"{field.name} {pk}"))
    return story


def rewrite(model, rows):
    """Write these rows and texts once more: then PostgreSQL has written whole what a checkpoint makes it."""
    if connection.vendor == "postgresql":
        model.objects.filter(pk__lte=rows).update(text=Concat("text", models.Value("")))
        vacuum(model)


def vacuum(model):
    """Let PostgreSQL use the space of dead rows again: the thousandth call finds what the first did."""
    if connection.vendor == "postgresql":
        run(f"VACUUM {model._meta.db_table}")
