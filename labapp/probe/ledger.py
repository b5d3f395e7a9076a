"""The ledger: a file to which all processes of a site append what each request asked of databases and caches.

    for entry in Ledger("/var/tmp/site.ledger").take(): ...

Each entry is one JSON line, written with one ``write()`` to a file opened for appending, so that processes
and threads need no lock between them. ``pandas.read_json(path, lines=True)`` reads it as well.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from .scope import here_or_elsewhere


class Entry(NamedTuple):
    """One line of the ledger. Times are seconds of ``time.monotonic()``, durations milliseconds.

    ``kind`` is "request"; "outside", what was sent outside of any request, by threads that outlive theirs for
    one; "mark", see ``marked()``: it counts nothing, so that the sums over a ledger are those of the
    processes; or "enqueued", "begun" and "task", see ``labapp.probe.tasks``. ``name`` is the path, the
    thread, the mark, or the task's id. ``status`` is the HTTP status, 500 also when an exception got through;
    ``bytes`` of body were given to the server. ``queries`` are statements, as the
    database counts them; ``db_ms`` leaves simulated waiting out; ``cpu_ms`` is that of the request's thread
    from the call of the application until the server closed the response (0 if it did so in another thread).
    """

    kind: str
    name: str
    label: str
    pid: int
    began: float
    ended: float
    status: int = 0
    queries: int = 0
    rows: int = 0
    db_ms: float = 0.0
    hits: int = 0
    misses: int = 0
    sets: int = 0
    deletes: int = 0
    cache_ms: float = 0.0
    bytes: int = 0
    cpu_ms: float = 0.0


class Ledger:
    """A file of entries, to write and to read. Raises OSError where it cannot be opened."""

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)
        self._file: int | None = None
        self._read = 0  # bytes taken so far
        self._complete = True

    def write(self, entry: Entry) -> None:
        """Append one entry. A disk that is full must not stop the site: it is logged, once."""
        line = json.dumps(entry._asdict(), separators=(",", ":")) + "\n"
        try:
            os.write(self.opened(), line.encode())
        except OSError:
            if self._complete:
                self._complete = False
                import logging

                logging.getLogger(__name__).exception("The ledger %s lacks entries from now on.", self.path)

    def opened(self) -> int:
        """The file descriptor to append to."""
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file

    def close(self) -> None:
        """Close the file, if it was written to; writing opens it anew."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def take(self) -> list[Entry]:
        """The entries since the last call, in the order in which they were written; whole lines only."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < self._read:
                self._read = 0  # emptied meanwhile
            file.seek(self._read)
            whole, newline, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + len(newline)
        return [Entry(**json.loads(line)) for line in whole.splitlines()]


@contextmanager
def marked(name: str) -> Iterator[None]:
    """Write a mark into the ledger when the block ends: name, label and duration; status 500 if it raised.

    The label is that of the request that the block, or the thread it runs in, belongs to. Without a ledger
    it does nothing. A decorator too.
    """
    began, status = monotonic(), 0
    try:
        yield
    except BaseException:
        status = 500
        raise
    finally:
        tallies = [each for each in here_or_elsewhere().recorders if getattr(each, "ledger", None)]
        for tally in tallies[-1:]:  # the innermost, or the newest
            tally.ledger.write(Entry("mark", name, tally.label, os.getpid(), began, monotonic(), status))
