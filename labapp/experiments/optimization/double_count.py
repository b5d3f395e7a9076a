"""Two relations counted in one query: each row of one is multiplied by the rows of the other (talk 5.5)."""

from django.db import connection
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.optimization.top_n import MANY, page
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Comment, Like, Photo


def likes_in_all(recording, counted, **_):
    """The likes that the page shows, all photos together."""
    return sum(likes for _, likes, _ in counted)


double_count = Experiment(
    "double_count", question="How many likes, how many comments? Why are there so many?", claims=["5.5"],
    parameters=[Integer("photos", 30, low=1, high=200, help="photos on the page")],
    conditions=[database(), round_trip()],
    figures=[Figure("likes shown", help="Likes on the page, all photos together.", of=likes_in_all)],
    includes=[
        "Times are of the queries and their rows; no models are made.",
        f"The page shows photos with many comments, up to {MANY}; which these are is found out before.",
    ],
)


def shown(photos):
    """The photos on the page, in the order of their keys."""
    return Photo.objects.filter(pk__in=page(photos)).order_by("pk")


def number_of(model):
    """A subquery that counts a photo's rows of this model."""
    rows = model.objects.filter(photo=OuterRef("pk")).order_by()
    return Coalesce(Subquery(rows.values("photo").values(n=Count("pk"))), 0)


@double_count.variant(baseline=True, name="two queries")
def two_queries(photos):
    """Likes by photo, comments by photo, put together in Python."""
    likes = dict(shown(photos).values_list("pk", Count("likes")))
    comments = dict(shown(photos).values_list("pk", Count("comments")))
    return [(pk, likes[pk], comments[pk]) for pk in likes]


@double_count.variant(
    name="two Counts",
    wrong="Two JOINs make a row of each like with each comment: both counts are their product.",
)
def two_counts(photos):
    """annotate(Count, Count): each like meets each comment, both counts are the product."""
    return list(shown(photos).values_list("pk", Count("likes"), Count("comments")))


@double_count.variant(name="Count(distinct=True)")
def distinct(photos):
    """Right, and the product is still made, then thinned out."""
    return list(
        shown(photos).values_list("pk", Count("likes", distinct=True), Count("comments", distinct=True))
    )


@double_count.variant(name="two subqueries")
def subqueries(photos):
    """Each photo's rows are counted by themselves, in one query."""
    return list(shown(photos).values_list("pk", number_of(Like), number_of(Comment)))


@double_count.variant(name="two CTEs")
def ctes(photos):
    """WITH, by hand: count each table by photo first, then join one row to one row."""
    wanted = page(photos)
    holes = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(COUNTED.format(wanted=holes), wanted * 3)
        return cursor.fetchall()


COUNTED = """
    WITH likes AS (
        SELECT photo_id, count(*) AS n FROM pinsta_like WHERE photo_id IN ({wanted}) GROUP BY photo_id
    ), comments AS (
        SELECT photo_id, count(*) AS n FROM pinsta_comment WHERE photo_id IN ({wanted}) GROUP BY photo_id
    )
    SELECT p.id, coalesce(likes.n, 0), coalesce(comments.n, 0) FROM pinsta_photo p
    LEFT JOIN likes ON likes.photo_id = p.id LEFT JOIN comments ON comments.photo_id = p.id
    WHERE p.id IN ({wanted}) ORDER BY p.id
"""
