"""The parent of the workers, a process of its own: it imports once, and forks one whenever one is wanted."""

import ctypes
import hmac
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path

PR_SET_PDEATHSIG = 1
PATIENCE = 2.0  # seconds for whoever connects to say what he wants
FLUSH = signal.SIGUSR2  # the polite request to end: write what must be written, and go


class Parent:
    """Obeys orders that come in at ``listener``, and looks after the workers in between."""

    def __init__(self, folder, listener, password, work):
        self._folder, self._listener, self._password, self._work = folder, listener, password, work
        self._pid, self._pids, self._due = os.getpid(), set(), []
        self._what, self._again, self._died = None, None, 0

    def serve(self):
        """For as long as this process lives."""
        woken, self._wake = socket.socketpair()
        for end in woken, self._wake:
            end.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        self._woken = woken
        while True:
            come, _, _ = select.select([self._listener, woken], [], [], self._until_due())
            if woken in come:
                woken.recv(4096)
            self._bury()
            self._replace()
            if self._listener in come:
                self._obey()

    # Orders

    def _obey(self):
        connection, _ = self._listener.accept()
        connection.settimeout(PATIENCE)
        try:
            with connection, connection.makefile("rb") as file:
                order = json.loads(file.readline() or "{}")
                if not hmac.compare_digest(str(order.pop("password", "")), self._password):
                    return
                answer = getattr(self, f"_order_{order.pop('order')}")(**order)
                connection.sendall(json.dumps(answer).encode() + b"\n")
        except (OSError, ValueError):  # he is gone, or it was no order
            return

    def _order_look(self):
        ready = sum(place(self._folder, pid).exists() for pid in self._pids)
        return {"pids": sorted(self._pids), "ready": ready, "died": self._died}

    def _order_begin(self, number, what, again):
        self._order_end(polite=0.0)
        self._what, self._again, self._died = what, again, 0
        for _ in range(number):
            self._fork()
        return {}

    def _order_end(self, polite):
        self._due, self._again = [], None
        self._signal(FLUSH if polite else signal.SIGKILL)
        deadline = time.monotonic() + polite
        while self._pids:
            self._bury()
            if self._pids and time.monotonic() > deadline:
                self._signal(signal.SIGKILL)
            time.sleep(0.001)
        return {}

    def _order_kill(self, pid):
        self._bury()
        pid = next(iter(sorted(self._pids)), None) if pid is None else pid
        if pid not in self._pids:
            return {"pid": None}
        os.kill(pid, signal.SIGKILL)
        while pid in self._pids:
            self._bury()
            time.sleep(0.001)
        return {"pid": pid}

    # Workers

    def _fork(self):
        pid = os.fork()
        if pid:
            self._pids.add(pid)
            return
        try:
            self._become_a_worker()
            self._work(self._what, lambda: place(self._folder, os.getpid()).touch())
        except BaseException:  # noqa: BLE001 - whatever it was, it goes into the log, and the process ends
            traceback.print_exc()
        finally:
            os._exit(1)

    def _become_a_worker(self):
        if sys.platform == "linux":  # it does not outlive its parent
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != self._pid:
            os._exit(1)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(FLUSH, _flush)
        for end in self._listener, self._woken, self._wake:
            end.close()

    def _bury(self):
        """Note the workers that have ended."""
        for pid in list(self._pids):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self._pids.remove(pid)
                self._died += 1
                place(self._folder, pid).unlink(missing_ok=True)
                if self._again is not None:
                    self._due.append(time.monotonic() + self._again)

    def _replace(self):
        while self._due and self._due[0] <= time.monotonic():
            del self._due[0]
            self._fork()

    def _until_due(self):
        return max(0.0, self._due[0] - time.monotonic()) if self._due else None

    def _signal(self, number):
        for pid in self._pids:  # our children, and not waited for: the number is still theirs
            os.kill(pid, number)


def place(folder, pid):
    """The file that says that this worker is ready."""
    return Path(folder, f"ready-{pid}")


def _flush(number, frame):
    """In a worker: what the instrument has heard is written, and it ends."""
    for function in _last:
        function()
    os._exit(0)


_last = []


def at_the_end(function):
    """In a worker: call this before it ends, when it is asked politely to."""
    _last.append(function)


def main(folder, port, work):
    """Import the work, and listen for orders."""
    password = Path(folder, "secret").read_text()
    for left in Path(folder).glob("ready-*"):
        left.unlink()  # of a parent that died
    module, _, function = work.partition(":")
    function = getattr(import_module(module), function)
    with socket.create_server(("127.0.0.1", int(port))) as listener:
        Parent(folder, listener, password, function).serve()


if __name__ == "__main__":
    from labapp.services.crew.parent import main as run  # the module that others import, not __main__

    run(*sys.argv[1:])
