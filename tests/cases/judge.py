"""Runs a case and compares what was found with what is true."""

import re
from contextlib import contextmanager

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connections, transaction

from labapp.probe import record
from tests.cases.catalogue import Case
from tests.cases.data import fill

SIZES = (5, 10)


@contextmanager
def emptied():
    """Delete the rows of both databases before and after the block."""
    for alias in ("default", "other"):
        empty(alias)
    ContentType.objects.clear_cache()
    yield


def empty(alias: str) -> None:
    """Delete all rows but the content types and permissions; the numbering begins anew."""
    connection = connections[alias]
    models = [*apps.get_app_config("shop").get_models(include_auto_created=True), *_people()]
    names = [model._meta.db_table for model in models]
    with (
        transaction.atomic(using=alias),
        connection.constraint_checks_disabled(),
        connection.cursor() as cursor,
    ):
        for statement in connection.ops.sql_flush(no_style(), names, reset_sequences=True):
            cursor.execute(statement)


def _people():
    auth, sessions = apps.get_app_config("auth"), apps.get_app_config("sessions")
    own = [model for model in auth.get_models(include_auto_created=True) if model.__name__.startswith("User")]
    return [*own, *sessions.get_models()]


def run(case: Case, n: int):
    """Run the case on n rows; return its Recording."""
    with emptied():
        fill(n)
        given = [case.before(n)] if case.before else []
        with record(case.name) as recording:
            case.run(n, *given)
    return recording


def grows(case: Case) -> bool:
    """The oracle: whether the number of queries grows with the rows."""
    small, large = (reads_and_writes(run(case, n)) for n in SIZES)
    return large > small


def reads_and_writes(recording) -> int:
    """The number of queries without transactions."""
    return sum(query.kind not in ("transaction", "fetch") for query in recording.queries)


def missing(case: Case, n: int, recording) -> list[str]:
    """Return what should have been found and was not, in words."""
    found = [finding for finding in recording.findings() if finding.kind == case.kind]
    if not found:
        return [f"no {case.kind} found, but {[str(finding) for finding in recording.findings()]}"]
    wrong = [
        f"nothing names {place}: {[one.where for one in found]}"
        for place in case.where
        if not _named(place, found)
    ]
    if case.times(n) not in {finding.times for finding in found}:
        wrong.append(f"{[finding.times for finding in found]} times instead of {case.times(n)}")
    return wrong


def _named(place: str, findings) -> bool:
    return any(re.search(rf"{re.escape(place)}\b", finding.where) for finding in findings)
