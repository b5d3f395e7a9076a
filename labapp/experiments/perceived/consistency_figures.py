"""The figures of the experiment: what was shown too late, to whom, for how long."""

from math import inf, isinf

from labapp.experiments.figures import Figure
from labapp.experiments.perceived.consistency_looks import (
    FEED,
    POST,
    fed_after,
    late_looks,
    looks,
    next_looks,
    posts,
    seen_after,
    told,
)
from labapp.measure.quantile import quantile
from labapp.probe.served import read as served


def late(log, **_):
    """Of 100 counted looks; posts of the warm-up count as well."""
    counted = looks(log.requests)
    return _percent(len(_late(log)), len(counted))


def oldest(log, **_):
    """Seconds."""
    return max((each.age for each in _late(log)), default=0.0)


def own_missing(log, **_):
    """Of 100 counted posts: on the page after it, or on the author's next look."""
    counted = posts(log.requests)
    later = {each.photo for each, look in next_looks(looks(log.requests), counted) if look.lacks(each.photo)}
    return _percent(sum(each.missing or each.photo in later for each in counted), len(counted))


def after_posting(log, **_):
    """Of 100 counted posts, on the page after it."""
    counted = posts(log.requests)
    return _percent(sum(each.missing for each in counted), len(counted))


def next_load(log, **_):
    """Of 100 counted posts whose author has looked again."""
    found = [look.lacks(each.photo) for each, look in next_looks(looks(log.requests), posts(log.requests))]
    return _percent(sum(found), len(found))


def in_feeds(share):
    """A figure: after how many ms photos are in so many of the feeds; None where it never comes to that."""

    def of(log, followers, **_):
        merged = [photo for photo, lacking in _truth(log).items() if lacking is None]
        counted = posts(log.requests)
        at_once = [0.0 for each in counted if each.photo in merged]
        written = [each for each in counted if each.photo not in merged]
        return _ms([*at_once, *fed_after(written, log.marks, followers + 1)], share)

    return of


def seen(share):
    """A figure: after how many ms so many of those who looked have seen a photo."""
    return lambda log, **_: _ms(seen_after(looks(log.requests), posts(log.requests)), share)


def author_waits(share):
    """A figure: after how many ms so many authors are shown their photo; None where some never are.

    Who is given no answer, or polls in vain, is one of those.
    """

    def of(log, **_):
        shown = [each.done - each.due for each in posts(log.requests) if not each.missing]
        asked = sum(each.ask == POST for each in log.requests)
        return _ms([*shown, *[inf] * (asked - len(shown))], share)

    return of


def answer(log, **_):
    """The median, in ms."""
    return _ms([each.acknowledged - each.due for each in posts(log.requests)], 0.5)


def queries_per_look(log, **_):
    """In the mean."""
    timings = [served(each.timing) for each in log.requests if each.ask == FEED and told(each)]
    known = [each.queries for each in timings if each is not None]
    return sum(known) / len(known) if known else None


def requests_per_post(log, **_):
    """In the mean."""
    counted = posts(log.requests)
    return sum(each.requests for each in counted) / len(counted) if counted else None


def lost(log, followers, **_):
    """(photo, reader) that the database lacks; of a photo that is gone itself, all."""
    known = _truth(log)
    gone = [each for each in posts([*log.warm, *log.requests]) if each.photo not in known]
    return len(gone) * (followers + 1) + sum(lacking or 0 for lacking in known.values())


def _truth(log):
    """{photo: how many feeds lack it, None where it is in nobody's}, of all turns."""
    return {photo: lacking for truth in log.truths for photo, lacking in truth.items()}


def _late(log):
    return late_looks(looks(log.requests), posts([*log.warm, *log.requests]))


def _percent(part, whole):
    return 100 * part / whole if whole else None


def _ms(seconds, share):
    """The quantile, in ms; None where there is none, or where it is not known."""
    value = quantile(sorted(seconds), share) if seconds else inf
    return None if isinf(value) else 1000 * value


FIGURES = [
    Figure(
        "late", "%", "Of 100 looks at a feed, those without a photo of somebody else's that had been "
        "acknowledged before.", of=late, grows=True,
    ),
    Figure(
        "own missing", "%", "Of 100 posts, those whose author is shown a page without the photo: right after "
        "posting, or at the next look.", of=own_missing,
    ),
    Figure(
        "in feeds p95", "ms", "From the acknowledgement until photos were in 95 of 100 feeds, by marks of "
        "the work itself: it does not depend on who looks when.", of=in_feeds(0.95),
    ),
    Figure(
        "lost", "", "Photos that feeds lack after the drain, lost or not done until then, counted in the "
        "database.", of=lost,
    ),
    Figure(
        "author p95", "ms", "From the click until 95 of 100 authors are shown their photo; nothing where "
        "more than 5 are shown a page without it.", of=author_waits(0.95),
    ),
    Figure(
        "right after", "%", "Of 100 posts, those that the page right after posting lacks.", of=after_posting,
    ),
    Figure(
        "next look", "%", "Of 100 posts, those that the author's next look at the feed lacks.", of=next_load,
    ),
    Figure("answer p50", "ms", "From the click until half of the posts are acknowledged.", of=answer),
    Figure(
        "oldest", "s", "From the acknowledgement of a photo to the latest look that was sent without getting "
        "it.", of=oldest,
    ),
    Figure("in feeds p50", "ms", "The same as in feeds p95, for half of the feeds.", of=in_feeds(0.5)),
    Figure(
        "seen p50", "ms", "From the acknowledgement until half of those who look again have seen the photo: "
        "it depends on how often they look.", of=seen(0.5),
    ),
    Figure("seen p95", "ms", "The same for 95 of 100.", of=seen(0.95)),
    Figure("queries a look", "", "Statements for a look at a feed.", of=queries_per_look),
    Figure(
        "requests a post", "", "HTTP requests for a post, those for the pages after it included.",
        of=requests_per_post,
    ),
]
