"""How far the database is: slept before each statement, or a real delay in front of PostgreSQL."""

import time
from contextlib import contextmanager, nullcontext

from labapp import probe
from labapp.experiments.homes import PROXIED, here
from labapp.experiments.parameters import Condition, Number

_achieved = {}  # ms asked for -> the proxy that was asked, and what it added


def round_trip(default=0.0, high=20.0):
    """The way to the database and back (talk 4.2). In ms.

    Slept before each statement, commit included, and what was really slept is in each Query's ``wait_ms``.
    With the database "PostgreSQL via proxy" nothing is slept: the proxy holds back what goes there and back.
    """
    parameter = Number("round_trip", default, help="round trip", unit="ms", low=0.0, high=high, step=0.5)
    return Condition(parameter, _delayed, mark=_mark, describe=_words)


def achieved(ms):
    """The round trip in ms that the proxy adds when asked for ``ms``; None when that is not known yet."""
    from labapp import postgres

    proxy, measured = _achieved.get(ms, (None, None))
    return measured.ms if proxy is not None and proxy is postgres.proxy() else None


def _delayed(ms):
    if here().kind == PROXIED:
        return _held_back(ms)
    return delayed(ms)


def delayed(ms):
    """A block in which each statement is sent so many ms later."""
    return probe.before_statement(lambda: time.sleep(ms / 1000)) if ms else nullcontext()


@contextmanager
def _held_back(ms):
    """The proxy delays; what that comes to is measured once for each delay, after the variants."""
    from labapp import postgres

    proxy = postgres.proxy()
    proxy.delay(ms)
    try:
        yield
        if _achieved.get(ms, (None,))[0] is not proxy:
            _achieved[ms] = proxy, proxy.achieved()
    finally:
        if proxy.alive:
            proxy.delay(0)


def _mark(settings):
    return "" if settings.get("database") == PROXIED else "simulated"


def _words(settings):
    if settings.get("database") != PROXIED:
        return ""
    ms = achieved(settings["round_trip"])
    return "" if ms is None else f"{ms:.2g} ms there and back, measured"
