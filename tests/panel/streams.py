"""Traffic made up for tests of its pictures: these requests were never sent."""

from typing import NamedTuple

from labapp.measure.traffic import Stream, TrafficResult
from labapp.measure.traffic.jobs import Job
from tests.measure.machine import seeded

COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7")


class Request(NamedTuple):
    """As the load generator's record."""

    turn: int = 1
    ask: int = 0
    key: int = 0
    user: int = 0
    person: str = ""
    due: float = 0.0
    sent: float = 0.0
    first: float = 0.0
    done: float = 0.0
    status: int = 200
    size: int = 1000
    who: str = "origin"
    timing: str = ""
    asked: int = 1
    digest: str = "1234"
    seen: str | None = None
    foreign: int = 0
    error: str = ""


class Entry(NamedTuple):
    """As a line of the ledger."""

    kind: str = "request"
    name: str = "/"
    began: float = 0.0
    ended: float = 0.0
    queries: int = 0
    rows: int = 0
    db_ms: float = 0.0
    hits: int = 0
    misses: int = 0
    bytes: int = 0


def request(due, ms, **fields):
    """One request that was due then and took so long."""
    return Request(due=due, sent=due, first=due + ms / 1000, done=due + ms / 1000, **fields)


def entry(began, ms=10.0, **fields):
    """One piece of work of the server."""
    return Entry(began=began, ended=began + ms / 1000, **fields)


def stream(variant, place=0, **fields):
    """A variant of which nothing has been asked yet."""
    return Stream(
        variant, caption=f"what {variant} does", colour=COLOURS[place], source=f"def {variant}(request): ...",
        baseline=not place, **fields,
    )


def turn(stream, number, began, seconds=2.0, each_s=40, ms=30.0, hits=0.0, queries=20, ended=True):
    """So many requests a second for so long; of them ``hits`` (a share) from the application's cache."""
    chance = seeded(f"{stream.variant}, {number}")
    stream.begin(number, began)
    for place in range(int(seconds * each_s)):
        due, hit = began + (place + chance.random()) / each_s, chance.random() < hits
        took = (ms / 12 if hit else ms) * chance.lognormvariate(0, 0.35)
        work = entry(due, took, queries=0 if hit else queries, hits=int(hit), misses=int(not hit))
        stream.add([request(due, took, turn=number, who="application" if hit else "origin")], [work])
    if ended:
        stream.end(began + seconds)
    return stream


def job(sent, begins=(), ended=None, **fields):
    """One task: when it was handed over, each begin, and its end."""
    known = {"done": ended is not None, "runs": int(ended is not None)}
    return Job(f"{sent}", sent, sent, list(begins), ended, **known | fields)


def putting_off(variant, place=0, began=100.0, seconds=2.0, drain=1.0, jobs=(), **fields):
    """A turn that puts work off; ``drain`` are the seconds until its queue is empty, None while it lasts."""
    made = turn(stream(variant, place, **fields), 1, began, seconds)
    made.jobs = list(jobs)
    made.drain(began + seconds)
    if drain is not None:
        made.drained(began + seconds + drain)
    return made


def result(streams, final=False, **fields):
    """The result of these streams, summed up."""
    made = {
        "experiment": "levels", "question": "What does a cache buy?", "claims": ["2.1"],
        "settings": {"users": 20}, "environment": {"database": "SQLite 3.40.1", "django": "5.2.19"},
        "asks": ["photo"], "status": "Round 1: whole is being served.",
    }
    result = TrafficResult(measurements=list(streams), final=final, **made | fields)
    result.refresh()
    return result
