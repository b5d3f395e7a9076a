"""One row of each group: the newest photo of every author (talk 5.5)."""

from django.contrib.auth import get_user_model
from django.db.models import F, OuterRef, Subquery, Window
from django.db.models.functions import RowNumber

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, needs_postgresql
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Photo


def by_author(photos, /, **_):
    """The photos in the order of their authors: whoever asked without an order sorts here."""
    return sorted(photos, key=lambda photo: photo.author_id)


distinct_on = Experiment(
    "distinct_on", question="How does one query fetch the newest photo of every author?", claims=["5.5"],
    parameters=[Integer("authors", 100, low=1, high=500, help="authors")],
    conditions=[database(), round_trip()],
    finish=by_author,
    includes=["Times are of the queries, the models made of their rows, and sorting them by author."],
)


@distinct_on.variant(baseline=True, name="query per author")
def query_per_author(authors):
    """.first() for each author."""
    newest = (Photo.objects.filter(author=pk).first() for pk in range(1, authors + 1))
    return [photo for photo in newest if photo]


@distinct_on.variant(name="all, chosen in Python")
def in_python(authors):
    """Every photo is fetched; the first of each author is kept."""
    newest = {}
    for photo in Photo.objects.filter(author__lte=authors):
        newest.setdefault(photo.author_id, photo)
    return newest.values()


@distinct_on.variant(name="subquery per row")
def subquery_per_row(authors):
    """Is this photo its author's newest? Asked for every photo."""
    newest = Photo.objects.filter(author=OuterRef("author")).values("pk")[:1]
    return Photo.objects.filter(author__lte=authors, pk=Subquery(newest))


@distinct_on.variant(name="subquery per author")
def subquery_in(authors):
    """The newest key of each author, then the photos IN them."""
    newest = Photo.objects.filter(author=OuterRef("pk")).values("pk")[:1]
    people = get_user_model().objects.filter(pk__lte=authors)
    return Photo.objects.filter(pk__in=people.values_list(Subquery(newest)))


@distinct_on.variant(name="window")
def window(authors):
    """row_number() within each author, a filter keeps the first."""
    place = Window(RowNumber(), partition_by="author", order_by=[F("created").desc(), F("id").desc()])
    return Photo.objects.filter(author__lte=authors).annotate(place=place).filter(place=1)


@distinct_on.variant(name="DISTINCT ON", unavailable=needs_postgresql)
def by_distinct_on(authors):
    """.distinct("author"): PostgreSQL keeps the first row of each author."""
    newest = Photo.objects.filter(author__lte=authors).order_by("author", "-created", "-id")
    return newest.distinct("author")
