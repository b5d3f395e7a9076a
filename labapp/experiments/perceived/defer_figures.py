"""When the work of a post was done, how busy that keeps the workers, and whether all of it was done."""

import math
from statistics import mean

from labapp.measure.quantile import quantile

DONE = "done "  # how the marks of finished work begin; the photo's id follows


def answered(log):
    """The counted posts whose answer told the photo's id."""
    return [each for each in log.requests if 200 <= each.status < 300 and each.seen]


def seconds_until_done(log):
    """For each of these posts the seconds from when it was due until its work was done; inf where it is not.

    The same for work in the request and for work that was put off: from the due moment, as a latency is.
    """
    ends = {}
    for mark in log.marks:
        if mark.name.startswith(DONE) and mark.status == 0:
            photo = mark.name.removeprefix(DONE)
            ends[photo] = min(mark.ended, ends.get(photo, math.inf))
    return [ends.get(each.seen, math.inf) - each.due for each in answered(log)]


def done_within(share):
    """A figure's function: ms from when a post was due until its work was done, in so many of them (0.95)."""

    def figure(log, **_):
        known = sorted(seconds_until_done(log))
        found = quantile(known, share) if known else math.inf
        return 1000 * found if math.isfinite(found) else None

    return figure


def by_workers(log):
    """The ledger's entries of works that were done outside of the site's processes."""
    site = {each.pid for each in log.work if each.kind == "request"}
    return [each for each in log.work if each.kind == "task" and each.pid not in site]


def load(log, **_):
    """Per cent: works handed over in a second × seconds that one takes / task workers.

    With more than 100 % works come faster than they are done. None where no task worker did any.
    """
    times, workers = [each.ended - each.began for each in by_workers(log)], log.settings["task_workers"]
    return 100 * len(log.jobs) / log.seconds * mean(times) / workers if times and log.seconds else None


def exact(log, **_):
    """Posts in the database that have exactly their effects, in per cent."""
    posts = sum(each.posts for each in log.truths)
    return 100 * sum(each.complete for each in log.truths) / posts if posts else None
