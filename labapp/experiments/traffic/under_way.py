"""What the site is still working on, whether or not anybody waits for it any longer.

A visitor who gives up leaves a view that goes on, and whichever variant comes next would pay for it.
"""

import mmap
import os
import sys
import threading
from pathlib import Path

SIZE = 8  # bytes of a number
LISTENING = "0A"  # the state of a socket, in /proc/net/tcp


class UnderWay:
    """A WSGI application around another one: counts its calls under way, in a file for each process."""

    def __init__(self, application, folder):
        self._application, self._folder = application, Path(folder)
        self._lock, self._pid, self._number = threading.Lock(), None, None

    def __call__(self, environ, start_response):
        self._add(1)
        try:
            return self._application(environ, start_response)
        finally:
            self._add(-1)

    def _add(self, more):
        with self._lock:
            if self._pid != os.getpid():  # workers are forked
                self._pid, self._number = os.getpid(), _shared(place(self._folder, os.getpid()))
            self._number[0] += more


def under_way(folder, port, pids):
    """How many requests these processes work on, and how many wait to be taken on at this port."""
    counts = [_read(place(folder, pid)) for pid in pids]
    return sum(counts) + waiting(port)


def waiting(port):
    """How many connections wait to be accepted; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, queues, *_ = line.split()
        if state == LISTENING and int(local.split(":")[1], 16) == port:
            return int(queues.split(":")[1], 16)
    return 0


def place(folder, pid):
    """The file of a process."""
    return Path(folder, f"under-way-{pid}")


def _shared(path):
    """A number that lives in this file."""
    with open(path, "w+b") as file:
        file.write(bytes(SIZE))
        file.flush()
        return memoryview(mmap.mmap(file.fileno(), SIZE)).cast("q")


def _read(path):
    return int.from_bytes(path.read_bytes(), sys.byteorder) if path.exists() else 0
