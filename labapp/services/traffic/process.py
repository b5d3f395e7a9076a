"""
The load generator's process: Locust as a library, which takes orders and says what became of each request.

    python -m labapp.services.traffic.process OWNER

Orders are JSON objects, one a line, on the standard input: {"number", "order": "steer", "plan"} and
{"number", "order": "idle", "patience"}. Each is answered with {"number"}, after all records that came before.
Records go out together, every few hundredths of a second, as {"records"}: a list of lists, a Request's fields
and after them the generator's own lag in seconds. It ends with its input, when the owner ends, and with an
error that nobody expected.
"""

import ctypes
import gc
import json
import logging
import os
import signal
import sys
from time import monotonic

import gevent
from gevent.queue import Queue
from locust.env import Environment

from labapp.services.traffic.crowd import Crowd
from labapp.services.traffic.plan import Plan
from labapp.services.traffic.visitor import Visitor

PR_SET_PDEATHSIG, PR_SET_TIMERSLACK = 1, 29
EVERY = 0.03  # seconds between two batches of records


class Desk:
    """Takes the orders, and hands out the records."""

    def __init__(self, output):
        self._output, self._records, self._lines = output, [], Queue()
        environment = Environment(user_classes=[Visitor])
        environment.events.user_error.add_listener(_end)
        environment.create_local_runner()
        self._crowd = Crowd(environment, lambda record, lag: self._records.append((*record, lag)))

    def serve(self):
        """Until the input ends."""
        for each in (self._write, self._hand_out):
            _spawn(each)
        self._say(number=0)
        rest = b""
        while data := gevent.os.nb_read(0, 1 << 16):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                order = json.loads(line)
                _spawn({"steer": self._steer, "idle": self._idle}[order.pop("order")], **order)

    def _steer(self, number, plan):
        plan = Plan.read(plan)
        self._crowd.resize(plan.users)
        self._crowd.steer(plan)
        self._say(number=number)

    def _idle(self, number, patience):
        until = monotonic() + patience
        while self._crowd.owes() and monotonic() < until:
            gevent.sleep(0.002)
        self._crowd.steer(None)
        visits = set(self._crowd.under_way())
        while left := visits.intersection(self._crowd.under_way()):
            if monotonic() >= until:
                for visit in left:
                    visit.give_up()
            gevent.sleep(0.002)
        self._say(number=number)

    def _hand_out(self):
        while True:
            gevent.sleep(EVERY)
            if self._records:
                self._say()

    def _say(self, **more):
        records, self._records = self._records, []
        self._lines.put(json.dumps({"records": records, **more}).encode() + b"\n")

    def _write(self):
        for line in self._lines:
            while line:
                line = line[gevent.os.nb_write(self._output, line) :]


def _spawn(function, **arguments):
    gevent.spawn(function, **arguments).link_exception(_end)


def _end(greenlet=None, **_):
    """What nobody expected has been printed: end, so that the owner hears of it."""
    os._exit(1)


def tie_to(owner):
    """End when the thread that started us does, and wake from sleep when it is time."""
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
    if os.getppid() != owner:
        os._exit(1)


def main(owner):
    """Serve until the standard input ends."""
    tie_to(owner)
    logging.disable(logging.WARNING)  # Locust warns of a processor that is busy; the lag says more
    output = os.dup(1)
    os.dup2(2, 1)  # what is printed is no answer
    for file in (0, output):
        gevent.os.make_nonblocking(file)
    desk = Desk(output)
    gc.collect()
    gc.freeze()
    desk.serve()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
