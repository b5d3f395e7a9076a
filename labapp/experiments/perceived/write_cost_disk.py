"""What a sync costs on this machine: the condition of durability, with the disk's own figure beside it."""

import os
import statistics
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from labapp.experiments.durability import durability
from labapp.experiments.homes import SQLITE, here

BLOCK = 4096  # bytes
TIMES = 15
NO_DISK_MS = 0.005
_syncs = {}  # database as chosen -> ms of a sync where it keeps its log, as last measured


def durability_and_disk():
    """``durability()``, whose words also say what a sync takes in the folder that a commit writes to."""
    condition = durability()

    @contextmanager
    def entered(level):
        with condition.enter(level):
            yield
            home = here()
            _syncs[home.kind] = sync_ms(folder(home))

    def words(settings):
        known = condition.words_for(settings), said(settings.get("database", SQLITE))
        return "; ".join(filter(None, known))

    return replace(condition, enter=entered, describe=words)


def folder(home):
    """Where the database of this Home keeps what a commit writes."""
    return Path(home.settings["NAME"]).parent if home.server is None else home.server.folder


def sync_ms(folder, times=TIMES):
    """What it takes to write a block in this folder and wait until the disk has it, in ms: the median.

    The block is written over, so that no file grows. None where this process may not write.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            os.pwrite(file.fileno(), os.urandom(BLOCK), 0)
            os.fsync(file.fileno())
            return statistics.median(_sync(file.fileno()) for _ in range(times))
    except OSError:
        return None


def _sync(descriptor):
    os.pwrite(descriptor, os.urandom(BLOCK), 0)
    began = time.perf_counter()
    os.fdatasync(descriptor)
    return 1000 * (time.perf_counter() - began)


def said(kind):
    """What is known of this database's disk, in a few words; nothing where it was not measured."""
    took = _syncs.get(kind)
    if took is None:
        return ""
    doubt = ", too little for a disk: the folder may lie in memory" if took < NO_DISK_MS else ""
    return f"a sync of {BLOCK // 1024} kB in its folder takes {took:.2g} ms, measured{doubt}"
