"""
gunicorn as a service: serves a WSGI application of ours on a port of the loopback, gone when we are.

    site = Gunicorn("shop.wsgi:application", workers=2, environment={"SHOP": "open"})
    site.address                  # "http://127.0.0.1:40123"
    site.resize(4, threads=2)     # while it serves

It runs as ourselves, with our Python, environment and path, for it is our code and reads our files.
"""

import http.client
import json
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from labapp.services.daemon import LOG, PATIENCE, Daemon, trouble
from labapp.services.errors import ServiceError
from labapp.services.ports import Taken

__all__ = ["Gunicorn"]

CONFIG = Path(__file__).with_name("gunicorn_config.py")
MOST = 64  # workers, and threads in each


class Gunicorn(Daemon):
    """
    A running gunicorn that serves ``application``, which is "module:callable", with so many workers.

    One thread means gunicorn's sync workers, which close each connection after one answer; more mean gthread,
    which keeps connections. ``environment`` adds variables to ours, LAB_FOLDER names the private folder.
    ``files`` are written there, {name: text or bytes}, and modules among them can be imported. ``ready`` is a
    path that must be answered without a server error before it counts as started.
    """

    name = "gunicorn"
    ending = signal.SIGKILL  # there is nothing to be saved, and its workers end with it

    def __init__(self, application, *, workers=1, threads=1, environment=None, files=None, ready=None):
        self.application, self._ready, self._files = application, ready, files or {}
        self._variables = dict(environment or {})
        self._lock, self._generation = threading.RLock(), 0
        self.workers, self.threads = _checked("workers", workers), _checked("threads", threads)
        super().__init__()

    @property
    def address(self):
        """As in "http://127.0.0.1:40123"."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pids(self):
        """The process ids of the workers that serve, those that are being replaced included."""
        return sorted(self._serving())

    def resize(self, workers=None, threads=None):
        """
        Serve with so many workers and threads; returns when it does, and no request is lost.

        The workers are new ones. What the old ones have accepted they still answer.
        """
        with self._lock:
            workers = self.workers if workers is None else _checked("workers", workers)
            threads = self.threads if threads is None else _checked("threads", threads)
            if (workers, threads) != (self.workers, self.threads) or not self.alive:
                self.workers, self.threads = workers, threads
                self._change()

    def reload(self, files=None):
        """Execute the application's module again, with these files in the folder, and replace the workers."""
        with self._lock:
            self._write(files or {})
            self._change(fresh=True)

    def kill_worker(self):
        """SIGKILL for one of the workers, which gunicorn replaces; its process id. None where none serves."""
        for pid in self.pids:
            with suppress(ProcessLookupError):  # it ended at this moment
                os.kill(pid, signal.SIGKILL)
                return pid
        return None

    def revive(self):
        """Start it again, on the same port where that is free; ServiceError says why not."""
        with self._lock:
            self._settle(fresh=False)
            super().revive()

    def prepare(self):
        """Write what it reads."""
        self._write(self._files)
        self._settle(fresh=False)

    def invocation(self, port):
        """The words that start it; without a control socket, which it would open in the home folder."""
        self._port = port
        options = "-c", CONFIG, "--chdir", self.folder, "--no-control-socket"
        return [sys.executable, "-P", "-m", "gunicorn", *options, self.application]

    def environment(self):
        """Ours, with what gunicorn itself would obey taken out."""
        theirs = "GUNICORN_", "LISTEN_", "WEB_CONCURRENCY"
        ours = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
        path = os.pathsep.join(str(Path(each).absolute()) for each in sys.path)
        added = {"PYTHONPATH": path, "LAB_FOLDER": str(self.folder), "LAB_PORT": str(self._port)}
        return {**ours, **added, **self._variables}

    def answers(self, port):
        """Whether its workers serve, and answer the path that says so."""
        if "Connection in use" in self._said()[-300:]:  # gunicorn would try again for five seconds
            self.kill()
            raise Taken("The port of gunicorn is taken.")
        if not self._settled():
            return False
        if self._ready:
            self._visit(port)
        return True

    def complaint(self, said):
        """The exception that it ended with: the line after the last indented one of a traceback."""
        lines = said.splitlines()
        for before, line in zip(lines[-2::-1], lines[:0:-1], strict=True):
            if before.startswith(" ") and line and line[0] not in " [":
                return line
        return super().complaint(said)

    def _visit(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", self._ready)
        status, reason = (answer := connection.getresponse()).status, answer.reason
        connection.close()
        if status >= 500:
            self.kill()
            why = self.complaint(self._said())
            raise ServiceError(f"gunicorn's application answers {self._ready} with {status} {reason}: {why}")

    def _change(self, fresh=False):
        if not self.alive:
            return self.revive()
        log = self.folder / LOG
        read_from = log.stat().st_size
        self._settle(fresh)
        os.kill(self.pid, signal.SIGHUP)
        deadline = time.monotonic() + PATIENCE
        while not self._settled():
            if not self.alive:
                said = log.read_bytes()[read_from:].decode(errors="replace")
                raise trouble(self.name, self.folder, said, self.complaint)
            if time.monotonic() > deadline:
                raise ServiceError(f"gunicorn does not serve with the new settings within {PATIENCE} s.")
            time.sleep(0.002)

    def _settle(self, fresh):
        self._generation += 1
        settings = {"generation": self._generation, "fresh": fresh}
        numbers = {"workers": self.workers, "threads": self.threads}
        self._write({"settings.json": json.dumps({**settings, **numbers})})

    def _settled(self):
        """Whether as many workers as wanted serve with the newest settings, and no others."""
        return list(self._serving().values()) == [self._generation] * self.workers

    def _serving(self):
        """{process id: the generation of the settings it serves with}, as the workers say."""
        notes = {}
        for file in (self.folder / "workers").glob("[0-9]*"):
            try:
                notes[int(file.name)] = int(file.read_text())
            except FileNotFoundError:
                continue  # it ended at this moment
        return notes

    def _said(self):
        return (self.folder / LOG).read_text(errors="replace")

    def _write(self, files):
        for name, content in files.items():
            content = content if isinstance(content, bytes) else content.encode()
            unfinished = self.folder / f".{name}"
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            unfinished.replace(self.folder / name)


def _checked(name, number):
    if not (isinstance(number, int) and 1 <= number <= MOST):
        raise ServiceError(f"{name} must be a whole number from 1 to {MOST}, and {number!r} is not.")
    return number
