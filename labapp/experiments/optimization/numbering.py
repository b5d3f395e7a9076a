"""The place of a row among its peers: counted for each row, or numbered while they are read (talk 5.5)."""

from django.db.models import Count, F, OuterRef, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Photo

numbering = Experiment(
    "numbering", question="The how-many-th photo of its author is it?", claims=["5.5"],
    parameters=[Integer("authors", 20, low=1, high=100, help="authors whose photos are numbered")],
    conditions=[database(), round_trip()],
)


def of(authors):
    """The photos of so many authors."""
    return Photo.objects.filter(author__lte=authors).order_by("author", "id")


@numbering.variant(baseline=True, name="count per photo")
def count_per_photo(authors):
    """For each photo, count those of its author up to it."""
    return [
        (photo.pk, Photo.objects.filter(author=photo.author_id, pk__lte=photo.pk).count())
        for photo in of(authors)
    ]


@numbering.variant(name="correlated count")
def correlated(authors):
    """The same count as a subquery, still once for each photo."""
    before = Photo.objects.filter(author=OuterRef("author"), pk__lte=OuterRef("pk")).order_by()
    number = Subquery(before.values("author").values(n=Count("pk")))
    return list(of(authors).values_list("pk", Coalesce(number, 0)))


@numbering.variant(name="window")
def window(authors):
    """row_number() over the author's photos, each read once."""
    number = Window(RowNumber(), partition_by="author", order_by=F("id").asc())
    return list(of(authors).values_list("pk", number))


@numbering.variant(name="Python")
def in_python(authors):
    """Fetch keys and authors, count in a dictionary."""
    numbers, numbered = {}, []
    for pk, author in of(authors).values_list("pk", "author"):
        numbers[author] = numbers.get(author, 0) + 1
        numbered.append((pk, numbers[author]))
    return numbered
