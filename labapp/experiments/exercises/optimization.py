"""The exercises of notebook 05: what comes back, what goes out, what is read, and who computes."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model
from django.db.models import Index
from django.utils import timezone

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.exercise import Exercise
from labapp.experiments.exercises.indexing import IndexExercise, accept_least, steps_with
from labapp.experiments.exercises.rival import LikeCounter
from labapp.experiments.experiment import Experiment
from labapp.experiments.optimization.story import Narrow as Story
from labapp.experiments.parameters import Integer
from labapp.experiments.question import Question
from labapp.pinsta.models import Comment, Follow, Photo

__all__ = ["Story"]

PHOTOS = Integer("photos", 30, low=1, high=200, help="photos")


def values(found, **_):
    """Rows as tuples, whether they came as tuples, lists or dictionaries."""
    return [tuple(row.values() if isinstance(row, dict) else row) if _is_row(row) else row for row in found]


def _is_row(value):
    return isinstance(value, tuple | list | dict)


# 1. What comes back

newsletter = Experiment(
    "newsletter", question="Three words of each photo: what has to be made for that?", claims=["5.2"],
    parameters=[PHOTOS], conditions=[database(), round_trip()], finish=values,
)


@newsletter.variant(baseline=True)
def models(photos):
    """Photo, author and profile, each a model."""
    page = Photo.objects.select_related("author__profile")[:photos]
    return [(photo.caption, photo.author.username, photo.author.profile.location) for photo in page]


plain_rows = Exercise(
    "05 plain rows",
    newsletter,
    grows={"photos": (2, 60)},
    plain_rows=True,
    hints=[
        "A queryset can give dictionaries or tuples instead of models: look at values() and values_list().",
        "Their names follow relations as filter() does, with two underscores, and bring the JOIN along.",
    ],
)


# 2. What goes out

turned = Experiment(
    "turned", question="Photos that stand on their side are turned: what is sent?", claims=["5.3"],
    parameters=[PHOTOS], conditions=[database(writes=True), round_trip()],
    outcome=lambda value, **_: list(
        Photo.objects.order_by("pk").values_list("pk", "width", "height", "caption")
    ),
)


@turned.variant(baseline=True, name="save() each")
def turn(photos):
    """Every column of each, changed or not."""
    for photo in Photo.objects.filter(pk__lte=photos):
        photo.width, photo.height = photo.height, photo.width
        photo.save()


turn_all = Exercise(
    "05 turn all",
    turned,
    grows={"photos": (2, 40)},
    hints=[
        "update() of a queryset is one statement. What it sets may depend on the row.",
        "An F(\"column\") stands for what the row holds before the UPDATE.",
    ],
)

THANKS = "Pinsta is one year older. Thank you!"


def without_thanks(**_):
    """Nobody has been thanked yet."""
    Comment.objects.filter(text=THANKS).delete()


def thanks(value, /, **_):
    """Whom the table thanks afterwards, and how many comments there are."""
    said = Comment.objects.filter(text=THANKS).order_by("photo", "pk")
    return {
        "comments": list(said.values_list("photo", "author__username", "parent")),
        "comments in all": Comment.objects.count(),
    }


thanked = Experiment(
    "thanked", question="The same comment below many photos: how is it inserted?", claims=["5.4"],
    parameters=[PHOTOS], conditions=[database(writes=True), round_trip()],
    before=without_thanks, outcome=thanks,
)


@thanked.variant(baseline=True, name="create() each")
def thank(photos):
    """A statement and a commit for each."""
    ana = get_user_model().objects.get(username="ana")
    for photo in Photo.objects.all()[:photos]:
        Comment.objects.create(photo=photo, author=ana, text=THANKS, created=timezone.now())


class InsertExercise(Exercise):
    """An exercise in which the driver's executemany() counts once, as it is called once."""

    def _measure(self, stop, function):
        trials = super()._measure(stop, function)
        for trial in trials:
            trial.count -= sum(query.statements - 1 for query in trial.recording.queries)
        return trials


thank_all = InsertExercise(
    "05 thank all",
    thanked,
    grows={"photos": (2, 40)},
    hints=[
        "A manager has a method that inserts a list of models. They need not be saved before.",
        "Of the photos only the keys are needed: photo_id=… takes one.",
    ],
)

like_counter = LikeCounter(
    "05 like counter",
    hints=[
        "Between your reading and your writing somebody else can write. Which statement of yours knows it?",
        "Either the database adds (F), or it keeps the others out until you have written "
        "(select_for_update, inside of transaction.atomic), or you write only if nothing has changed "
        "(the version) and else begin again.",
    ],
)


