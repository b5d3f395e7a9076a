"""The folder of finished data sets: one file for each (schema, scale, seed), whole or not there at all."""

import errno
import fcntl
import hashlib
import os
import shutil
import sqlite3
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.db import OperationalError

from .errors import SeedingError
from .scales import SCALES, check
from .words import folder as word_folder
from .writer import write

MIGRATED = "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "labapp.pinsta"
MANY = 200_000  # rows for which one has to wait a little
# A finished file carries this date (1 January 2024): whatever writes to it later gives itself away.
FINISHED = 1_704_067_200


def folder():
    """Where the finished data sets are kept."""
    return Path(settings.CACHE_DIR)


def ensure(scale="workshop", seed=1, progress=None, say=None):
    """
    Path of the finished file for this scale and seed, made now if it is not there or has been damaged.

    `progress(done, total)` is called while rows are written, `say(sentence)` when there is something to tell.
    Raises ValueError for an unknown scale or seed, SeedingError when the disk is full or cannot be written.
    """
    size = check(scale, seed)
    progress, say = progress or (lambda done, total: None), say or (lambda sentence: None)
    path = folder() / f"{schema_digest()}-{scale}-{seed}.sqlite3"
    if is_whole(path):
        return path
    with room_for(scale, size, path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        with sole_writer(path.with_suffix(".partial"), say) as partial:
            if is_whole(path):
                return path
            if path.exists():
                say(f"{path.name} is damaged or has been changed; it is made anew.")
            if size.total > MANY:
                say(f"Making {size.total:,} rows; this happens once.")
            write(partial, size, seed, progress)
            finish(partial, path)
    return path


def copy(path, target):
    """Copy a finished file to `target`; a whole copy or none. Raises SeedingError when the disk is full."""
    target = Path(target)
    try:
        with sole_writer(target.with_name(f"{target.name}.partial")) as partial:
            shutil.copyfile(path, partial)
            os.replace(partial, target)
    except OSError as error:
        if not _is_full(error):
            raise SeedingError(f"{path} could not be copied to {target}: {error}.") from error
        raise SeedingError(_no_room("A copy of the data", os.path.getsize(path), target.parent)) from error


def rows(path):
    """How many rows were seeded into this file, read from its header."""
    return _header_numbers(path)[0]


def origin(path):
    """(scale, seed) that a finished file or a copy of one was made with; None for a file of another kind."""
    total, seed = _header_numbers(path)
    names = [name for name, scale in SCALES.items() if scale.total == total]
    return (names[0], seed) if names else None


def _header_numbers(path):
    """What the writer left in the file's header: number of rows, seed."""
    with open(path, "rb") as file:
        header = file.read(100)
    return int.from_bytes(header[60:64], "big"), int.from_bytes(header[68:72], "big")


def is_whole(path):
    """Whether the file is as it was finished: SQLite's header, the size stated there, and our date."""
    try:
        with open(path, "rb") as file:
            header, state = file.read(100), os.fstat(file.fileno())
    except OSError:
        return False
    page, pages = int.from_bytes(header[16:18], "big"), int.from_bytes(header[28:32], "big")
    return (
        header.startswith(b"SQLite format 3\0")
        and state.st_size == (65_536 if page == 1 else page) * pages
        and state.st_mtime == FINISHED
    )


@cache
def schema_digest():
    """Twelve digits for everything that the rows depend on: migrations, word lists, this package."""
    folders = [Path(import_module(f"{app}.migrations").__file__).parent for app in MIGRATED]
    files = [file for folder in [*folders, Path(__file__).parent] for file in sorted(folder.glob("*.py"))]
    digest = hashlib.sha256()
    for file in [*files, *sorted(word_folder().glob("*.txt"))]:
        digest.update(f"{file.name} ".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def sole_writer(partial, say=lambda sentence: None):
    """
    Yield `partial` as an empty file that nobody else writes; it is gone afterwards, unless it was renamed.

    The lock is on the file itself, so it ends with its process, however that ends.
    """
    while True:
        with open(partial, "ab") as file:
            if not _lock(file):
                say(f"Another process is making {partial.stem}; waiting for it.")
                fcntl.flock(file, fcntl.LOCK_EX)
            if not _is(file, partial):
                continue  # whoever held the lock has finished and renamed it, or thrown it away
            file.truncate(0)
            try:
                yield partial
            finally:
                if _is(file, partial):
                    partial.unlink()
            return


def _lock(file):
    """Take the file's lock if nobody has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is(file, path):
    """Whether this open file is still the one at `path`."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


def sweep(folder):
    """Remove what killed processes left: half-written files that nobody holds."""
    for partial in folder.glob("*.partial"):
        with suppress(FileNotFoundError), open(partial, "rb") as file:
            if _lock(file) and _is(file, partial):
                partial.unlink()


def finish(partial, path):
    """Give the written file its date and its name once it is on the disk; it is for reading from now on."""
    with open(partial, "rb+") as file:
        os.fsync(file.fileno())
    os.utime(partial, (FINISHED, FINISHED))
    os.chmod(partial, 0o444)
    os.replace(partial, path)


@contextmanager
def room_for(scale, size, folder):
    """Say in one sentence when the disk is full, before seeding and during it."""
    sentence = f"Seeding {scale!r}"
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if shutil.disk_usage(there).free < size.bytes:
        raise SeedingError(_no_room(sentence, size.bytes, there))
    try:
        yield
    except (OSError, sqlite3.OperationalError, OperationalError) as error:
        if _is_full(error):
            raise SeedingError(_no_room(sentence, size.bytes, there)) from error
        raise SeedingError(f"{sentence} in {folder} did not work: {error}.") from error


def _is_full(error):
    """Whether this error means that no more can be written: no space, a quota, or a limit on file size."""
    if isinstance(error, OperationalError):
        error = error.__cause__  # Django's error for the driver's
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def _no_room(what, needed, folder):
    """The sentence about a full disk."""
    free = shutil.disk_usage(folder).free
    return (
        f"{what} needs about {needed / 1e6:,.1f} MB in {folder}, and there is room for {free / 1e6:,.1f} MB: "
        "free some space or choose a smaller scale."
    )
