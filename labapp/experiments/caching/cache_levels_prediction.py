"""How many answers a cache can give: predicted from popularity, lifetime and rate alone.

Requests come at random moments (Poisson). The page of rank r is asked for in proportion to 1 / r**zipf. An
entry lives for a fixed time from when it was stored, however often it is read. So its life goes in circles:
stored, read until it expires, absent until somebody asks, stored again; one miss in each circle.
"""

from functools import lru_cache
from math import exp, expm1

PHASES = 4  # moments within a second at which a turn may begin, where lifetimes end on whole seconds


def shares(pages, zipf):
    """The share of all requests that each page gets, the most popular first."""
    weights = [1 / rank**zipf for rank in range(1, pages + 1)]
    whole = sum(weights)
    return tuple(weight / whole for weight in weights)


def steady(rate, popularity, lifetime):
    """The hit ratio in the long run: of 1 + rate·lifetime requests for a page, one is a miss.

    ``rate`` is that of all pages together, in requests/s, ``lifetime`` in s.
    """
    return sum(share * (rate * share * lifetime) / (1 + rate * share * lifetime) for share in popularity)


@lru_cache(maxsize=256)
def predicted(rate, popularity, lifetime, began, ended, *, whole_seconds=False):
    """The hit ratio of the requests between two moments, in s since the cache was empty.

    ``whole_seconds``: entries expire when the clock turns to a whole second, at the end of their lifetime or
    up to a second earlier, as in Memcached and in Django's database cache.
    """
    if ended <= began or rate <= 0:
        return None
    missed = expired_on_the_second if whole_seconds else expired_exactly
    misses = sum(
        missed(rate * share, lifetime, ended) - missed(rate * share, lifetime, began) for share in popularity
    )
    return 1 - misses / (rate * (ended - began))


def expired_exactly(rate, lifetime, until):
    """Expected misses of one page from the empty cache until then.

    The n-th miss is n waits and n - 1 lifetimes from the start; waits are exponential, their sum is Erlang's.
    """
    misses, n = 0.0, 1
    while (waited := until - (n - 1) * lifetime) > 0:
        misses += 1 - _fewer_than(n, rate * waited)
        n += 1
    return misses


def _fewer_than(n, expected):
    """The probability that fewer than n requests come where so many are expected."""
    term = total = exp(-expected)
    for count in range(1, n):
        term *= expected / count
        total += term
    return min(1.0, total)


def expired_on_the_second(rate, lifetime, until):
    """The same where entries expire on whole seconds; the mean over the moments at which a turn may begin."""
    phases = [(step + 0.5) / PHASES for step in range(PHASES)]
    return sum(_from_phase(rate, int(lifetime), until, phase) for phase in phases) / PHASES


def _from_phase(rate, lifetime, until, phase):
    """The clock turns ``phase`` seconds after the start, and then every second."""
    turns = [0.0]
    while turns[-1] < until:
        turns.append(phase + len(turns) - 1)
    absent = [1.0] + [0.0] * (len(turns) - 1)  # the probability that no entry is there as this second begins
    misses = 0.0
    for second, (begin, end) in enumerate(zip(turns, turns[1:], strict=False)):
        stored = absent[second] * -expm1(-rate * (min(end, until) - begin))
        misses += stored
        absent[second + 1] += absent[second] - stored
        if second + lifetime < len(turns):
            absent[second + lifetime] += stored
    return misses
