"""What one Django costs, on any version from Django 1.4 on Python 2.7 to 6.1 on 3.13; versions.py runs it.

    echo 20 | PYTHONPATH=<folder with a Django> python one_version.py

Reads a line with a number of rounds, prints a line of JSON with the smallest times of those rounds (seconds a
call), and waits for the next, until the input ends: so that several versions can take turns.
"""
# ruff: noqa: B905, UP030, UP032  (Python 2.7 reads this, too)

import gc
import json
import platform
import sqlite3
import sys
import time

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[], DEBUG=False, USE_TZ=False,
)
if hasattr(django, "setup"):
    django.setup()

from django.db import connection, models  # noqa: E402  (the settings come first)
from django.db.models import Q  # noqa: E402

FILTERS, FIELDS, ROWS = 20, 10, 20
CALLS = 10  # in each round, timed together
VALUES = 20000  # instances made in a round
clock = getattr(time, "perf_counter", time.time)


class Thing(models.Model):
    """Ten whole numbers."""

    class Meta:
        app_label = "reference"


NAMES = ["f{0}".format(number) for number in range(FIELDS)]
for name in NAMES:
    Thing.add_to_class(name, models.IntegerField())

# All of them hold for every row; each has a name of its own, so that they fit in one call.
CONDITIONS = sorted(
    ("{0}__{1}".format(name, comparison), value)
    for name in NAMES for comparison, value in (("gte", -1), ("lte", 1000000))
)


def fill():
    """The table and its rows."""
    cursor = connection.cursor()
    columns = ", ".join(name + " integer NOT NULL" for name in NAMES)
    cursor.execute("CREATE TABLE reference_thing (id integer NOT NULL PRIMARY KEY, " + columns + ")")
    for row in range(ROWS):
        values = ", ".join(str(row * number) for number in range(FIELDS))
        cursor.execute("INSERT INTO reference_thing VALUES ({0}, {1})".format(row + 1, values))


def chained():
    things = Thing.objects.all()
    for name, value in CONDITIONS:
        things = things.filter(**{name: value})
    return things


def one_filter():
    return Thing.objects.filter(**dict(CONDITIONS))


def one_q():
    return Thing.objects.filter(Q(**dict(CONDITIONS)))


def build(make):
    """The queryset alone: (call, what is prepared for each call)."""
    return lambda _: make(), lambda: None


def compiling(make):
    """Its SQL alone, each time of a queryset that was never compiled before."""
    return lambda things: things.query.get_compiler("default").as_sql(), make


def everything(make):
    """The queryset, its SQL, and the rows as models."""
    return lambda _: list(make()), lambda: None


def instances(call):
    """VALUES models made without a database."""

    def making(_):
        for _ in range(VALUES):
            call()

    return making, lambda: None


def subjects():
    """name -> (call, its preparation, calls in a round, how many of what counts are made in one)."""
    found = {}
    for make in (chained, one_filter, one_q):
        for part in (build, compiling, everything):
            found["{0} {1}".format(make.__name__, part.__name__)] = part(make) + (CALLS, 1)
    row = tuple(range(FIELDS + 1))
    fields = dict(zip(["id"] + NAMES, row))
    found["positional"] = instances(lambda: Thing(*row)) + (1, VALUES)
    found["keyword"] = instances(lambda: Thing(**fields)) + (1, VALUES)
    return found


def timed(call, prepare, calls, amount):
    """Seconds for one of what counts, what is prepared left out."""
    prepared = [prepare() for _ in range(calls)]
    began = clock()
    for each in prepared:
        call(each)
    return (clock() - began) / calls / amount


def smallest(rounds, there):
    """name -> seconds, of all rounds the smallest."""
    best = {}
    gc.disable()
    for _ in range(rounds):
        for name, subject in there.items():
            best[name] = min(best.get(name, 1e9), timed(*subject))
        gc.collect()
    gc.enable()
    return best


def conditions_of(things):
    """The conditions in its SQL, in no order: a dict of Python 2 has none."""
    where = str(things.query).split(" WHERE ")[1].replace("(", "").replace(")", "")
    return sorted(each.strip() for each in where.split(" AND "))


def main():
    """Take turns with whoever asks."""
    fill()
    rows = [[thing.id for thing in make().order_by("id")] for make in (chained, one_filter, one_q)]
    where = [conditions_of(make()) for make in (chained, one_filter, one_q)]
    there = subjects()
    smallest(1, there)
    about = {
        "django": django.get_version(), "python": platform.python_version(), "sqlite": sqlite3.sqlite_version,
        "same_rows": all(each == list(range(1, ROWS + 1)) for each in rows),
        "same_conditions": where[0] == where[1] == where[2] and len(where[0]) == FILTERS,
    }
    for line in iter(sys.stdin.readline, ""):
        sys.stdout.write(json.dumps(dict(about, seconds=smallest(int(line), there))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
