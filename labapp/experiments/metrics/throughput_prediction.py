"""How many requests a second a pool of workers answers: Little's law, and where the processor ends it.

With N users who ask again as soon as they are answered, N requests are under way at any time; a worker has
one of them, the others wait. If a request alone takes R seconds, n at a time are answered at a rate of n / R,
where n is the number of users as long as there is a worker for each:

    throughput = min(users, workers × threads) / R

There the line bends, at the knee. It bends earlier where the processor has no more to give: a Python process
computes on one core, whatever its threads.
"""

import os


def throughput(users, slots, alone_s, computing_s=0.0, cores=1):
    """Requests/s of so many users who do not think, with ``slots`` workers × threads.

    ``alone_s`` is the time of a request that is alone, ``computing_s`` what of it needs a core, and ``cores``
    how many of these the workers can have.
    """
    rate = min(users, slots) / alone_s
    return min(rate, cores / computing_s) if computing_s else rate


def knee(slots, alone_s, computing_s=0.0, cores=1):
    """From how many users on more of them give no more requests/s."""
    return throughput(slots, slots, alone_s, computing_s, cores) * alone_s


def along_users(growth):
    """For ``predict=``: {variant: requests/s for each number of users}, from what one user measured alone.

    Nothing for another parameter than the users, or where one user alone is not among the values.
    """
    if growth.parameter != "users" or not growth.results or growth.values[0] != 1:
        return {}
    first = growth.results[0]
    return {each.variant: _line(each, first.settings, growth.values) for each in first if each.rate_per_s}


def _line(alone, settings, values):
    """The rates that follow from a stream with one user."""
    slots = settings["workers"] * settings["threads"]
    cores = min(settings["workers"], os.cpu_count())
    return [throughput(users, slots, 1 / alone.rate_per_s, computing(alone), cores) for users in values]


def computing(stream):
    """The processor's time for a request in s, as the site reports it; 0 where nothing is known."""
    entries = [each for each in stream.work if each.kind == "request"]
    return sum(each.cpu_ms for each in entries) / len(entries) / 1000 if entries else 0.0
