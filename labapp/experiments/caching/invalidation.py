"""Invalidation is hard: stale answers, by strategy (talk 2.5).

Readers read photos while their authors change the captions. Each change counts a version up in the database,
and each page shows the version that it was made of, so that a stale answer is one that can be pointed at.
With local memory and more than one worker, whoever deletes reaches the entry of its own process only.
"""

from django.core.cache import cache
from django.db.models.signals import post_save
from django.db.transaction import on_commit
from django.dispatch import receiver
from django.http import HttpResponse

from labapp.experiments.caching import invalidation_figures as figures
from labapp.experiments.caching.invalidation_edge import tell_edge
from labapp.experiments.caching.invalidation_photos import (
    MOST,
    VERSION,
    Announced,
    caption_of,
    captions,
    discussion,
    in_play,
    page,
    slow_page,
    version_of,
    write,
)
from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.parameters import Integer, Number
from labapp.experiments.traffic import (
    Ask,
    Traffic,
    arrival,
    needs_varnish,
    think_time,
    threads,
    users,
    workers,
)
from labapp.experiments.traffic import cache as backend


def asks(photos, popularity, writes, bulk, **_):
    """Reads, changes by one's own form, and changes by a moderator's tool."""
    shown = {"path": "photos/{key}/", "keys": in_play(photos), "zipf": popularity, "look": VERSION}
    form = {"method": "POST", "data": {"caption": "Changed for the {n}th time", "by": "save"}}
    tool = {"method": "POST", "data": {"caption": "Moderated, no {n}", "by": "update"}}
    return [
        Ask("read", **shown, weight=100 - writes),
        Ask("save()", **shown, **form, weight=writes * (100 - bulk) / 100),
        Ask("update()", **shown, **tool, weight=writes * bulk / 100),
    ]


invalidation = Experiment(
    "invalidation", question="Somebody has changed it. Who still sees what it was before?", claims=["2.5"],
    parameters=[
        Integer("lifetime", 1, low=1, high=5, unit="s", help="lifetime of an entry"),
        Integer("writes", 20, low=1, high=50, unit="%", help="requests that write"),
        Integer("bulk", 25, low=0, high=100, unit="%", help="of these by queryset.update()"),
        Integer("photos", 3, low=1, high=MOST, help="photos in play"),
        Number("popularity", 1.0, low=0.0, high=2.0, step=0.1, help="popularity (Zipf exponent)"),
    ],
    conditions=[
        database(writes=True), round_trip(default=3.0), backend(), workers(1), threads(4), users(20),
        think_time(0.4), arrival(),
    ],
    setting=captions,
    figures=[
        Figure(
            "stale", "", "Answers older than a change that was acknowledged before they were asked for.",
            of=figures.stale,
        ),
        Figure("per 1,000 reads", "", "The same in a thousand reads.", of=figures.stale_per_thousand),
        Figure(
            "oldest", "s", "From the first change it did not show to when the stalest one was asked for.",
            of=figures.oldest,
        ),
        Figure("queries a read", "", "Statements for a read, at the origin.", of=figures.queries_per_read),
        Figure("kept", "%", "Reads whose page came out of a cache.", of=figures.from_cache),
    ],
    method=Traffic(
        serves="photos/<int:photo_id>/", asks=asks, turn=lambda lifetime, **_: 1.6 * lifetime,
        warm=0.4, same=False,
    ),
    includes=["Latency is of reads and writes together."],
)


@invalidation.variant(baseline=True, name="no cache")
def no_cache(request, photo_id):
    """Every read asks the database: nothing can be stale."""
    if request.method == "POST":
        return write(request, photo_id)
    return HttpResponse(slow_page(photo_id))


@invalidation.variant(name="lifetime only")
def lifetime_only(request, photo_id, lifetime):
    """Nobody deletes anything: a change is seen when the entry's lifetime is over."""
    if request.method == "POST":
        return write(request, photo_id)
    html = cache.get(f"photo-{photo_id}")
    if html is None:
        html = slow_page(photo_id)
        cache.set(f"photo-{photo_id}", html, lifetime)
    return HttpResponse(html)


@invalidation.variant
def delete(request, photo_id, lifetime):
    """Whoever has written deletes the entry; readers fetch the row last, right before they set."""
    if request.method == "POST":
        saved = write(request, photo_id)
        cache.delete(f"photo-{photo_id}")
        return saved
    html = cache.get(f"photo-{photo_id}")
    if html is None:
        talk = discussion(photo_id)
        html = page(photo_id, caption_of(photo_id), talk)
        cache.set(f"photo-{photo_id}", html, lifetime)
    return HttpResponse(html)


@invalidation.variant(name="slow reader")
def slow_reader(request, photo_id, lifetime):
    """Delete, too, but the row is read first: the slow reader sets what a writer has just deleted."""
    if request.method == "POST":
        saved = write(request, photo_id)
        cache.delete(f"photo-{photo_id}")
        return saved
    html = cache.get(f"photo-{photo_id}")
    if html is None:
        caption = caption_of(photo_id)
        html = page(photo_id, caption, discussion(photo_id))
        cache.set(f"photo-{photo_id}", html, lifetime)
    return HttpResponse(html)


@invalidation.variant
def signal(request, photo_id, lifetime):
    """post_save deletes, wherever save() is called; queryset.update() sends no signal.

    The receiver: on_commit(lambda: cache.delete(f"announced-{instance.pk}")).
    """
    if request.method == "POST":
        return write(request, photo_id, Announced)
    html = cache.get(f"announced-{photo_id}")
    if html is None:
        talk = discussion(photo_id)
        html = page(photo_id, caption_of(photo_id), talk)
        cache.set(f"announced-{photo_id}", html, lifetime)
    return HttpResponse(html)


@receiver(post_save, sender=Announced)
def delete_entry(instance, **_):
    """Deletes the page of the caption that was saved, once that is committed."""
    on_commit(lambda: cache.delete(f"announced-{instance.pk}"))


@invalidation.variant(name="versioned key")
def versioned_key(request, photo_id, lifetime):
    """The version is part of the key: one small query a read, and an old entry is never asked for again.

    It is never stale because the version is read before the page, and changes in the same transaction: what
    is kept under a version is that version or a newer one.
    """
    if request.method == "POST":
        return write(request, photo_id)
    key = f"photo-{photo_id}-{version_of(photo_id)}"
    html = cache.get(key)
    if html is None:
        html = slow_page(photo_id)
        cache.set(key, html, lifetime)
    return HttpResponse(html)


@invalidation.variant(edge=True, unavailable=needs_varnish)
def purge(request, photo_id, lifetime):
    """Varnish keeps the page; whoever has written has its address purged.

    A page that is on its way from here at that moment is kept all the same: the race of delete, at the edge.
    """
    if request.method == "POST":
        saved = write(request, photo_id)
        tell_edge(request, "PURGE")
        return saved
    return HttpResponse(slow_page(photo_id), headers={"Surrogate-Control": f"max-age={lifetime}"})


@invalidation.variant(edge=True, unavailable=needs_varnish)
def ban(request, photo_id, lifetime):
    """Varnish keeps the page; whoever has written bans all addresses that begin like this one.

    One ban reaches what nobody has a list of (other pages of the photo, say), and comes as late as a purge.
    """
    if request.method == "POST":
        saved = write(request, photo_id)
        tell_edge(request, "BAN", {"X-Ban": f"^{request.path}"})
        return saved
    return HttpResponse(slow_page(photo_id), headers={"Surrogate-Control": f"max-age={lifetime}"})
