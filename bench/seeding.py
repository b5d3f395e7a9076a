"""Seeding and copying as ratios: to the driver's executemany on the same rows, to a plain file copy.

Medians of interleaved rounds. "of its speed" is the peer's time divided by ours: 1.00 is as fast.
"""
# ruff: noqa: E402  (Django is set up before anything imports a model)

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labapp.settings")

import django

django.setup()

from django.conf import settings

from labapp.pinsta import seeding
from labapp.pinsta.seeding.tables import tables
from labapp.pinsta.seeding.writer import (
    HASTY,
    indexes_last,
    make_rows,
    make_schema,
    without_garbage_collection,
)

ROUNDS = {"workshop": 7, "large": 3}
COPIES = 21


def whole(path, scale, rows):
    """What `manage.py seed` does, from an empty folder to a finished file on the disk."""
    settings.CACHE_DIR = path.parent / "cache"
    started = time.perf_counter()
    seeding.ensure(scale)
    seconds = time.perf_counter() - started
    shutil.rmtree(settings.CACHE_DIR)
    return seconds


def ours(path, scale, rows):
    """Our way from the schema on: making the rows, writing them, indexes, statistics."""
    make_schema(path)
    with without_garbage_collection():
        started = time.perf_counter()
        make_rows(path, seeding.SCALES[scale], 1, lambda done, total: None)
        return time.perf_counter() - started


def plain(path, scale, rows):
    """The driver alone: ready-made rows, ready-made schema, one transaction."""
    make_schema(path)
    started = time.perf_counter()
    with closing(sqlite3.connect(path)) as database, database:
        insert(database, rows)
    return time.perf_counter() - started


def tuned(path, scale, rows):
    """The driver alone with its safety off and the indexes last."""
    make_schema(path)
    started = time.perf_counter()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(HASTY)
        database.execute("BEGIN")
        with indexes_last(database):
            insert(database, rows)
        database.execute("COMMIT")
    return time.perf_counter() - started


NAMES = {
    ours: "ours: rows made, written, indexed",
    plain: "executemany of ready-made rows, plain",
    tuned: "the same, tuned, indexes last",
    whole: "ours with schema, lock and fsync",
}


def insert(database, tables):
    """executemany, once a table."""
    for table, columns, rows in tables:
        marks = ", ".join("?" * len(columns))
        database.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


def compare_seeding(folder, scale):
    """One scale: ours beside the driver, plain and tuned."""
    total = seeding.SCALES[scale].total
    rows = [(table, columns, list(rows)) for table, columns, rows in tables(seeding.SCALES[scale], 1)]
    seconds = {way: [] for way in (whole, ours, plain, tuned)}
    for number in range(ROUNDS[scale]):
        for way, taken in seconds.items():
            path = folder / f"{number}.sqlite3"
            taken.append(way(path, scale, rows))
            path.unlink(missing_ok=True)
    print(f"{scale}: {total:,} rows")
    for way, name in NAMES.items():
        ratios = [other / own for other, own in zip(seconds[way], seconds[ours], strict=True)]
        speed = f"; ours has {median(ratios):.2f} of its speed" if way in (plain, tuned) else ""
        print(f"  {name:38}{total / median(seconds[way]):>10,.0f} rows a second{speed}")


def compare_copies(folder, scale):
    """A kernel's own copy beside a plain copy of the same file."""
    from labapp.copies import private_copy

    finished, mine, theirs = seeding.ensure(scale), [], []
    private_copy(scale)  # makes the folder
    for number in range(COPIES):
        started = time.perf_counter()
        copy = private_copy(scale)
        mine.append(time.perf_counter() - started)
        target = copy.with_name(f"plain-{number}")
        started = time.perf_counter()
        shutil.copyfile(finished, target)
        theirs.append(time.perf_counter() - started)
        copy.unlink()
        target.unlink()
    ratio = median(own / other for own, other in zip(mine, theirs, strict=True))
    print(f"  own copy {median(mine) * 1000:.1f} ms, {ratio:.2f} times a plain file copy")


def boot(cache):
    """Seconds from starting Python to a booted lab."""
    code = "import sys, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'labapp.settings'\n"
    code += "from django.conf import settings; settings.CACHE_DIR = sys.argv[1]\n"
    code += "import labapp; labapp.boot(quiet=True)"
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, str(cache)], check=True)
    return time.perf_counter() - started


def compare_boots(folder):
    """Booting the workshop data from nothing, and when it is there."""
    nothing, there = [], []
    for number in range(5):
        cache = folder / f"boot-{number}"
        nothing.append(boot(cache))
        there.append(boot(cache))
    print(f"boot, Python's start included: {median(nothing):.2f} s from nothing, {median(there):.2f} s after")


@contextmanager
def elsewhere():
    """A folder of its own for everything that is written here."""
    with tempfile.TemporaryDirectory(prefix="bench seeding ") as folder:
        yield Path(folder)


if __name__ == "__main__":
    cache = settings.CACHE_DIR
    with elsewhere() as folder:
        for scale in ROUNDS:
            compare_seeding(folder, scale)
            settings.CACHE_DIR = cache
            compare_copies(folder, scale)
        compare_boots(folder)