# 3. What the database reads

def wallpapers():
    """The newest photos of one format, as the page of wallpapers shows them."""
    return Photo.objects.filter(width=1920, height=1080).order_by("-created", "-id")[:20]


wallpaper_index = IndexExercise(
    "05 index",
    Photo,
    wallpapers,
    # Photos of this format are few and old; many others share its width, many its height.
    fill="""
        INSERT INTO pinsta_photo (author_id, board_id, caption, image, created, width, height)
        SELECT n % 50 + 1, n % 60 + 1, 'Photo ' || n, n || '.jpg', datetime('2026-01-01', n || ' minutes'),
               CASE WHEN n < 90 OR n % 2 THEN 1920 ELSE 800 + n % 900 END,
               CASE WHEN n < 90 OR n % 2 = 0 THEN 1080 ELSE 400 + n % 600 END
        FROM numbers
    """,
    hints=[
        "An index is a sorted list. Sorted by (a, b), the rows with one a stand together, in order of b.",
        "First the columns that are compared with =, then those that say the order.",
        "The order has two columns, and an index may be read from its end. models.Index takes fields=[…].",
    ],
)

older = Experiment(
    "older", question="What came before this photo?", claims=["5.5"],
    parameters=[
        Integer("after", 200, low=1, high=320, help="key of the last photo seen"),
        Integer("size", 20, low=1, high=50, help="photos on a page"),
    ],
    conditions=[database(), round_trip()],
    finish=lambda found, **_: [_caption(each) for each in found],
)


def _caption(row):
    if isinstance(row, Photo):
        return row.caption
    found = values([row])[0]
    return found[0] if isinstance(found, tuple) and len(found) == 1 else found


@older.variant(baseline=True, name="OFFSET")
def offset(after, size):
    """Counts what has been seen, and goes past it."""
    seen = Photo.objects.filter(pk__gte=after).count()
    return list(Photo.objects.order_by("-pk").values_list("caption", flat=True)[seen : seen + size])


keyset = Exercise(
    "05 keyset",
    older,
    grows={"after": (60, 310), "size": (2, 20)},
    flat=["after"],
    hints=[
        "OFFSET reads what it skips. What do you know of the first photo that is to be shown?",
        "after is a key, and keys have an index: let the database begin there instead of counting.",
    ],
)


# 4. What the database computes

numbers = Experiment(
    "numbers", question="How many likes and how many comments has each?", claims=["5.5"],
    parameters=[PHOTOS], conditions=[database(), round_trip()], finish=values,
)


@numbers.variant(baseline=True, name="two counts each")
def count_each(photos):
    """Right, and two queries for each photo."""
    page = Photo.objects.all()[:photos]
    return [(photo.caption, photo.likes.count(), photo.comments.count()) for photo in page]


right_numbers = Exercise(
    "05 right numbers",
    numbers,
    grows={"photos": (2, 30)},
    hints=[
        "Two JOINs at once make a row of each like with each comment. What is counted then?",
        "Count takes distinct=True. Or count each relation by itself: in a Subquery, or a query of its own.",
        "Counted by themselves, photos without any do not appear: they have 0, and not nothing.",
    ],
)


# Closing


def new_followers(person, since):
    """A page not seen before: "so many people have followed you since"."""
    return Follow.objects.filter(followed=person, created__gte=since).count()


CANDIDATES = {
    each.name: each
    for each in (
        Index(fields=["followed"], name="followed"),
        Index(fields=["created"], name="created"),
        Index(fields=["created", "followed"], name="created, followed"),
        Index(fields=["followed", "created"], name="followed, created"),
    )
}
FOLLOWS = """
    INSERT INTO pinsta_follow (follower_id, followed_id, created)
    SELECT n, n % 20 + 1, datetime('2026-01-01', n || ' minutes') FROM numbers
"""
SINCE = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=10_000)


def work_by_index(stop):
    """{index: SQLite's steps} for the page, each index alone on the table."""
    return {
        name: steps_with(Follow, FOLLOWS, index, lambda: new_followers(7, SINCE), stop)
        for name, index in CANDIDATES.items()
    }


transfer = Question(
    "05 transfer",
    f"The table may have one index, on {'; or on '.join(CANDIDATES)}. With which does this page read least?",
    measure=work_by_index,
    accept=accept_least,
    about=new_followers,
    hints=[
        "One column is compared with =, the other with >=. In which list do the rows that are wanted "
        "stand side by side?",
        "Half of all rows are newer than the date. A twentieth are of this person.",
    ],
)
