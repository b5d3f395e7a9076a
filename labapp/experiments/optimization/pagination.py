"""A page further down: OFFSET counts its way there, a keyset page begins where the last ended (talk 5.5)."""

from contextlib import contextmanager
from contextvars import ContextVar

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Index, Q

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database, scratch
from labapp.experiments.experiment import Experiment
from labapp.experiments.optimization import growing
from labapp.experiments.optimization.footprint import pages_read
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Notification

ROWS, PAGE = 100_000, 20
NEWEST = Index(fields=["-created", "-id"], name="newest_first")
_end = ContextVar("where the page before ended", default=None)


@contextmanager
def log(page):
    """The log of all notifications, with an index in its order; finds where the page before ended."""
    with scratch("pagination", lambda: growing.prepare(Notification)):
        growing.resize(Notification, ROWS, [NEWEST])
        last = newest().values_list("created", "id")[(page - 1) * PAGE - 1] if page > 1 else None
        token = _end.set(last)
        try:
            yield
        finally:
            _end.reset(token)


pagination = Experiment(
    "pagination", question="Why is page 1,000 slower than page 1?", claims=["5.5"],
    parameters=[Integer("page", 1000, low=1, high=ROWS // PAGE, help="page")],
    conditions=[database(), round_trip()],
    setting=log,
    figures=[pages_read()],
    includes=[
        f"Times are of one page of {PAGE} notifications out of {ROWS:,}, models included.",
        "Where the page before ended is known: in a site it stands in the link to the next page.",
    ],
)


def newest():
    """The whole log, newest first."""
    return Notification.objects.order_by("-created", "-id")


@pagination.variant(baseline=True, name="OFFSET")
def offset(page):
    """Reads every row of the pages before, and throws them away."""
    return list(newest()[(page - 1) * PAGE : page * PAGE])


@pagination.variant
def paginator(page):
    """Django's Paginator: the same OFFSET, and a count of all rows."""
    return list(Paginator(newest(), PAGE).page(page))


@pagination.variant(name="keyset, OR")
def keyset_or(page):
    """Older than the last row shown, said with OR: no place in the index to begin at."""
    if page == 1:
        return list(newest()[:PAGE])
    created, id = _end.get()
    older = Q(created__lt=created) | Q(created=created, id__lt=id)
    return list(newest().filter(older)[:PAGE])


@pagination.variant(name="keyset")
def keyset(page):
    """The same with a bound beside the OR: a place to begin at."""
    if page == 1:
        return list(newest()[:PAGE])
    created, id = _end.get()
    older = Q(created__lt=created) | Q(id__lt=id)
    return list(newest().filter(older, created__lte=created)[:PAGE])


@pagination.variant(name="row values")
def row_values(page):
    """(created, id) < (…, …), which the ORM does not write: by hand."""
    if page == 1:
        return list(newest()[:PAGE])
    created, id = _end.get()
    created = connection.ops.adapt_datetimefield_value(created)
    return list(Notification.objects.raw(AFTER, [created, id, PAGE]))


AFTER = """
    SELECT * FROM pinsta_notification WHERE (created, id) < (%s, %s) ORDER BY created DESC, id DESC LIMIT %s
"""
