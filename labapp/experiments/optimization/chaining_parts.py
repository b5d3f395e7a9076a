"""What a queryset costs, told apart: building it, compiling its SQL, running that."""

import time
from typing import NamedTuple

from django.db import connections
from django.db.models import QuerySet

REPEATS = 25
PATIENCE = 0.2  # seconds after which no repeat is begun: a slow variant of the reader's own is clocked once


class Parts(NamedTuple):
    """The quickest in µs, together the whole; None for a part that is not there or cannot be told apart."""

    build: float | None
    compile: float | None
    run: float


def parts(call):
    """The Parts of ``call()``, which returns a queryset that nobody has read yet, or rows read by hand.

    Each of the repeats is clocked three times: the call, the reading of what it returned, and compiling
    alone, on a copy that was not compiled before. Running is what reading takes beyond compiling. Of each
    the quickest counts: the repeats are over in an instant, and a machine may be busy for as long.
    """
    call()
    rounds, until = [_clocked(call)], time.perf_counter() + PATIENCE
    while len(rounds) < REPEATS and time.perf_counter() < until:
        rounds.append(_clocked(call))
    built, compiled, read = (min(times) for times in zip(*rounds, strict=True))
    if isinstance(call(), QuerySet):
        return Parts(built, compiled, read - compiled)
    return Parts(None, None, built)


def _clocked(call):
    """One call in µs: returning, compiling alone, reading all rows (compiling included)."""
    began = time.perf_counter()
    found = call()
    built = time.perf_counter()
    compiled = _compiling(found) if isinstance(found, QuerySet) else 0.0
    reading = time.perf_counter()
    list(found)
    done = time.perf_counter()
    return (built - began) * 1e6, compiled * 1e6, (done - reading) * 1e6


def _compiling(queryset):
    """Seconds to compile it, its copy and the compiler made before."""
    compiler = queryset.query.clone().get_compiler(connection=connections[queryset.db])
    began = time.perf_counter()
    compiler.as_sql()
    return time.perf_counter() - began
