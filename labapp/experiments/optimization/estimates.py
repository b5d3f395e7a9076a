"""How many are there: counted, or what the planner believes (talk 5.5)."""

import json
from contextlib import contextmanager

from django.db import connection
from django.db.models import Max

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, needs_postgresql, scratch
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.optimization import growing
from labapp.experiments.optimization.footprint import pages_read
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Notification

DELETED = 10  # each tenth row is gone, as in a table that is in use


@contextmanager
def table(rows, written):
    """The notifications: analyzed once, then written to; nothing analyzes them again meanwhile."""
    with scratch("estimates", _make):
        growing.bring(Notification, (rows, written), lambda: _build(rows, written))
        yield


def _make():
    growing.prepare(Notification)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE pinsta_notification SET (autovacuum_enabled = off)")


def _build(rows, written):
    growing.refill(Notification, rows)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pinsta_notification WHERE id %% %s = 0", [DELETED])
        growing.analyze(Notification)
        cursor.execute(WRITE, [rows, rows * written // 100])


WRITE = """
    INSERT INTO pinsta_notification (id, recipient_id, actor_id, verb, photo_id, created, "read")
    SELECT id + %s, recipient_id, actor_id, verb, photo_id, created, "read" FROM pinsta_notification
    WHERE id <= %s
"""


def error(recording, value, **_):
    """How far an answer is off, in percent of the exact count."""
    exact = Notification.objects.count()
    return 100 * (value - exact) / exact


estimates = Experiment(
    "estimates", question="Has it to be exact?", claims=["5.5"],
    parameters=[
        Integer("rows", 50_000, low=1000, high=100_000, step=1000, help="notifications there were"),
        Integer("written", 50, low=0, high=100, help="more written since ANALYZE", unit="%"),
    ],
    conditions=[database(), round_trip()],
    setting=table,
    figures=[Figure("error", "%", "How far the answer is from the exact count.", of=error), pages_read()],
    includes=[
        "The answers are not the same and not meant to be: the column error says how far each is off.",
        f"Before ANALYZE each {DELETED}th row was deleted, as happens to a table in use.",
    ],
)


@estimates.variant(name=".count()")
def count(rows):
    """Exact: every row is visited."""
    return Notification.objects.count()


@estimates.variant(name="highest key")
def highest_key(rows):
    """As many as were ever written: one look at the end of the index."""
    return Notification.objects.aggregate(highest=Max("pk"))["highest"]


@estimates.variant(name="statistics")
def statistics(rows):
    """What the last ANALYZE found."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND[connection.vendor], ["pinsta_notification"])
        return int(cursor.fetchone()[0])


FOUND = {
    "postgresql": "SELECT reltuples FROM pg_class WHERE oid = %s::regclass",
    # "45000 91": rows in the index, and rows for each of its values.
    "sqlite": "SELECT substr(stat, 1, instr(stat || ' ', ' ') - 1) FROM sqlite_stat1 WHERE tbl = %s",
}


@estimates.variant(name="EXPLAIN", unavailable=needs_postgresql)
def planned(rows):
    """What the planner expects: rows a page at the last ANALYZE, times the pages there are now."""
    plan = Notification.objects.order_by().explain(format="json")
    return json.loads(plan)[0]["Plan"]["Plan Rows"]
