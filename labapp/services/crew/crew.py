"""
A crew: worker processes of ours, as many as are wanted, gone when we are.

    crew = Crew("shop.jobs:work", environment={"SHOP": "open"})
    crew.begin(3, {"queue": "letters"})     # three processes call work({"queue": "letters"}, ready)
    crew.kill_worker()                      # SIGKILL; another takes its place
    crew.end()

One parent imports the module and forks whoever is wanted, so that beginning takes no time for imports. The
function calls ``ready()`` when it can be given work, and is not expected to return.
"""

import json
import os
import secrets
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from labapp.services.daemon import LOG, TIMEOUT, Daemon, trouble
from labapp.services.errors import ServiceError

MOST = 64  # workers
POLITE = 0.3  # seconds that a worker has to write what it has to, when it is ended


class Crew(Daemon):
    """A parent of workers, and its workers; ``work`` is "module:function".

    ``environment`` adds variables to ours.
    """

    name = "crew"
    ending = signal.SIGKILL  # its workers end with it

    def __init__(self, work, *, environment=None):
        self.work, self._variables = work, dict(environment or {})
        self.password, self._lock = secrets.token_urlsafe(24), threading.RLock()
        super().__init__()

    @property
    def pids(self):
        """The process ids of its workers, as far as they live."""
        return self._ask("look")["pids"]

    @property
    def state(self):
        """{"pids", "ready" (as many of them), "died" (how many have ended by themselves or were killed)}."""
        return self._ask("look")

    def begin(self, number, what, again=0.3):
        """End those there are, and have so many others call ``work(what, ready)``; all are ready then.

        ``what`` is anything that JSON can write. A worker that dies is replaced after ``again`` seconds,
        never when that is None. ServiceError says why one does not get ready.
        """
        if not (isinstance(number, int) and 0 <= number <= MOST):
            raise ServiceError(f"workers must be a whole number from 0 to {MOST}, and {number!r} is not.")
        with self._lock:
            if not self.alive:
                self.revive()
            log = self.folder / LOG
            read_from = log.stat().st_size
            self._ask("begin", number=number, what=what, again=again)
            try:
                self._await_workers(number, log, read_from)
            except BaseException:
                self.end()
                raise

    def end(self):
        """End all workers, whatever they are doing; returns when they are gone."""
        with self._lock:
            if self.alive:
                self._ask("end", polite=POLITE)

    def kill_worker(self, pid=None):
        """SIGKILL for this worker, or any; its process id, None where there is none."""
        return self._ask("kill", pid=pid)["pid"]

    def prepare(self):
        """Write the word that it obeys."""
        self._secret = self._guarded.folder.write("secret", self.password)

    def invocation(self, port):
        """The words that start the parent."""
        return [sys.executable, "-P", "-m", "labapp.services.crew.parent", self.folder, str(port), self.work]

    def environment(self):
        """Ours, and the path of our modules."""
        path = os.pathsep.join(str(Path(each).absolute()) for each in sys.path)
        return {**os.environ, "PYTHONPATH": path, **self._variables}

    def answers(self, port):
        """Whether the parent takes orders."""
        return "pids" in self._ask("look", port=port)

    def _await_workers(self, number, log, read_from):
        deadline = time.monotonic() + self.patience
        while (state := self._ask("look"))["ready"] < number:
            if state["died"]:
                said = log.read_bytes()[read_from:].decode(errors="replace")
                raise trouble("A worker", self.folder, said, self.complaint)
            if time.monotonic() > deadline:
                raise ServiceError(f"The workers do not get ready within {self.patience} s.")
            time.sleep(0.005)

    def _ask(self, order, port=None, **more):
        """What the parent answers to an order; an OSError means that nobody does."""
        where = "127.0.0.1", port or self.port
        patience = TIMEOUT if port else self.patience
        with socket.create_connection(where, timeout=patience) as connection:
            words = {"password": self.password, "order": order, **more}
            connection.sendall(json.dumps(words).encode() + b"\n")
            with connection.makefile("rb") as file:
                line = file.readline()
        if not line:
            raise ConnectionError("The parent of the workers does not answer.")
        return json.loads(line)
