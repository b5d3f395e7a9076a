"""The load generator: Locust in a process of its own, steered from here."""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections import deque
from pathlib import Path

from labapp.services.daemon import Shared
from labapp.services.errors import ServiceError
from labapp.services.traffic.plan import Plan
from labapp.services.traffic.request import Request

PATIENCE = 30  # seconds until a generator that does not answer is given up
BREATH = 0.05  # seconds of waiting after which whoever waits may look around, or be interrupted
RECENT = 5.0  # seconds of requests that the lag is told of
HOW = "pip install django-scale-lab[traffic] brings it."
CHUNK = 1 << 16  # bytes read at once


class Generator:
    """A running load generator. ``started_ms`` is what its start took."""

    def __init__(self):
        began = time.perf_counter()
        self._numbers, self._answers = itertools.count(1), {}
        self._changed, self._writing = threading.Condition(), threading.Lock()
        self._requests, self._lags = deque(), deque()
        self._said, self._ended = tempfile.TemporaryFile(), False
        self._answers[0] = False
        # Linux ends it with the thread that started it: that is the one which reads, and lasts as long.
        threading.Thread(target=self._work, name="traffic", daemon=True).start()
        _all.add(self)
        self._await(0)
        self.started_ms = (time.perf_counter() - began) * 1000

    def __repr__(self):
        return f"<Load generator, {f'process {self.pid}' if self.alive else 'stopped'}>"

    @property
    def pid(self):
        """Its process id."""
        return self.process.pid

    @property
    def alive(self):
        """Whether its process runs."""
        return not self._ended

    @property
    def gone(self):
        """Whether it has ended, and another is needed."""
        return self._ended

    def steer(self, plan):
        """
        Begin with this plan, a dictionary, or go on with it; returns when it holds.

        Users who are there stay, and so do their connections; with a new ``turn`` they begin anew. What was
        due in the turn before and is not sent becomes a request "not answered".
        """
        Plan.read(plan)
        self._ask(order="steer", plan=plan)

    def idle(self, patience=2.0, meanwhile=None):
        """
        Nothing new is asked from now on; returns when all is answered, or patience (seconds) is over.

        Of a turn that is over by its plan (``counted``) all that was due is asked for first. What has no
        answer in the end, and what was due and not sent, becomes a request "not answered", whose latency is
        the one so far. ``meanwhile()`` is called again and again until then; what it raises ends the waiting.
        """
        self._ask(meanwhile, order="idle", patience=patience)

    def take(self):
        """The requests that have come since the last call; ServiceError when there will not be any more."""
        taken = []
        while self._requests:
            taken.append(self._requests.popleft())
        if self._ended and not taken:
            raise self._gone()
        return taken

    def lag(self):
        """
        How late the generator itself was in sending, in the last seconds: the 95th percentile, in ms.

        None while nothing is sent. What it was late with is in the latencies: when it is not small beside
        them, the generator is the limit and not the site.
        """
        now = time.monotonic()
        lags = sorted(lag for sent, lag in self._lags.copy() if sent > now - RECENT)
        return lags[int(len(lags) * 0.95)] * 1000 if lags else None

    def stop(self):
        """End it, and wait until it has ended."""
        if not self._ended:
            self.process.kill()
        with self._changed:
            self._changed.wait_for(lambda: self._ended)

    def _ask(self, meanwhile=None, **order):
        number = next(self._numbers)
        self._answers[number] = False
        try:
            with self._writing:
                left = memoryview(json.dumps({**order, "number": number}).encode() + b"\n")
                while left:
                    left = left[self.process.stdin.write(left) :]
        except (BrokenPipeError, ValueError):  # ValueError: the pipe is closed
            raise self._gone() from None
        self._await(number, order.get("patience", 0), meanwhile)

    def _await(self, number, more=0, meanwhile=None):
        until = time.monotonic() + PATIENCE + more
        try:
            while not (came := self._said_of(number, BREATH)) and time.monotonic() < until:
                if meanwhile is not None:
                    meanwhile()
        finally:
            with self._changed:
                answered = self._answers.pop(number)
        if not came:
            raise ServiceError(f"The load generator says nothing for {PATIENCE + more:g} s.")
        if not answered:
            raise self._gone()

    def _said_of(self, number, seconds):
        """Whether this order is answered, or nothing will be any more; waits so long for it."""
        with self._changed:
            return self._changed.wait_for(lambda: self._answers[number] or self._ended, seconds)

    def _gone(self):
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").split("\n")
        why = next((line for line in reversed(lines) if line.strip()), "it was killed or stopped")
        if "No module named" in why:
            return ServiceError(f"There is no load generator here: {why.strip()}. {HOW}")
        return ServiceError(f"The load generator has ended: {why.strip()}. generator() starts another.")

    def _work(self):
        """The thread that starts it, and reads what it says until it ends."""
        try:
            self._listen()
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _listen(self):
        path = os.pathsep.join(str(Path(each).absolute()) for each in sys.path)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "labapp.services.traffic.process", str(os.getpid())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, bufsize=0, cwd="/",
            start_new_session=True, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        with self.process.stdout as output:
            rest = b""
            while data := output.read(CHUNK):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self._hear(json.loads(line))
        self.process.wait()

    def _hear(self, said):
        for *fields, lag in said["records"]:
            request = Request(*fields)
            self._requests.append(request)
            if lag is not None:
                self._lags.append((request.sent, lag))
        while self._lags and self._lags[0][0] < self._lags[-1][0] - RECENT:
            self._lags.popleft()
        if "number" in said:
            with self._changed:
                if said["number"] in self._answers:
                    self._answers[said["number"]] = True
                self._changed.notify_all()


generator = Shared(Generator)  # this process's one


_all = weakref.WeakSet()


def _forget_all():
    """A forked child leaves them to its parent, whose end they must notice."""
    for each in _all:
        each.process.stdin.close()
        each.process.stdout.close()
        each.process.returncode = 0  # it is not our child, and not ours to wait for
    _all.clear()


os.register_at_fork(after_in_child=_forget_all)
