"""The feed: what one more photo on the page costs, and the cures (talk 4.1, 4.3, 4.4, 4.5).

Each variant returns the photos; the page is then rendered with Pinsta's own template, which asks
each photo for its author, the author's profile, its board, its likes and its newest comments.
"""

from types import SimpleNamespace

from django.db import connection, models
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.experiments.ready import needs_django
from labapp.pinsta.models import Comment, Like, Photo


def render(photos, /, comments, **_):
    """The page: what the reader's browser would get."""
    return render_to_string("pinsta/feed.html", {"photos": photos, "comments_shown": comments})


feed = Experiment(
    "feed", question="What does one more photo on the page cost?", claims=["4.1", "4.3", "4.4", "4.5"],
    parameters=[
        Integer("photos", 30, low=1, high=200, help="photos on the page"),
        Integer("comments", 2, low=0, high=10, help="comments shown per photo"),
    ],
    conditions=[database(), round_trip()],
    finish=render,
    includes=["Times are of the queries, the models made of the rows, and the page rendered from them."],
)


@feed.variant(baseline=True)
def naive(photos):
    """The template asks, photo by photo."""
    return Photo.objects.all()[:photos]


@feed.variant
def select_related(photos):
    """A JOIN brings author, profile and board."""
    return Photo.objects.select_related("author__profile", "board")[:photos]


@feed.variant
def prefetch_related(photos):
    """One more query for each relation, whole."""
    return Photo.objects.prefetch_related("author__profile", "board", "likes", "comments__author")[:photos]


@feed.variant(name="filtered Prefetch")
def filtered_prefetch(photos, comments):
    """JOIN, count in SQL, only the comments shown."""
    likes = Like.objects.filter(photo=OuterRef("pk")).order_by().values("photo").values(n=Count("pk"))
    photos = (
        Photo.objects.select_related("author__profile", "board")
        .annotate(like_count=Coalesce(Subquery(likes), 0))[:photos]
    )
    if not comments:
        return photos
    newest = Comment.objects.select_related("author")[:comments]
    return photos.prefetch_related(Prefetch("comments", newest, to_attr="latest_comments"))


@feed.variant(name="raw SQL")
def raw_sql(photos, comments):
    """Two statements written by hand, no models."""
    with connection.cursor() as cursor:
        cursor.execute(PHOTOS, [photos])
        page = [card(row) for row in cursor.fetchall()]
        cursor.execute(COMMENTS, [photos, comments])
        said = cursor.fetchall()
    by_id = {photo.id: photo for photo in page}
    for photo_id, text, username in said:
        comment = SimpleNamespace(text=text, author=SimpleNamespace(username=username))
        by_id[photo_id].latest_comments.append(comment)
    return page


@feed.variant(name="fetch modes", unavailable=needs_django(6, 1))
def fetch_modes(photos):
    """The first photo that asks, asks for its peers."""
    return Photo.objects.fetch_mode(models.FETCH_PEERS)[:photos]


PHOTOS = """
    SELECT p.id, p.caption, p.image, p.width, p.height, u.username, i.location, b.id, b.title,
           (SELECT count(*) FROM pinsta_like l WHERE l.photo_id = p.id)
    FROM pinsta_photo p
    JOIN auth_user u ON u.id = p.author_id
    JOIN pinsta_profile i ON i.user_id = u.id
    JOIN pinsta_board b ON b.id = p.board_id
    ORDER BY p.created DESC, p.id DESC LIMIT %s
"""

COMMENTS = """
    SELECT photo_id, text, username FROM (
        SELECT c.photo_id, c.text, u.username,
               row_number() OVER (PARTITION BY c.photo_id ORDER BY c.created DESC, c.id DESC) AS place
        FROM pinsta_comment c JOIN auth_user u ON u.id = c.author_id
        WHERE c.photo_id IN (SELECT id FROM pinsta_photo ORDER BY created DESC, id DESC LIMIT %s)
    ) AS placed WHERE place <= %s ORDER BY photo_id, place
"""


def card(row):
    """A row of PHOTOS in the shape that the template reads."""
    id, caption, image, width, height, username, location, board, title, likes = row
    return SimpleNamespace(
        id=id, caption=caption, image=image, width=width, height=height, like_count=likes,
        author=SimpleNamespace(username=username, profile=SimpleNamespace(location=location)),
        board=SimpleNamespace(id=board, title=title), latest_comments=[],
    )
