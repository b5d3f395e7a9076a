"""Results made up for tests of what is done with them: their figures were never measured."""

import math

from labapp.measure.comparison import Comparison
from labapp.measure.growth import Growth
from labapp.measure.interval import median_interval
from labapp.measure.measurement import Measurement
from labapp.measure.result import Result
from labapp.probe import Query, Recording
from tests.measure.machine import seeded

COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999")
ENVIRONMENT = {
    "machine": "a machine that does not exist",
    "cores": 2,
    "python": "CPython 3.11.7",
    "django": "5.2.19",
    "database": "SQLite 3.40.1",
    "labapp": "0.1.0",
    "date": "2026-11-23T08:30:00+00:00",
}


def query(started_ms, rows=1, wait_ms=0.0):
    return Query(
        sql='SELECT "photo"."id" FROM "photo" WHERE "photo"."id" = %s',
        params=[1],
        alias="default",
        vendor="sqlite",
        started_ms=started_ms,
        wait_ms=wait_ms,
        execute_ms=0.2,
        fetch_ms=0.1,
        rows=rows,
        written=0,
        statements=1,
        kind="select",
        site=None,
        template=None,
        stack=[],
        key="",
        via=[],
        thread="MainThread",
        request=None,
        error=None,
    )


def recording(label, queries=1, rows=30, wait_ms=0.0):
    made = [query(index * (0.5 + wait_ms), rows // queries, wait_ms) for index in range(queries)]
    return Recording(label, "2026-11-23T08:30:00+00:00", queries * (0.5 + wait_ms) + 1, 1.0, made, [], [])


def measurement(variant, ms=None, rounds=20, queries=1, place=0, wait_ms=0.0, **fields):
    """One variant; with `ms` also its rounds, a little scattered around that."""
    made = Measurement(
        variant,
        caption=f"what {variant} does",
        colour=COLOURS[place % len(COLOURS)],
        source=f"def {variant}():\n    ...",
    )
    made.recording = recording(variant, queries, wait_ms=wait_ms)
    if ms is not None:
        chance = seeded(variant)
        made.samples_ms = [ms * math.exp(chance.gauss(0, 0.03)) for _ in range(rounds)]
        made.cpu_ms = [each / 2 for each in made.samples_ms]
        made.interval = median_interval(made.samples_ms)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def compared(result):
    """Fill in the comparisons as a measurement would."""
    for each in result.measurements:
        if each.same and not each.baseline and each.samples_ms:
            each.comparison = Comparison.of(result.baseline.samples_ms, each.samples_ms)
    return result


def result(rounds=20, **fields):
    """A result with a row of every sort."""
    measurements = [
        measurement("naive", 139.6, rounds, queries=61, baseline=True, same=True, wait_ms=2.0),
        measurement("joined", 5.03, rounds, place=1, same=True),
        measurement("again", 139.6, rounds, queries=61, place=2, same=True),
        measurement("mine", 5.0, rounds, place=3, same=False, difference="1 row missing"),
        measurement("broken", place=4, recording=None, error="ValueError: <b>no</b>. In [7], line 3"),
        measurement("newer", place=5, recording=None, unavailable="needs Django 6.1, this is 5.2.19"),
    ]
    made = {
        "experiment": "feed",
        "question": "What does one more photo cost?",
        "claims": ["4.1"],
        "settings": {"photos": 30, "round_trip": 2.0},
        "environment": dict(ENVIRONMENT),
        "measurements": measurements,
        "rounds": rounds,
        "elapsed_ms": 2000.0,
        "status": f"{rounds} rounds in 2.0 s",
        "final": True,
    }
    return compared(Result(**made | fields))


def with_figures(**fields):
    """A result with a rate, two figures of its own and the peak of memory."""
    measurements = [
        measurement("models", 50.0, baseline=True, same=True, figures={"WAL": 1204.0, "columns": 8}),
        measurement("tuples", 12.5, place=1, same=True, figures={"WAL": None, "columns": 2.5}),
        measurement("wide", place=2, recording=None, error="ValueError: no"),
    ]
    measurements[0].peak_kib, measurements[1].peak_kib = 40_960.0, 512.0
    made = {
        "measurements": measurements,
        "rate": {"unit": "instances", "amount": 20_000.0},
        "figures": [
            {"name": "WAL", "unit": "bytes", "help": "what the database writes ahead"},
            {"name": "columns", "unit": "", "help": ""},
        ],
        "weighed": True,
    }
    return compared(result(**made | fields))


def growth(values=(1, 5, 10, 50)):
    results = []
    for value in values:
        many = measurement("naive", 3 + 2.0 * value, queries=1 + 2 * value, baseline=True, same=True)
        one = measurement("joined", 3 + 0.01 * value, queries=1, place=1, same=True)
        results.append(compared(result(measurements=[many, one], settings={"photos": value})))
    return Growth("feed", "photos", list(values), results)
