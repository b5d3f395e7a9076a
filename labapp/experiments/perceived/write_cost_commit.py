"""What a commit takes, apart from the statements before it, which autocommit does not show."""

import time

from django.db import connection
from django.db.transaction import atomic

from labapp.experiments.optimization.story import text
from labapp.experiments.perceived.write_cost_rows import UPDATE, bystanders
from labapp.measure.interval import median_interval

TIMES = 9


def commit_ms(recording, value, rows, **_):
    """One COMMIT after such an update, in ms: the Interval of the median, in transactions of their own.

    ``rows`` have been changed by then where the recorded call wrote them in one transaction, else one. None
    for a call that updated nothing.
    """
    kinds = {query.kind for query in recording.queries}
    if "update" not in kinds:
        return None
    together = "transaction" in kinds
    return median_interval([_commit(rows if together else 1, number) for number in range(TIMES)])


def _commit(rows, number):
    with atomic():
        with connection.cursor() as cursor:
            for pk in bystanders(rows):
                cursor.execute(UPDATE, [text(80, f"{number} {pk} {time.monotonic_ns()}"), pk])
        began = time.perf_counter()
    return 1000 * (time.perf_counter() - began)
