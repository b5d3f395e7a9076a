"""A server process with a guardian, seen from the process that wants it."""

import json
import os
import select
import subprocess
import sys
import threading
import weakref
from pathlib import Path

from labapp.services import guardian
from labapp.services.errors import ServiceError

PATIENCE = 60  # seconds until a guardian that does not answer is given up


class GuardianGone(ServiceError):
    """The guardian was killed, and its server with it; the data may still be there."""


class Guarded:
    """
    A private folder and the guardian of the server in it.

    It ends with this process, however that ends; a forked child leaves it to its parent.
    """

    def __init__(self, folder):
        self.folder = folder
        self._lock = threading.Lock()
        owner = "{}:{}".format(*folder.owner)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__, folder.path, owner],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0, cwd="/",
            pass_fds=[folder.lock.fileno()], start_new_session=True,
        )  # fmt: skip
        _all.add(self)

    def run(self, command, log):
        """The exit status of a program that runs to its end as the folder's owner."""
        return self._ask(order="run", command=_words(command), log=str(self.folder.path / log))["code"]

    def start(self, command, log):
        """Start the server; its process id."""
        return self._ask(order="start", command=_words(command), log=str(self.folder.path / log))["pid"]

    @property
    def running(self):
        """Whether the server runs: it was started, and neither it nor the guardian has ended."""
        try:
            return self._ask(order="look")["running"]
        except GuardianGone:
            return False

    def stop(self):
        """Stop the server, and wait until it and its folder are gone."""
        with self._lock:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()
        guardian.remove(self.folder.path)  # for a guardian that was killed
        self.folder.lock.close()

    def forget(self):
        """In a forked child: the guardian must not take us for its owner."""
        for file in (self.process.stdin, self.process.stdout, self.folder.lock):
            file.close()
        self.process.returncode = 0  # it is not our child, and not ours to wait for

    def _ask(self, **order):
        with self._lock:
            try:
                self.process.stdin.write(json.dumps(order).encode() + b"\n")
                answer = self._read()
            except (BrokenPipeError, ValueError):  # ValueError: closed, by stop()
                answer = b""
        if not answer:
            raise GuardianGone("The process that looks after the server was killed, and the server with it.")
        return json.loads(answer)

    def _read(self):
        output = self.process.stdout
        if not select.select([output], [], [], PATIENCE)[0]:
            raise ServiceError(f"The process that looks after the server says nothing for {PATIENCE} s.")
        return output.readline()


def _words(command):
    return [str(word) for word in command]


_all = weakref.WeakSet()


def _forget_all():
    for guarded in list(_all):
        guarded.forget()
    _all.clear()


os.register_at_fork(after_in_child=_forget_all)
