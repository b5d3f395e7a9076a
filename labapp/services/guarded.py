"""A private folder with a server in it, both looked after by a guardian."""

import atexit
import os
import signal
import time
import weakref
from contextlib import suppress

from labapp.services import guardian
from labapp.services.helper import Helper, HelperGone

STOPPING = 1.5  # seconds that a server without a guardian has to end

class Guarded:
    """
    A server process and its folder. Both are gone soon after this process, however that ends.

    A forked child leaves them to its parent.
    """

    def __init__(self, folder):
        self.folder = folder
        self.pid = None
        self._helper = self._guardian()
        _all.add(self)

    @property
    def guarded(self):
        """Whether the guardian lives; if it was killed, the server is stopping or has stopped."""
        return self._helper.alive

    def renew(self):
        """Another guardian for the same folder, when the first one was killed; its server ends before."""
        deadline = time.monotonic() + STOPPING
        while pid := guardian.server_pid(str(self.folder.path)):
            if time.monotonic() > deadline:
                with suppress(ProcessLookupError):  # it ended at this moment
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.005)
        self._helper = self._guardian()

    def run(self, command, log, environment=None):
        """The exit status of a program that runs to its end as the folder's owner."""
        return self._order("run", command, log, environment)["code"]

    def start(self, command, log, environment=None, ending=signal.SIGQUIT):
        """
        Start the server; its process id, which ``pid`` keeps.

        It gets no environment but this and a bare PATH, and is stopped by the signal ``ending``.
        """
        self.pid = self._order("start", command, log, environment, ending=int(ending))["pid"]
        return self.pid

    @property
    def running(self):
        """Whether the server runs: it was started, and neither it nor the guardian has ended."""
        try:
            return self._helper.ask(order="look")["running"]
        except HelperGone:
            return False

    def stop(self):
        """Stop the server, and wait until it and its folder are gone."""
        self._helper.close()
        guardian.remove(self.folder.path)  # for a guardian that was killed
        self.folder.lock.close()

    def _guardian(self):
        words = self.folder.path, "{}:{}".format(*self.folder.owner)
        return Helper("the guardian", guardian.__file__, *words, keep_open=[self.folder.lock.fileno()])

    def _order(self, order, command, log, environment, **more):
        words, variables = [str(word) for word in command], dict(environment or {})
        log = str(self.folder.path / log)
        return self._helper.ask(order=order, command=words, log=log, environment=variables, **more)


_all = weakref.WeakSet()


def _forget_all():
    """A forked child does not keep the folders of its parent."""
    for guarded in _all:
        guarded.folder.lock.close()
    _all.clear()


def _remove_unguarded():
    for guarded in _all:
        if not guarded.guarded:
            guardian.remove(guarded.folder.path)


os.register_at_fork(after_in_child=_forget_all)
atexit.register(_remove_unguarded)
