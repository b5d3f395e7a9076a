"""A process that has a server of its own, as a notebook's kernel has, and what became of both."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from tests.infra.repository import ROOT
from tests.requires import needs

PATIENCE = 30  # seconds until something that does not happen is given up

# Each line that it reads is an expression; its value is printed as JSON.
SCRIPT = """
import json, os, sys
from labapp.services import memcached, postgresql, rabbitmq, redis, varnish
from labapp.services.proxy import Proxy
print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    print(json.dumps(eval(line)), flush=True)
"""


def wait_for(condition: Callable[[], object], what: str) -> object:
    """What the condition gives once it is true; fails when it does not become so."""
    deadline = time.monotonic() + PATIENCE
    while not (outcome := condition()):
        assert time.monotonic() < deadline, f"waited {PATIENCE} s for this: {what}"
        time.sleep(0.01)
    return outcome


def runs(process: psutil.Process) -> bool:
    """Whether it runs; what only waits for its parent to take notice has ended."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def words(process: psutil.Process) -> str:
    """What it was started with; nothing when it has ended meanwhile."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def working_in(folder: Path) -> list[psutil.Process]:
    """The processes that have this folder among their arguments."""
    return [process for process in psutil.process_iter() if str(folder) in words(process)]


def shared_memory() -> set[int]:
    """The numbers of all System V segments of this machine, where it tells them."""
    try:
        lines = Path("/proc/sysvipc/shm").read_text().splitlines()
    except OSError:
        return set()
    return {int(line.split()[1]) for line in lines[1:]}


class Kernel:
    """A Python process with a server: ``guardian``, ``server`` and ``folder`` are those of the server."""

    def __init__(self, first: str = "", environment: dict | None = None):
        self.process = subprocess.Popen(
            [sys.executable, "-c", first + SCRIPT], cwd=ROOT, text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **(environment or {})},
        )  # fmt: skip
        assert json.loads(self.process.stdout.readline()) == "ready"

    def begin(self, expression: str) -> None:
        """Give it something to do, and do not wait."""
        self.process.stdin.write(expression + "\n")
        self.process.stdin.flush()

    def ask(self, expression: str):
        """The value of an expression there."""
        self.begin(expression)
        return json.loads(self.process.stdout.readline())

    def start(self, service: str = "postgresql") -> Kernel:
        """Start the server of this service, and take down what belongs to it."""
        needs(service)
        self.service = service
        self.folder = Path(self.ask(f"str({service}.server()._guarded.folder.path)"))
        self.look()
        return self

    def look(self) -> None:
        """Take down what belongs to the server as it is now."""
        asked = f"[(guarded := {self.service}.server()._guarded).pid, guarded._helper.process.pid]"
        self.server, self.guardian = (psutil.Process(pid) for pid in self.ask(asked))
        self.family = [self.guardian, self.server, *self.server.children(recursive=True)]
        postmaster = self.folder / "data" / "postmaster.pid"
        self.segment = int(postmaster.read_text().splitlines()[6].split()[1]) if postmaster.exists() else None

    def kill(self, *victims: str) -> None:
        """SIGKILL for each of "kernel", "server", "guardian", at once; one may be ended by another."""
        processes = {"kernel": self.process, "server": self.server, "guardian": self.guardian}
        for victim in victims:
            with suppress(psutil.NoSuchProcess):
                processes[victim].send_signal(signal.SIGKILL)

    def end(self) -> None:
        """Let it end in good order."""
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()

    def wait_until_gone(self) -> None:
        """Wait until nothing runs of the server, on the processor or in the memory."""
        wait_for(lambda: not any(map(runs, self.family)), "the server and its guardian have ended")
        wait_for(lambda: not working_in(self.folder), "nothing else works in the folder")
        wait_for(lambda: self.segment not in shared_memory(), "the shared memory is released")
