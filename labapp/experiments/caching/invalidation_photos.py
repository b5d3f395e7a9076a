"""Photos whose captions change: what is read, what is written, and the number of the version on the page."""

from contextlib import contextmanager

from django.apps.registry import Apps
from django.db import models
from django.db.models import Count, F
from django.db.transaction import atomic
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string

from labapp.experiments.optimization.story import make_table
from labapp.pinsta.models import Photo

MOST = 50  # photos in play
VERSION = r'data-version="(\d+)"'  # in a page, and in the answer to whoever has written


class Caption(models.Model):
    """What the author writes below a photo. Each change counts its version up, in the database."""

    photo_id = models.BigIntegerField(primary_key=True)
    text = models.CharField(max_length=250)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        # A table of the lab's beside Pinsta's, in the experiment's own copy of the data.
        app_label, apps, db_table = "lab", Apps(), "lab_caption"


class Announced(Caption):
    """The same captions for code that relies on signals: only this class has a receiver."""

    class Meta:
        app_label, apps, proxy = "lab", Caption._meta.apps, True


@contextmanager
def captions(**_):
    """The setting of the experiment."""
    prepare()
    yield


def prepare():
    """The table of captions with a row for each photo that may be in play; what is there already stays."""
    make_table(Caption)
    rows = Photo.objects.filter(pk__in=in_play()).values_list("pk", "caption")
    Caption.objects.bulk_create([Caption(pk, text) for pk, text in rows], ignore_conflicts=True)


def in_play(photos=MOST):
    """The ids of so many photos that have some comments: a page that takes its time."""
    asked = Photo.objects.order_by().annotate(said=Count("comments")).filter(said__lte=6)
    return tuple(asked.order_by("-said", "pk").values_list("pk", flat=True)[:photos])


def caption_of(photo_id):
    """The row that readers show and writers change."""
    return get_object_or_404(Caption, pk=photo_id)


def version_of(photo_id):
    """Its version only: one narrow column, by primary key."""
    return Caption.objects.values_list("version", flat=True).get(pk=photo_id)


def discussion(photo_id):
    """What people say about the photo, as HTML: the slow part of the page, with queries for each comment."""
    photo = get_object_or_404(Photo, pk=photo_id)
    threads = photo.comments.filter(parent=None).order_by("created", "id")
    return render_to_string("freshness/discussion.html", {"threads": threads[:30]})


def page(photo_id, caption, talk):
    """The whole page, as HTML."""
    photo = get_object_or_404(Photo, pk=photo_id)
    context = {"photo": photo, "caption": caption, "discussion": talk}
    return render_to_string("freshness/photo.html", context)


def slow_page(photo_id):
    """The same in the order in which one writes it: the row first, then all that takes time."""
    caption = caption_of(photo_id)
    return page(photo_id, caption, discussion(photo_id))


def write(request, photo_id, model=Caption):
    """Change the caption as the form says, by save() or, for many at once, by update().

    It is committed when this returns: the answer has the version that was written.
    """
    text, change = request.POST["caption"], F("version") + 1
    with atomic():
        if request.POST["by"] == "update":
            model.objects.filter(pk=photo_id).update(text=text, version=change)
        else:
            model(photo_id, text, change).save(force_update=True)
        version = version_of(photo_id)
    return HttpResponse(f'<p data-version="{version}">Saved.</p>')
