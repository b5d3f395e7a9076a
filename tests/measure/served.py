"""Traffic made up for tests of what is made of it: these requests were never sent."""

import math

from labapp.measure.traffic import Stream, TrafficResult
from labapp.measure.traffic.jobs import Job
from labapp.probe.ledger import Entry
from labapp.services.traffic.request import Request
from tests.measure.machine import seeded
from tests.measure.results import COLOURS, ENVIRONMENT

PLAIN = Request(
    turn=1, ask=0, key=0, user=0, person="", due=0.0, sent=0.0, first=0.0, done=0.0, status=200, size=1000,
    who="origin", timing="", asked=1, digest="d0", seen=None, foreign=0, error="",
)  # fmt: skip


def request(due=0.0, ms=10.0, **fields):
    """One request: when it was due in seconds, how long it took in ms."""
    done = due + ms / 1000
    return PLAIN._replace(**{"due": due, "sent": due, "first": done, "done": done} | fields)


def failed(due=0.0, ms=1.0, error="HTTP 500: Internal Server Error", status=500, **fields):
    return request(due, ms, error=error, status=status, who="", digest="", **fields)


def given_up(due=0.0, ms=2000.0, **fields):
    return failed(due, ms, "not answered", status=0, **fields)


def entry(began=0.0, kind="request", label="1", **fields):
    """One line of the ledger."""
    return Entry(kind, "/photos/", label, 100, began, began + 0.01, **fields)


def stream(variant="plain", requests=(), work=(), seconds=None, turn=1, began=0.0, **fields):
    """A Stream of one turn, from `began` on; of so many seconds, or under way."""
    made = Stream(variant, **fields)
    made.begin(turn, began)
    made.add(list(requests), list(work))
    if seconds is not None:
        made.end(began + seconds)
    made.refresh()
    return made


def steady(count=200, ms=20.0, each_s=50, began=0.0, spread=0.3, seed="steady", **fields):
    """Requests at random moments, so many a second in the mean, lognormal around a median."""
    chance, due = seeded(seed), began
    for number in range(count):
        due += chance.expovariate(each_s)
        page = {"key": number % 10, "digest": f"d{number % 10}"}
        yield request(due, ms * math.exp(spread * chance.gauss(0, 1)), **page | fields)


def traffic(variant, place, ms, count=300, **fields):
    """A variant as a measurement leaves it: two turns, with the work of its server."""
    made = Stream(
        variant, caption=f"what {variant} does", colour=COLOURS[place], source=f"def {variant}(request): ...",
        **fields,
    )  # fmt: skip
    for turn in (1 + place, 11 + place):
        began = 10.0 * turn
        sent = list(steady(count // 2, ms, 50, began, seed=f"{variant} {turn}", turn=turn))
        spent = {"queries": 5, "db_ms": 2.0, "hits": 1, "misses": 3, "bytes": 900}
        work = [entry(each.due, label=str(turn), **spent) for each in sent]
        made.begin(turn, began)
        made.add(sent, work)
        made.end(max(each.done for each in sent))
    return made


def result(**fields):
    """A result with a row of every sort."""
    whole, quick, again = (
        traffic("whole", 0, 60.0, baseline=True), traffic("quick", 1, 20.0), traffic("again", 2, 60.0),
    )  # fmt: skip
    other = traffic("other", 3, 30.0)
    other.add([request(141.0 + place / 10, 30.0, turn=14, key=place, digest="else") for place in range(3)])
    leaking = traffic("leaking", 4, 30.0)
    leaking.add([request(151.0, 30.0, turn=15, foreign=1)])
    failing = traffic("failing", 5, 30.0)
    failing.add([failed(161.0 + place / 100, turn=16) for place in range(20)])
    newer = Stream("newer", unavailable="needs Varnish, which is not here")
    made = {
        "experiment": "levels", "question": "What does a cache buy?", "claims": ["2.1"],
        "settings": {"users": 20, "cache": "Redis"}, "environment": dict(ENVIRONMENT),
        "includes": ["Latency is from the moment it was due."], "asks": ["photo"],
        "figures": [{"name": "stale", "unit": "", "help": "answers older than the database"}],
        "measurements": [whole, quick, again, other, leaking, failing, newer], "rounds": 2,
        "elapsed_ms": 20_000.0, "status": "2 turns of each variant.", "final": True,
    }  # fmt: skip
    quick.figures = {"stale": 3.0}
    found = TrafficResult(**made | fields)
    found.refresh()
    return found


def job(sent=0.0, begins=(), ended=None, **fields):
    """One task: when it was handed over, each begin, and its end, in seconds."""
    known = {"done": ended is not None, "runs": int(ended is not None)}
    return Job("id", sent, sent, list(begins), ended, **known | fields)


def deferring(variant="celery", jobs=(), early=(), seconds=2.0, drained=2.0, began=10.0, **fields):
    """A Stream of one turn that put this work off, with the seconds that its queue was watched afterwards."""
    made = stream(variant, [request(began + 0.1, 5.0)], seconds=seconds, began=began, **fields)
    made.jobs, made.early_jobs = list(jobs), list(early)
    made.drain(began + seconds)
    made.drained(began + seconds + drained)
    made.refresh()
    return made
