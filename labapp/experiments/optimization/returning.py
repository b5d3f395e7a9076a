"""UPDATE … RETURNING: the write says what it has changed (talk 5.5).

Somebody looks at their notifications: those that are unread are shown, and are read from then on.
"""

from django.db import connection, transaction

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, durability
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Notification


def unread_again(rows, **_):
    """All of them are unread."""
    Notification.objects.filter(pk__lte=rows).update(read=False)


def shown(value, /, rows, **_):
    """The keys that were returned, and how many are still unread in the table afterwards."""
    return {"returned": sorted(value), "still unread": unread(rows).count()}


def unread(rows):
    """Those that wait to be shown."""
    return Notification.objects.unread().filter(pk__lte=rows).order_by()


returning = Experiment(
    "returning", question="Which rows did the UPDATE change?", claims=["5.5"],
    parameters=[Integer("rows", 20, low=1, high=200, help="unread notifications")],
    conditions=[database(writes=True), durability(), round_trip()],
    before=unread_again, outcome=shown, rate=("rows", lambda rows, **_: rows),
    includes=["Times are of the writes and commits; making all unread before each call is not in them."],
)


@returning.variant(baseline=True, name="save() each")
def save_each(rows):
    """Fetch them, mark each, save each: a commit a row."""
    found = list(unread(rows))
    for notification in found:
        notification.read = True
        notification.save(update_fields=["read"])
    return [notification.pk for notification in found]


@returning.variant(name="select, then update")
def select_then_update(rows):
    """Two statements; one that arrives in between is marked and never shown."""
    found = list(unread(rows).values_list("pk", flat=True))
    unread(rows).update(read=True)
    return found


@returning.variant(name="lock, then update")
def lock_then_update(rows):
    """select_for_update(), then exactly those: right, in a transaction of four statements."""
    with transaction.atomic():
        found = list(unread(rows).select_for_update().values_list("pk", flat=True))
        Notification.objects.filter(pk__in=found).update(read=True)
    return found


@returning.variant(name="UPDATE … RETURNING")
def update_returning(rows):
    """One statement by hand: what it changed is what it returns."""
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, [rows])
        return [pk for (pk,) in cursor.fetchall()]


UPDATE = "UPDATE pinsta_notification SET read = true WHERE NOT read AND id <= %s RETURNING id"
