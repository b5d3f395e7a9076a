"""
The load generator's process: Locust as a library, which takes orders and says what became of each request.

    python -m labapp.services.traffic.process OWNER

Orders are JSON objects, one a line, on the standard input: {"number", "order": "steer", "plan"} and
{"number", "order": "idle", "patience"}. Each is answered with {"number"}, after all records that came before.
Records go out together, every few hundredths of a second, as {"records"}: a list of lists, a Request's fields
and after them the generator's own lag in seconds. It ends with its input, or when the owner ends.
"""

import ctypes
import gc
import json
import os
import signal
import sys
from time import monotonic

PR_SET_PDEATHSIG, PR_SET_TIMERSLACK = 1, 29
EVERY = 0.03  # seconds between two batches of records


def tie_to(owner):
    """End when the thread that started us does, and wake from sleep when it is time."""
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
    if os.getppid() != owner:
        os._exit(1)


class Desk:
    """Takes the orders, and hands out the records."""

    def __init__(self, output):
        import gevent
        from gevent.fileobject import FileObjectPosix
        from locust.env import Environment

        from labapp.services.traffic.crowd import Crowd
        from labapp.services.traffic.visitor import Visitor

        self._gevent, self._records = gevent, []
        self._input, self._output = FileObjectPosix(0, "rb"), FileObjectPosix(output, "wb", bufsize=0)
        environment = Environment(user_classes=[Visitor])
        environment.create_local_runner()
        self._crowd = Crowd(environment, lambda record, lag: self._records.append((*record, lag)))

    def serve(self):
        """Until the input ends."""
        self._gevent.spawn(self._hand_out)
        self._say(number=0)
        for line in self._input:
            order = json.loads(line)
            self._gevent.spawn(getattr(self, f"_{order.pop('order')}"), **order)

    def _steer(self, number, plan):
        from labapp.services.traffic.plan import Plan

        plan = Plan.read(plan)
        self._crowd.resize(plan.users)
        self._crowd.steer(plan)
        self._say(number=number)

    def _idle(self, number, patience):
        self._crowd.steer(None)
        visits, until = set(self._crowd.under_way()), monotonic() + patience
        while left := visits.intersection(self._crowd.under_way()):
            if monotonic() >= until:
                for visit in left:
                    visit.give_up()
            self._gevent.sleep(0.002)
        self._say(number=number)

    def _hand_out(self):
        while True:
            self._gevent.sleep(EVERY)
            if self._records:
                self._say()

    def _say(self, **more):
        records, self._records = self._records, []
        self._output.write(json.dumps({"records": records, **more}).encode() + b"\n")


def main(owner):
    """Serve until the standard input ends."""
    tie_to(owner)
    output = os.dup(1)
    os.dup2(2, 1)  # what is printed is no answer
    desk = Desk(output)
    gc.collect()
    gc.freeze()
    desk.serve()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
