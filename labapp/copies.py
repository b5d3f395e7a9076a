"""This process's own copies of seeded databases, in a folder nobody else can read, gone when it is."""

import atexit
import fcntl
import os
import shutil
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

from labapp.pinsta import seeding

PREFIX = "labapp-"
_number = count(1)


def private_copy(scale="workshop", seed=1, progress=None, say=None):
    """
    Path of a fresh copy of this data set, which this process may write to as it likes.

    Raises ValueError for an unknown scale or seed, SeedingError when the disk is full.
    """
    finished = seeding.ensure(scale, seed, progress, say)
    path = folder() / f"{scale}-{seed}-{next(_number)}.sqlite3"
    seeding.copy(finished, path)
    return path


def folder():
    """The folder of this process, for what else it needs to keep in private: it goes with the process."""
    return _folder(os.getpid())


def remove(path):
    """Remove a copy, with what SQLite keeps beside it."""
    for ending in ("", "-journal", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)


@cache
def _folder(process):
    """
    The folder of this process. Its lock is held until the process ends, however it ends.

    It gets its name when it is locked, so that nobody sweeps it before.
    """
    _sweep(Path(tempfile.gettempdir()))
    unnamed = Path(tempfile.mkdtemp(prefix="new-" + PREFIX))
    lock = open(unnamed / "lock", "wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    folder = unnamed.rename(unnamed.with_name(unnamed.name.removeprefix("new-")))
    atexit.register(_remove, folder, process, lock)
    return folder


def _remove(folder, process, lock):
    """Remove the folder, unless this is a forked child of the process that it belongs to."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def _sweep(parent):
    """Remove the folders of processes that were killed: those whose lock is free."""
    for lock in parent.glob(f"{PREFIX}*/lock"):
        try:
            with open(lock, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:
            continue  # held by a living process, somebody else's, or swept by another at this moment
