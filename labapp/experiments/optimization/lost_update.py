"""Two people click at the same moment, and one click is lost (talk 5.3)."""

from contextlib import contextmanager

from django.db import connection
from django.db.models import F
from django.db.transaction import atomic

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, durability, needs_postgresql
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.optimization.lost_update_writers import both, two_writers
from labapp.experiments.optimization.story import Narrow, prepare
from labapp.experiments.parameters import Integer


@contextmanager
def setting(**_):
    """One story and two writers."""
    prepare(Narrow, 1)
    with two_writers():
        yield


def nobody_clicked(**_):
    """Before every call: no likes."""
    Narrow.objects.filter(pk=1).update(likes=0, version=0)


def likes(*_, **__):
    """What the database says in the end."""
    return Narrow.objects.get(pk=1).likes


def outcome(value, **_):
    """The same, with its name: what is compared."""
    return {"likes": likes()}


def lost(recording, value, clicks):
    """What was asked for and is not there."""
    return 2 * clicks - likes()


lost_update = Experiment(
    "lost_update", question="Two people like a photo at the same moment. Is it two likes?", claims=["5.3"],
    parameters=[Integer("clicks", 5, low=1, high=50, help="times that both click at once")],
    conditions=[database(writes=True), durability(), round_trip()],
    setting=setting, before=nobody_clicked, outcome=outcome,
    figures=[
        Figure("lost", help="Clicks of which the database knows nothing; no error was raised.", of=lost),
        Figure("likes", help="What the database holds afterwards; each of the two clicked.", of=likes),
    ],
    includes=[
        "Two threads, a connection each. pause() is the moment in which the other one comes as far.",
        "Times are of both writers and of handing over between them.",
    ],
)


@lost_update.variant(baseline=True, name="F()")
def expression(clicks):
    """The database reads and adds in one statement."""

    def like(pause):
        Narrow.objects.filter(pk=1).update(likes=F("likes") + 1)

    both(like, clicks)


@lost_update.variant(name="read, add, save()", wrong="both read the same number")
def save(clicks):
    """Both read 0, both write 1."""

    def like(pause):
        story = Narrow.objects.get(pk=1)
        story.likes += 1
        pause()
        story.save()

    both(like, clicks)


@lost_update.variant(name="save(update_fields)", wrong="the one column is the one that both write")
def update_fields(clicks):
    """Spares the other columns, not this one."""

    def like(pause):
        story = Narrow.objects.get(pk=1)
        story.likes += 1
        pause()
        story.save(update_fields=["likes"])

    both(like, clicks)


def refused_by_sqlite():
    """Nothing, or why two transactions that read and then write cannot meet here."""
    return "" if connection.vendor == "postgresql" else "SQLite refuses one of the two: database is locked"


@lost_update.variant(
    name="atomic()", wrong="a transaction reads without locking", unavailable=refused_by_sqlite
)
def in_transaction(clicks):
    """All or nothing, and still both read the same."""

    def like(pause):
        with atomic():
            story = Narrow.objects.get(pk=1)
            story.likes += 1
            pause()
            story.save()

    both(like, clicks)


@lost_update.variant(name="select_for_update()", unavailable=needs_postgresql)
def locked(clicks):
    """The second one waits at its SELECT until the first commits."""

    def like(pause):
        with atomic():
            story = Narrow.objects.select_for_update().get(pk=1)
            story.likes += 1
            pause()
            story.save()

    both(like, clicks)


@lost_update.variant(name="version column")
def versioned(clicks):
    """Write only what nobody has changed meanwhile, else read again."""

    def like(pause):
        written = 0
        while not written:
            story = Narrow.objects.get(pk=1)
            pause()
            unchanged = Narrow.objects.filter(pk=1, version=story.version)
            written = unchanged.update(likes=story.likes + 1, version=F("version") + 1)

    both(like, clicks)


@lost_update.variant(name="F() and save()")
def expression_saved(clicks):
    """The object is old, its F() is not."""

    def like(pause):
        story = Narrow.objects.get(pk=1)
        story.likes = F("likes") + 1
        pause()
        story.save(update_fields=["likes"])

    both(like, clicks)
