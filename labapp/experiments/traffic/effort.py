"""Processor time of the processes that a turn has: the site, its task workers, broker and database."""

import psutil

from labapp.experiments.deferral import brokers
from labapp.experiments.homes import here


class Effort:
    """Begins to count when it is made; ``spent()`` gives {kind: seconds of processor time} since then."""

    def __init__(self, site, choice):
        self._site, self._server = site, brokers.server(choice) if choice else None
        self._database = here().server
        self._before = self._now()

    def spent(self):
        """{"site", "workers", "broker", "database": seconds}, processes that ended meanwhile included.

        SQLite works inside of the others, so "database" is 0 there.
        """
        return {kind: seconds - self._before[kind] for kind, seconds in self._now().items()}

    def _now(self):
        pids = self._site.processes | {"broker": tree(self._server), "database": tree(self._database)}
        return {kind: sum(map(seconds, each)) for kind, each in pids.items()}


def tree(server):
    """The process ids of a server and all its children; none where there is no server, or it is dead."""
    if server is None or not server.alive:
        return []
    try:
        return [server.pid, *(each.pid for each in psutil.Process(server.pid).children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def seconds(pid):
    """Processor time of a process, and of those of its children that have ended; 0 where it is no more."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system
