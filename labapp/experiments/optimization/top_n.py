"""The newest few of each group: one query with a LIMIT knows only one group (talk 5.5)."""

from django.db.models import Count, F, OuterRef, Prefetch, Subquery, Window
from django.db.models.functions import RowNumber

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, keep, needs_postgresql
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Comment, Photo

MANY = 40  # comments on a photo: with the data grows the number of photos, not what is done for each

top_n = Experiment(
    "top_n", question="How does one query fetch the newest comments of each photo?", claims=["5.5"],
    parameters=[
        Integer("photos", 30, low=1, high=200, help="photos on the page"),
        Integer("comments", 3, low=1, high=10, help="newest comments of each"),
    ],
    conditions=[database(), round_trip()],
    includes=[
        "Times are of the queries and of the models made of their rows.",
        f"The page shows photos with many comments, up to {MANY}; which these are is found out before.",
    ],
)


def page(photos):
    """The keys of photos that are much talked about."""
    return keep("much commented photos", _much_commented)[:photos]


def _much_commented():
    ranked = Photo.objects.annotate(said=Count("comments")).filter(said__lte=MANY).order_by("-said", "pk")
    return list(ranked.values_list("pk", flat=True)[:200])


def texts(comments, shown):
    """What they say, by photo: the comments come newest first."""
    said = {pk: [] for pk in shown}
    for comment in comments:
        said[comment.photo_id].append(comment.text)
    return said


@top_n.variant(baseline=True, name="query per photo")
def query_per_photo(photos, comments):
    """A LIMIT for each photo, in a query for each."""
    shown = page(photos)
    return texts((each for pk in shown for each in Comment.objects.filter(photo=pk)[:comments]), shown)


@top_n.variant(name="all, cut in Python")
def cut_in_python(photos, comments):
    """One query brings every comment, most are thrown away."""
    shown = page(photos)
    everything = texts(Comment.objects.filter(photo__in=shown), shown)
    return {pk: said[:comments] for pk, said in everything.items()}


@top_n.variant(name="subquery per row")
def subquery_per_row(photos, comments):
    """Is this comment among the newest of its photo? Asked for every comment."""
    shown = page(photos)
    newest = Comment.objects.filter(photo=OuterRef("photo")).values("pk")[:comments]
    return texts(Comment.objects.filter(photo__in=shown, pk__in=Subquery(newest)), shown)


@top_n.variant(name="window")
def window(photos, comments):
    """row_number() counts within each photo, a filter keeps the first."""
    shown = page(photos)
    place = Window(RowNumber(), partition_by="photo", order_by=[F("created").desc(), F("id").desc()])
    newest = Comment.objects.filter(photo__in=shown).annotate(place=place).filter(place__lte=comments)
    return texts(newest, shown)


@top_n.variant(name="Prefetch with a slice")
def sliced_prefetch(photos, comments):
    """Django writes the same window; photos and comments come as models."""
    newest = Prefetch("comments", Comment.objects.all()[:comments], to_attr="newest")
    found = Photo.objects.prefetch_related(newest).in_bulk(page(photos))
    return {pk: [comment.text for comment in photo.newest] for pk, photo in found.items()}


@top_n.variant(name="LATERAL", unavailable=needs_postgresql)
def lateral(photos, comments):
    """The LIMIT of the loop, run by PostgreSQL for each photo: one statement by hand."""
    shown = page(photos)
    return texts(Comment.objects.raw(NEWEST, [shown, comments]), shown)


NEWEST = """
    SELECT newest.* FROM unnest(%s) AS shown (photo)
    CROSS JOIN LATERAL (
        SELECT * FROM pinsta_comment WHERE photo_id = shown.photo
        ORDER BY created DESC, id DESC LIMIT %s
    ) AS newest
"""
