"""Where ``prefetch_related`` is defeated: asking the relation anything but "all" (talk 4.4)."""

from django.db.models import Count, Prefetch

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Choice, Integer
from labapp.pinsta.models import Comment, Photo

prefetch_defeated = Experiment(
    "prefetch_defeated", question="It was prefetched. Why does it ask again?", claims=["4.4"],
    parameters=[
        Integer("photos", 30, low=1, high=200, help="photos on the page"),
        Choice(
            "ask", ".filter()", help="what each photo's comments are asked",
            choices=(".all()", ".filter()", ".order_by()", ".count()", ".first()", "[:3]"),
        ),
    ],
    conditions=[database(), round_trip()],
    memory=True,
    includes=["Times are of the queries, the models made of the rows, and what is done with them in Python."],
)

# What is asked of one photo's comments, through the manager.
MANAGER = {
    ".all()": lambda comments: texts(comments.all()),
    ".filter()": lambda comments: texts(comments.filter(parent=None)),
    ".order_by()": lambda comments: texts(comments.order_by("text", "id")),
    ".count()": lambda comments: comments.count(),
    ".first()": lambda comments: texts(filter(None, [comments.first()])),
    "[:3]": lambda comments: texts(comments.all()[:3]),
}

# The same, in Python on the list of all of them.
PYTHON = {
    ".all()": lambda comments: texts(comments),
    ".filter()": lambda comments: texts(each for each in comments if each.parent_id is None),
    ".order_by()": lambda comments: texts(sorted(comments, key=lambda each: (each.text, each.id))),
    ".count()": lambda comments: len(comments),
    ".first()": lambda comments: texts(comments[:1]),
    "[:3]": lambda comments: texts(comments[:3]),
}

# The same, fetched as it is needed.
PREPARED = {
    ".all()": Comment.objects.all(),
    ".filter()": Comment.objects.filter(parent=None),
    ".order_by()": Comment.objects.order_by("text", "id"),
    ".first()": Comment.objects.all()[:1],
    "[:3]": Comment.objects.all()[:3],
}


def texts(comments):
    """What they say."""
    return [comment.text for comment in comments]


@prefetch_defeated.variant(baseline=True, name="no prefetch")
def lazy(photos, ask):
    """Each photo asks for itself."""
    return [MANAGER[ask](photo.comments) for photo in Photo.objects.all()[:photos]]


@prefetch_defeated.variant(name="prefetch, then ask")
def prefetched(photos, ask):
    """All comments fetched, then asked as before."""
    return [MANAGER[ask](photo.comments) for photo in Photo.objects.prefetch_related("comments")[:photos]]


@prefetch_defeated.variant(name="prefetch, then Python")
def in_python(photos, ask):
    """All comments fetched, the rest done on the list."""
    page = Photo.objects.prefetch_related("comments")[:photos]
    return [PYTHON[ask](list(photo.comments.all())) for photo in page]


@prefetch_defeated.variant(name="fetch what is asked")
def prepared(photos, ask):
    """A Prefetch with the question in it, or a count in SQL."""
    if ask == ".count()":
        # Ordered once more: Django leaves a model's own ordering out of a GROUP BY.
        counted = Photo.objects.annotate(said=Count("comments")).order_by("-created", "-id")
        return list(counted.values_list("said", flat=True)[:photos])
    wanted = Prefetch("comments", PREPARED[ask].all(), to_attr="asked")
    return [texts(photo.asked) for photo in Photo.objects.prefetch_related(wanted)[:photos]]
