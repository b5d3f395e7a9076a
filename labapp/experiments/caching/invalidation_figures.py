"""Which answers were stale: counted against what had been acknowledged when each read was sent."""

from bisect import bisect_left
from collections import defaultdict
from itertools import accumulate
from typing import NamedTuple

from labapp.probe.served import read

READ = 0  # the place of the ask that reads; those after it write


class Stale(NamedTuple):
    """An answer that was older than it had to be.

    ``behind`` versions, and ``age`` seconds from when the first of them was acknowledged to when it was
    asked for.
    """

    request: object
    behind: int
    age: float


def stale_answers(reads, writes):
    """The Stale among ``reads``, in order; both are Requests (turn, key, sent, done, status, seen).

    An answer is stale when a write of the same photo was acknowledged before the read was sent, and the
    answer shows a version before that one. A write whose answer came at that moment or later may be seen or
    not: both are right. Errors, and answers without a version, say nothing.
    """
    known = acknowledged(writes)
    found = (_judged(each, known.get((each.turn, each.key))) for each in reads if told(each))
    return [each for each in found if each is not None]


def acknowledged(writes):
    """{(turn, key): ([when], [the newest version acknowledged by then])}, in the order of time."""
    by_photo = defaultdict(list)
    for each in writes:
        if told(each):
            by_photo[each.turn, each.key].append((each.done, int(each.seen)))
    known = {}
    for photo, answers in by_photo.items():
        times, versions = zip(*sorted(answers), strict=True)
        known[photo] = list(times), list(accumulate(versions, max))
    return known


def told(request):
    """Whether this is an answer that shows a version."""
    return 200 <= request.status < 300 and request.seen is not None


def _judged(request, known):
    if known is None:
        return None
    times, newest = known
    before, seen = bisect_left(times, request.sent), int(request.seen)
    if not before or newest[before - 1] <= seen:
        return None
    first = next(at for at in range(before) if newest[at] > seen)
    return Stale(request, newest[before - 1] - seen, request.sent - times[first])


# Figures


def reads(log):
    """The counted reads that were answered."""
    return [each for each in log.requests if each.ask == READ and told(each)]


def found_stale(log):
    """The stale ones among them; writes of the warm-up count as well."""
    writes = [each for each in (*log.warm, *log.requests) if each.ask > READ]
    return stale_answers(reads(log), writes)


def stale(log, **_):
    """How many."""
    return len(found_stale(log))


def stale_per_thousand(log, **_):
    """Of a thousand reads."""
    return 1000 * stale(log) / len(reads(log)) if reads(log) else None


def oldest(log, **_):
    """Seconds."""
    return max((each.age for each in found_stale(log)), default=0.0)


def queries_per_read(log, **_):
    """Statements that the origin sent for it; an answer of the edge cost none."""
    asked = [0 if each.who == "edge" else _queries(each) for each in reads(log)]
    known = [each for each in asked if each is not None]
    return sum(known) / len(known) if known else None


def _queries(request):
    served = read(request.timing)
    return None if served is None else served.queries


def from_cache(log, **_):
    """Per cent of the reads whose page was kept somewhere; None where nothing is kept."""
    kept = [_kept(each) for each in reads(log)]
    if not any(each is not None for each in kept):
        return None
    return 100 * sum(map(bool, kept)) / len(kept)


def _kept(request):
    """Whether this page came out of a cache; None when none was asked."""
    if request.who == "edge":
        return True
    served = read(request.timing)
    if served is None or not served.hits + served.misses:
        return None
    return not served.misses
