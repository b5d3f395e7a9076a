"""What requests to a cached page tell: the price of a hit and of a miss, and whether time went backwards."""

from collections import defaultdict
from statistics import median

from labapp.experiments.caching.cache_levels_prediction import predicted, shares
from labapp.experiments.figures import Figure
from labapp.experiments.traffic.backends import DATABASE, LOCAL, MEMCACHED, REDIS
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


def foretold(log, *, photos, popularity, lifetime, entries, members, **_):
    """The same in % as predicted from the rate of requests; None where that is not known.

    It is not known where entries are thrown out for want of room, and where each visitor has pages of their
    own. ``predicted()`` says what it rests on.
    """
    stored = max((served.sets for _, served in _answered(log)), default=0)
    cache = log.settings["cache"]
    fits = cache in (REDIS, MEMCACHED) or stored * photos <= entries
    if members or not (stored and fits and log.seconds):
        return None
    ratio = predicted(
        _rate(log) / (log.settings["workers"] if cache == LOCAL else 1), shares(photos, popularity), lifetime,
        log.warm_seconds, log.warm_seconds + log.seconds / len(log.turns),
        whole_seconds=cache in (MEMCACHED, DATABASE),
    )
    return 100 * ratio


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


FIGURES = [
    Figure("a hit", "ms", "Median latency of answers that found all they asked for.", of=cost_of_a_hit),
    Figure("a miss", "ms", "Median latency of answers that had to fill the cache.", of=cost_of_a_miss),
    Figure("from cache", "%", "Answers that found all they asked the cache for.", of=from_the_cache),
    Figure(
        "predicted", "%", "The same, predicted from rate, popularity and lifetime: as if nobody asked for a "
        "page while it is being made.", of=foretold,
    ),
    Figure("back in time", "%", "Answers older than one given before, of the same page.", of=back_in_time),
]


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


def _rate(log):
    """Requests a second, those of the warm-up included."""
    return (len(log.requests) + len(log.warm)) / (log.seconds + log.warm_seconds * len(log.turns))


def _median_ms(requests):
    latencies = [1000 * (each.done - each.due) for each in requests]
    return median(latencies) if latencies else None
