"""What requests to a cached page tell: the price of a hit and of a miss, and whether time went backwards."""

from collections import defaultdict
from statistics import median

from labapp.probe.served import read


def cost_of_a_hit(log, **_):
    """The median latency in ms of answers for which everything asked of the cache was there."""
    return _median_ms(each for each, served in _answered(log) if served.hits and not served.misses)


def cost_of_a_miss(log, **_):
    """The median latency in ms of answers that found something missing and put it into the cache."""
    return _median_ms(each for each, served in _answered(log) if served.misses)


def from_the_cache(log, **_):
    """The share in % of the answers that found all they asked of the cache; None where nobody asked it."""
    asked = [served for _, served in _answered(log) if served.hits or served.misses]
    return 100 * sum(not served.misses for served in asked) / len(asked) if asked else None


def back_in_time(log, **_):
    """The share in % of the answers that were older than one given before them, of the same page.

    Before means: that one was complete before this one was asked for.
    """
    pages = defaultdict(list)
    for each in log.requests:
        if each.seen is not None:
            pages[each.turn, each.ask, each.key].append(each)
    shown = sum(map(len, pages.values()))
    return 100 * sum(map(_older_than_before, pages.values())) / shown if shown else None


def _older_than_before(requests):
    """How many of these requests for one page showed an older state than an earlier one had shown."""
    done = sorted(requests, key=lambda each: each.done)
    newest, next_done, older = 0.0, 0, 0
    for each in sorted(requests, key=lambda each: each.sent):
        while next_done < len(done) and done[next_done].done <= each.sent:
            newest = max(newest, float(done[next_done].seen))
            next_done += 1
        older += float(each.seen) < newest
    return older


def _answered(log):
    """(request, what the site reported of it) for each answer without an error."""
    for each in log.requests:
        if not each.error and (served := read(each.timing)) is not None:
            yield each, served


def _median_ms(requests):
    latencies = [1000 * (each.done - each.due) for each in requests]
    return median(latencies) if latencies else None
