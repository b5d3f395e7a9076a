"""The exercises of notebook 04: query counts, and what they cost."""

from django.db.models import Count

from labapp import probe
from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.exercise import Exercise
from labapp.experiments.experiment import Experiment
from labapp.experiments.metrics import feed, pages, prefetch_defeated
from labapp.experiments.parameters import Choice, Integer
from labapp.experiments.question import Question, accept_law, accept_one, accept_set
from labapp.measure.law import fit
from labapp.pinsta.models import Comment, Notification, Photo

AWAY = 5.0  # ms to the database and back, in the question which page is slowest then


# 1. The count grows

constant_feed = Exercise(
    "04 constant feed",
    feed,
    grows={"photos": (2, 40)},
    fixed={"comments": 0},
    hints=[
        "Run the check with the function as it stands. It names each place that asks once for each photo.",
        "Two of the places follow a foreign key, a third follows one from there. A JOIN can bring all.",
        "The likes are only counted. Photo.like_count in pinsta/models.py says how to bring their number.",
        "Did the photos change places? A queryset that groups forgets its model's order: say order_by().",
    ],
)


# 2. Every query blocks


def hall_of_fame():
    """The ten photos of all time: one large question."""
    liked, said = Count("likes", distinct=True), Count("comments", distinct=True)
    best = Photo.objects.annotate(liked=liked, said=said).order_by("-liked", "-said", "id")
    return [(photo.caption, photo.liked, photo.said) for photo in best[:10]]


def notifications():
    """The newest twenty, with who did it and to which photo."""
    return pages.variants["notifications"].function(20)


def profile():
    """A person with five photos."""
    return pages.variants["profile"].function(5)


three_pages = Experiment(
    "three_pages",
    question="Which of these does a slower network hit hardest?",
    claims=["4.2"],
    conditions=[database(), round_trip()],
)
three_pages.variant(hall_of_fame, name="hall of fame")
three_pages.variant(notifications)
three_pages.variant(profile)


def times_far_away(stop):
    """{page: ms} of one run each, with the database AWAY ms away."""
    condition = three_pages.conditions["round_trip"]
    times = {}
    for variant in three_pages.variants.values():
        with condition.enter(AWAY), probe.before_statement(stop.check, waits=False):
            with probe.record() as recording:
                variant.call({})
        times[variant.name] = recording.wall_ms
    return times


slowest_far_away = Question(
    "04 slowest far away",
    f"The database moves {AWAY:g} ms away. Which of the three pages is the slowest then?",
    measure=times_far_away,
    accept=lambda answer, times: accept_one(answer, times, unit="ms"),
    hints=[
        "Look at two columns of the table: the time, and the queries.",
        "Each query waits once more. Multiply, then add what the page takes already.",
    ],
)


# 3. Two cures and when each

WHOSE = {
    "many people": (Comment.objects, "author"),
    "one person": (Notification.objects.filter(recipient__username="ana"), "recipient"),
}

two_cures = Experiment(
    "two_cures",
    question="A JOIN, or a query more for each relation: which is quicker?",
    claims=["4.3", "4.4"],
    parameters=[
        Integer("rows", 200, low=1, high=500, help="rows"),
        Choice("whose", "many people", choices=tuple(WHOSE), help="whose profile each row shows"),
    ],
    conditions=[database(), round_trip()],
)


def locations(queryset, relation, rows):
    """What the page shows of each row: where that person lives."""
    return [getattr(row, relation).profile.location for row in queryset[:rows]]


@two_cures.variant(baseline=True)
def select_related(rows, whose):
    """One query; each row carries person and profile along."""
    queryset, relation = WHOSE[whose]
    return locations(queryset.select_related(f"{relation}__profile"), relation, rows)


@two_cures.variant
def prefetch_related(rows, whose):
    """Two queries more; each person and profile comes once."""
    queryset, relation = WHOSE[whose]
    return locations(queryset.prefetch_related(f"{relation}__profile"), relation, rows)


def quicker(result):
    """Which of the two cures was quicker, or "no difference seen" while their intervals leave it open."""
    comparison = result["prefetch_related"].comparison
    names = {"faster": "prefetch_related", "slower": "select_related"}
    return names.get(comparison.verdict if comparison else None, "no difference seen")


ASKS = prefetch_defeated.parameters["ask"].choices


def asks_again(stop):
    """The ways to ask a prefetched relation that send a query for each photo."""
    variant = prefetch_defeated.variants["prefetch, then ask"]
    found = []
    for ask in ASKS:
        with probe.before_statement(stop.check, waits=False), probe.record(sites=False) as recording:
            variant.call({"photos": 10, "ask": ask})
        if recording.count > 10:
            found.append(ask)
    return found


defeated = Question(
    "04 defeated",
    "The comments were prefetched. Which of these send a query for each photo all the same?",
    measure=asks_again,
    accept=lambda answer, found: accept_set(answer, found, ASKS),
    hints=[
        "The rows lie in memory, in the order they were fetched. What can be answered from that list?",
        "Django does not filter or sort in Python: it asks the database, which does not know the list.",
    ],
)


def talk_of_the_town(photos, comments):
    """Each photo with its author, its tags and what was said last; every relation asked when it is met."""
    return [
        {
            "photo": photo.caption,
            "by": photo.author.username,
            "tags": [tag.name for tag in photo.tags.all()],
            "said": [f"{each.author.username}: {each.text}" for each in photo.comments.all()[:comments]],
        }
        for photo in Photo.objects.all()[:photos]
    ]


nested = Experiment(
    "nested",
    question="Three relations, nested: how many queries?",
    claims=["4.3", "4.4"],
    parameters=[
        Integer("photos", 20, low=1, high=200, help="photos on the page"),
        Integer("comments", 3, low=1, high=10, help="comments shown per photo"),
    ],
    conditions=[database(), round_trip()],
)
nested.variant(talk_of_the_town, baseline=True, name="naive")

nested_page = Exercise(
    "04 nested page",
    nested,
    grows={"photos": (2, 30), "comments": (1, 6)},
    lean=True,
    hints=[
        "One author for each photo: a JOIN. Many tags, many comments for each: one query a relation.",
        "All comments of a photo are more than are shown: the slice belongs where they are fetched.",
        "Prefetch(relation, queryset=…, to_attr=…) takes any queryset, sliced and with a JOIN of its own.",
    ],
)


# 4. One metric to keep


def gallery(photos):
    """A page not seen before."""
    page = Photo.objects.select_related("author").prefetch_related("tags")[:photos]
    return [
        (
            photo.author.username,
            photo.author.profile.location,
            photo.board_id,
            [tag.name for tag in photo.tags.order_by("name")],
            photo.likes.exists(),
        )
        for photo in page
    ]


def law_of_gallery(stop):
    """How its queries follow from the photos on it."""
    sizes, counts = (1, 4, 9, 20), []
    for size in sizes:
        with probe.before_statement(stop.check, waits=False), probe.record(sites=False) as recording:
            gallery(size)
        counts.append(recording.count)
    return fit(sizes, counts)


transfer = Question(
    "04 transfer",
    "How many queries does this page send for n photos?",
    measure=law_of_gallery,
    accept=accept_law,
    about=gallery,
    hints=[
        "Go through it line by line. Ask of each: once for the page, once for each photo, or never?",
        "board_id is a column of the photo. author came with the photo; did the author's profile?",
        "The tags were prefetched. Are they asked in a way that the list can answer?",
    ],
)
