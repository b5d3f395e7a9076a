"""A small Python process of ours that takes orders, and ends when this process does, however that ends."""

import itertools
import json
import os
import select
import subprocess
import sys
import threading
import weakref

from labapp.services.errors import ServiceError

PATIENCE = 60  # seconds until a helper that does not answer is given up


class HelperGone(ServiceError):
    """The helper was stopped or killed."""


class Helper:
    """
    A script that reads orders and answers them, each a JSON object on a line, until its input ends.

    Its input ends with this process. A forked child closes its end of it, and leaves the helper to us.
    """

    def __init__(self, name, script, *words, keep_open=()):
        self.name = name
        self._lock, self._numbers = threading.Lock(), itertools.count(1)
        # Isolated and without site-packages, a Python is there in a third of the time.
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", script, *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0, cwd="/",
            pass_fds=keep_open, start_new_session=True,
        )  # fmt: skip
        _all.add(self)

    @property
    def alive(self):
        """Whether it runs."""
        return self.process.poll() is None

    def ask(self, **order):
        """Its answer to this order; HelperGone when it is no more."""
        with self._lock:
            number = next(self._numbers)
            try:
                self.process.stdin.write(json.dumps({**order, "number": number}).encode() + b"\n")
                # Whoever asked before us may have been interrupted, and left an answer behind.
                while (answer := self.read()) and answer["number"] != number:
                    continue
            except (BrokenPipeError, ValueError):  # ValueError: the pipe is closed
                answer = {}
        if not answer:
            raise HelperGone(f"The process of {self.name} is no more.")
        return answer

    def read(self):
        """The next thing it says: a dictionary, empty when it has ended."""
        output = self.process.stdout
        if not select.select([output], [], [], PATIENCE)[0]:
            raise ServiceError(f"The process of {self.name} says nothing for {PATIENCE} s.")
        return json.loads(output.readline() or "{}")

    def close(self):
        """End it, and wait until it has ended."""
        with self._lock:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()

    def forget(self):
        """In a forked child: close our end, for it must not take us for its owner."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.returncode = 0  # it is not our child, and not ours to wait for


_all = weakref.WeakSet()


def _forget_all():
    for helper in list(_all):
        helper.forget()
    _all.clear()


os.register_at_fork(after_in_child=_forget_all)
