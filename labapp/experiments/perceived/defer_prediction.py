"""How long an answer takes with the work in it, and with the work put off: predicted.

One who hands the work over waits for the answer alone, however long the work is. One who does it waits for
both, and for those who came before. Where c processes answer λ posts a second, each of which takes S seconds,
they are busy for the share ρ = λ·S / c of the time:

- Posts that come at random moments wait for one another. The chance of it is Erlang's, and who waits does so
  for S / (2·c·(1 - ρ)) seconds on the average: half of what it is for works of random length, as these take
  about the same time each.
- In a short time not so much can come together: t seconds after the first post hardly more than
  (S / c)·√(λt) seconds of work.
- With ρ above 1 the queue grows for as long as posts come: who comes after t seconds waits for (ρ - 1)·t.

What is measured lies above where these processes are in one another's way: SQLite has one writer at a time,
and the machine no core for each of them.
"""

from math import log, sqrt
from statistics import mean

from labapp.experiments.perceived.defer_figures import by_workers
from labapp.experiments.traffic.load import SCHEDULE

WARM = 0.5  # seconds for which posts come before a turn counts


def response_s(alone_s, rate, processes, counted_s, warm_s=0.0):
    """Seconds until the answer to half of the posts, which take ``alone_s`` when alone, at this rate.

    They have come for ``warm_s`` when the part begins that counts, and go on for ``counted_s``.
    """
    if not alone_s or not rate:
        return alone_s
    busy, since = rate * alone_s / processes, warm_s + counted_s / 2
    together = alone_s / processes * sqrt(rate * since)
    if busy >= 1:
        return alone_s + max(together, (busy - 1) * since)
    mean_wait = alone_s / processes / (1 - busy) / 2
    return alone_s + min(together, mean_wait * max(0.0, log(2 * erlang_c(rate * alone_s, processes))))


def erlang_c(load, processes):
    """The chance that all processes are busy when a post comes; ``load``, rate × time, is less than they."""
    term = total = 1.0
    for k in range(1, processes):
        term *= load / k
        total += term
    all_busy = term * load / processes / (1 - load / processes)
    return all_busy / (total + all_busy)


def patient_s(alone_s, users, think_s, processes):
    """The same for users who post again only after an answer and a thought: Little's law."""
    return max(alone_s, users * alone_s / processes - think_s)


def predicted(growth):
    """For ``predict=``: {variant: ms for each value} of the answers' median.

    For what puts the work off: as measured at the first value. For the baseline: that and the time of the
    work, as task workers needed it at each value, by the rules above. Nothing where either is missing.
    """
    first = growth.results[0] if growth.results else None
    put_off = [each for each in first or () if each.p50_ms is not None and work_s(each) is not None]
    if not put_off:
        return {}
    lines = {each.variant: [each.p50_ms] * len(growth.results) for each in put_off}
    worked = [work_s(result[put_off[0].variant]) for result in growth.results]
    if first.baseline is not None and all(each is not None for each in worked):
        answer_s = put_off[0].p50_ms / 1000
        lines[first.baseline.variant] = [
            1000 * _inline_s(answer_s + work, result)
            for work, result in zip(worked, growth.results, strict=True)
        ]
    return lines


def work_s(stream):
    """Mean seconds of a work in task workers; None where these did none."""
    times = [each.ended - each.began for each in by_workers(stream)]
    return mean(times) if times else None


def _inline_s(alone_s, result):
    settings = result.settings
    users, think_s = settings["users"], settings["think_time"]
    processes = settings["workers"] * settings["threads"]
    if settings["arrival"] != SCHEDULE:
        return patient_s(alone_s, users, think_s, processes)
    began, ended = result.baseline.turns[0]
    return response_s(alone_s, users / think_s, processes, ended - began, WARM)
