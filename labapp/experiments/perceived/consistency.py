"""Eventual consistency: how long until a reader sees the write, and what is shown until then (talk 3.4).

Everybody follows everybody else, posts photos and looks at their feed. A photo has to be written into the
feed of each follower; where that comes after the answer, some look before it is done.
"""

from django.db.transaction import atomic, on_commit

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.deferral import broker, task_workers
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer, Number
from labapp.experiments.perceived.consistency_feeds import (
    BATCH,
    CIRCLE,
    MERGED,
    SHOWN,
    clear,
    fan_out,
    fan_out_later,
    fault,
    feed_of,
    feeds,
    gathered,
    lacking,
    merged,
    own,
    post,
)
from labapp.experiments.perceived.consistency_figures import FIGURES
from labapp.experiments.perceived.consistency_pages import SEEN, card, feed_page, to_feed
from labapp.experiments.perceived.defer_writers import SAID
from labapp.experiments.traffic import Ask, Traffic, arrival, think_time, threads, users, workers


def asks(writes, **_):
    """People look at their feeds, and post photos: then their browser goes where the answer sends it."""
    form = {"method": "POST", "data": {"caption": "What I saw today, number {n}"}, "follow": True}
    return [
        Ask("feed", "feed/", look=SEEN, weight=100 - writes),
        Ask("post", "feed/", look=SEEN, weight=writes, **form),
    ]


consistency = Experiment(
    "consistency", question="The photo is posted. Who does not see it yet?", claims=["3.4"],
    parameters=[
        Integer("followers", 200, low=CIRCLE, high=500, step=20, help="followers of each author"),
        Integer("writes", 10, low=1, high=50, unit="%", help="requests that post"),
        Number("poll", 0.1, low=0.05, high=1.0, step=0.05, unit="s", help="polling asks again after"),
    ],
    conditions=[
        database(writes=True), round_trip(default=1.0), broker(), task_workers(2), workers(2), threads(1),
        users(20, high=CIRCLE), think_time(0.5), arrival(),
    ],
    setting=feeds,
    before=clear,
    figures=FIGURES,
    method=Traffic(
        serves="feed/", asks=asks, members=1.0, turn=3.0, same=False, compares="p95", drain=5.0,
        truth=lacking, agrees=fault,
    ),
    includes=[
        "Latency is of looks and posts together, and a post is over when the page after it is there.",
        f"A photo is written into {BATCH} feeds at a time, the author's among the first, the others in an "
        f"order that is drawn; a page shows {SHOWN} photos.",
        "Where the site itself is slow fewer are late: feeds are written while people wait for the page.",
        SAID,
    ],
)


@consistency.variant(baseline=True)
def inline(request):
    """All feeds are written before the answer: nobody is late, and the author waits for everybody."""
    if request.method == "POST":
        with atomic():
            photo = post(request)
            fan_out(photo.pk)
        return to_feed(request, photo)
    return feed_page(request, feed_of(request.user))


@consistency.variant(queue="celery")
def deferred(request):
    """A task writes the feeds: a quick answer, to a page that does not know of it yet."""
    if request.method == "POST":
        with atomic():
            photo = post(request)
            on_commit(lambda: fan_out_later.delay(photo.pk))
        return to_feed(request, photo)
    return feed_page(request, feed_of(request.user))


@consistency.variant(name="read your writes", queue="celery")
def read_your_writes(request):
    """Deferred; a page adds the reader's own photos from where they were stored: one more query."""
    if request.method == "POST":
        with atomic():
            photo = post(request)
            on_commit(lambda: fan_out_later.delay(photo.pk))
        return to_feed(request, photo)
    return feed_page(request, merged(feed_of(request.user), own(request.user)))


@consistency.variant(queue="celery")
def optimistic(request):
    """Deferred; the answer is the photo as it will be shown, and the next page load may lack it."""
    if request.method == "POST":
        with atomic():
            photo = post(request)
            on_commit(lambda: fan_out_later.delay(photo.pk))
        return card(request, photo)
    return feed_page(request, feed_of(request.user))


@consistency.variant(queue="celery")
def polling(request, poll):
    """Deferred; the author's page asks again until the photo is on it: more requests, and a wait."""
    if request.method == "POST":
        with atomic():
            photo = post(request)
            on_commit(lambda: fan_out_later.delay(photo.pk))
        return to_feed(request, photo)
    return feed_page(request, feed_of(request.user), poll)


@consistency.variant(name="on read")
def on_read(request):
    """Nobody's feed is written: whoever looks gathers it from all they follow, and nobody is late."""
    if request.method == "POST":
        return to_feed(request, post(request, image=MERGED))
    return feed_page(request, gathered(request.user))
