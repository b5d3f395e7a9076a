"""How often the expensive page was made, how many made it at once, what that took and how old it became."""

from labapp.experiments.caching.stampede_page import MARK


def times_made(log):
    """[(began, ended)] of each time that it was made, in seconds."""
    return [(each.began, each.ended) for each in log.marks if each.name == MARK]


def recomputed(log, **_):
    """How often it was begun in the counted parts."""
    return len(times_made(log))


def per_lifetime(log, lifetime, **_):
    """How often in each lifetime of an entry; once is what it takes."""
    return len(times_made(log)) * lifetime / log.seconds if log.seconds else None


def at_once(log, **_):
    """How many were making it at the same moment, at most."""
    # At the same instant one that ends comes before one that begins: they did not meet.
    changes = sorted(
        change for began, ended in times_made(log) for change in ((began, 1), (ended, -1))
    )
    busy = most = 0
    for _when, change in changes:
        busy += change
        most = max(most, busy)
    return most


def database_work(log, **_):
    """ms that the database worked in each second of traffic, for requests and for threads beside them."""
    return sum(each.db_ms for each in log.work) / log.seconds if log.seconds else None


def processor_work(log, **_):
    """The same for the processor time of the site's threads."""
    return sum(each.cpu_ms for each in log.work) / log.seconds if log.seconds else None


def oldest(log, **_):
    """Age of the oldest answer when it arrived, in seconds; None before there is one."""
    ages = [each.done - float(each.seen) for each in log.requests if each.status == 200 and each.seen]
    return max(ages, default=None)
