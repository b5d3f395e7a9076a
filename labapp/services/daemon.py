"""What the small servers share: a private folder, a free port, a guardian, another start when they died."""

import os
import re
import secrets
import signal
import threading
import time
import weakref
from contextlib import suppress

from labapp.services import folders
from labapp.services.errors import ServiceError
from labapp.services.guarded import Guarded
from labapp.services.helper import HelperGone
from labapp.services.ports import Taken, on_a_free_port
from labapp.services.users import plain_user

PATIENCE = 30  # seconds until a server that does not answer is given up
TIMEOUT = 0.5  # seconds for one question whether it is there; at its port there may be another, who is silent
LOG = "server.log"


class Daemon:
    """
    A running server. ``started_ms`` is what its last start took, ``restarts`` how often it died.

    A subclass says its ``name``, the ``megabytes`` that must be free, the signal that is its ``ending``, its
    ``invocation`` for a port, and whether it ``answers`` there. It runs as ``user``, None for ourselves.
    """

    name = ""
    megabytes = 10
    ending = signal.SIGKILL
    patience = PATIENCE

    def __init__(self, user=None):
        began = time.perf_counter()
        self.restarts, self.port = 0, None
        self._guarded = Guarded(folders.make(self.name, user, self.megabytes))
        try:
            self.prepare()
            self._start()
            self.furnish()
        except BaseException:
            self.stop()
            raise
        self.started_ms = (time.perf_counter() - began) * 1000

    def __repr__(self):
        return f"<{self.name}, {f'port {self.port}' if self.alive else 'stopped'}>"

    def prepare(self):
        """What is done once, in the folder, before the first start."""

    def furnish(self):
        """What is done once, with the server, after the first start."""

    def invocation(self, port):
        """The words that start it in the foreground, listening on this port of the loopback."""
        raise NotImplementedError

    def environment(self):
        """Environment variables that it gets besides a bare PATH."""
        return {}

    def answers(self, port):
        """Whether it is this server, and no other, that answers there; an OSError means that nobody does."""
        raise NotImplementedError

    def complaint(self, said):
        """The sentence, among what it said, that tells why it does not start."""
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        return lines[-1] if lines else "it does not say why"

    def refusal(self, said):
        """The error to raise when it has ended instead of starting, after it said this."""
        return trouble(self.name, self.folder, said, self.complaint)

    @property
    def folder(self):
        """Its private folder, which is removed when it stops."""
        return self._guarded.folder.path

    @property
    def pid(self):
        """The process id of its last start."""
        return self._guarded.pid

    @property
    def alive(self):
        """Whether its process runs."""
        return self._guarded.running

    @property
    def gone(self):
        """Whether it was stopped, and its folder removed."""
        return not self.folder.exists()

    def kill(self):
        """Kill it, as a crash does, and wait until it has ended; its folder stays, for another start."""
        if self.alive:  # else the number may be another's by now
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        while self.alive:
            time.sleep(0.001)

    def revive(self):
        """Start it again, on the same port where that is free; ServiceError says why not."""
        began = time.perf_counter()
        if not self._guarded.guarded:
            self._renew()
        try:
            self._start(self.port)
        except HelperGone:  # the guardian was killed at this moment
            self._renew()
            self._start(self.port)
        self.restarts += 1
        self.started_ms = (time.perf_counter() - began) * 1000

    def stop(self):
        """Stop it at once, and wait until it and its folder are gone."""
        self._guarded.stop()

    def _renew(self):
        self._guarded.renew()

    def _start(self, port=None):
        self.port = on_a_free_port(self.name, self._launch, port)

    def _launch(self, port):
        log = self.folder / LOG
        read_from = log.stat().st_size if log.exists() else 0
        self._guarded.start(self.invocation(port), LOG, self.environment(), self.ending)
        try:
            self._await(port)
        except BaseException:  # an interrupted start leaves no server that is neither dead nor ready
            self.kill()
            raise
        if not self.alive:
            said = log.read_bytes()[read_from:] if log.exists() else b""
            raise self.refusal(said.decode(errors="replace"))

    def _await(self, port):
        deadline = time.monotonic() + self.patience
        while not self._is_ready(port) and self.alive:
            if time.monotonic() > deadline:
                raise ServiceError(f"{self.name} does not get ready within {self.patience} s.")
            time.sleep(0.002)

    def _is_ready(self, port):
        try:
            return self.answers(port)
        except OSError:
            return False


def trouble(name, folder, said, complaint):
    """What a server wrote before it gave up, as an error of one sentence."""
    if re.search("Address already in use|could not be listened on", said, re.IGNORECASE):
        return Taken(f"The port of {name} is taken.")
    if re.search("No space left on device|File too large|Disk quota exceeded", said):
        why = f"the disk is full ({folders.free_megabytes(folder):.0f} MB are free)"
        return folders.no_space(name, folder.parent, why)
    return ServiceError(f"{name} does not start: {complaint(said)}")


class Installed(Daemon):
    """A Daemon whose program is one of this machine: run by the plain user, with a random password."""

    def __init__(self, program, how):
        if program is None:
            raise ServiceError(f"There is no {self.name} here. {how}")
        self.program, self.password = program, secrets.token_urlsafe(24)
        super().__init__(plain_user())

    @property
    def version(self):
        """As in "7.0.15"."""
        return self.program.version


class Shared:
    """This process's one server of a kind; a forked child has none yet, and its parent's goes on."""

    def __init__(self, make):
        self._make = make
        self.forget()
        _all.add(self)

    def __call__(self):
        """The server: started at the first call, and again when it has died. ServiceError says why not."""
        with self._lock:
            if self.current is None or self.current.gone:
                self.current = self._make()
            elif not self.current.alive:
                self.current.revive()
            return self.current

    def running(self):
        """Whether it is up, so that asking for it takes no time."""
        return self.current is not None and self.current.alive

    def forget(self):
        """In a forked child."""
        self.current, self._lock = None, threading.Lock()


_all = weakref.WeakSet()


def _forget_all():
    for shared in _all:
        shared.forget()


os.register_at_fork(after_in_child=_forget_all)
