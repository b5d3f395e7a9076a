"""Pinsta under gunicorn: one for this process, which serves whatever variants a turn brings."""

import os
import shutil
import sys
import threading
from itertools import count
from pathlib import Path

from django.db import connections

from labapp.experiments.deferral import brokers, kinds
from labapp.experiments.deferral.workers import Workers
from labapp.experiments.homes import PROXIED, here
from labapp.experiments.saying import say
from labapp.experiments.traffic import backends, edges
from labapp.experiments.traffic.application import READY
from labapp.experiments.traffic.complaints import Complaints
from labapp.experiments.traffic.parcel import packed
from labapp.experiments.traffic.settings import MEDIA
from labapp.experiments.traffic.turn import Turn, mount_name, mounts
from labapp.experiments.traffic.under_way import under_way
from labapp.experiments.world import parameters
from labapp.probe.ledger import Ledger
from labapp.services.gunicorn import Gunicorn

APPLICATION = "labapp.experiments.traffic.application:application"
SETTINGS = "labapp.experiments.traffic.settings"
_site, _lock, _numbers = None, threading.Lock(), count(1)


class Site:
    """The running site. ``ledger`` has what was asked and what that took, ``complaints`` what it raised."""

    def __init__(self, workers, threads):
        modules = os.pathsep.join(filter(None, sys.path))
        environment = {"DJANGO_SETTINGS_MODULE": SETTINGS, "PYTHONPATH": modules}
        self._server = Gunicorn(
            APPLICATION, workers=workers, threads=threads, environment=environment, ready=READY
        )
        self.folder = Path(self._server.folder)
        self.ledger = Ledger(self.folder / "ledger")
        self.complaints = Complaints(self.folder)
        self.workers = Workers(self.folder, SETTINGS)

    @property
    def alive(self):
        """Whether gunicorn runs."""
        return self._server.alive

    @property
    def pids(self):
        """The process ids of its workers."""
        return self._server.pids

    @property
    def under_way(self):
        """How many requests it works on, those included that nobody waits for any longer."""
        return under_way(self.folder, self.port, self.pids)

    @property
    def generation(self):
        """What is another after every change of its workers."""
        return self._server.port, self._server.pid, tuple(self.pids)

    @property
    def port(self):
        """gunicorn's own."""
        return self._server.port

    @property
    def address(self):
        """Where it answers: "http://127.0.0.1:8001"."""
        return self._server.address

    def resize(self, workers, threads):
        """So many processes, with so many threads each, when this returns."""
        if (workers, threads) != (self._server.workers, self._server.threads):
            self._server.resize(workers, threads)

    def stop(self):
        """End it, and remove all it had."""
        self.workers.stop()
        self._server.stop()

    @property
    def processes(self):
        """{kind: process ids} of gunicorn with its workers, and of the task workers with their parent."""
        crew = self.workers.crew
        return {
            "site": [self._server.pid, *self.pids],
            "workers": [crew.pid, *crew.pids] if crew is not None and crew.alive else [],
        }

    def begin(self, experiment, variant, settings):
        """Put the next turn before the site, its caches empty; where its traffic goes, as in a plan.

        What it puts off is done from now on, by as many task workers as the settings say.
        """
        number = next(_numbers)
        self.workers.end()
        shutil.rmtree(self.folder / MEDIA, ignore_errors=True)
        value = experiment.method.load_at(settings)
        caches, bases = backends.emptied(
            value.get("cache", backends.LOCAL), self.folder, number, experiment.method.cache_options(settings)
        )
        turn = Turn(
            number, parameters(experiment, settings), mounts(experiment), {"default": database(), **bases},
            caches,
            delay_ms=0.0 if here().kind == PROXIED else value["round_trip"],
            queue=self.workers.queue(variant, self.broker_of(variant, value), number),
        )
        self._write(turn)
        self.workers.begin(turn, value["task_workers"])
        through = value.get("edge", edges.default()) if variant.edge else None
        return {
            "turn": number, "mount": f"/{mount_name(variant.name)}",
            "host": edges.emptied(self.port) if through == edges.VARNISH else self.address,
            "headers": {"X-Lab-Turn": str(number), **({"X-Lab-Edge": through} if through else {})},
        }

    @staticmethod
    def broker_of(variant, load):
        """The choice of a broker for this variant; None where it needs none."""
        needs = variant.queue is not None and kinds.kind(variant.queue).uses_broker
        return (load.get("broker") or brokers.default()) if needs else None

    def _write(self, turn):
        """The file of a turn is whole when it has its name; that of the turn before the last goes."""
        content, path = packed(turn), self.folder / f"turn-{turn.number}"
        unfinished = path.with_name(f"new-{path.name}")
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        unfinished.rename(path)
        (self.folder / f"turn-{turn.number - 2}").unlink(missing_ok=True)


def site(workers=2, threads=1):
    """This process's one site, started at the first call or when it has died. ServiceError says why not."""
    global _site
    with _lock:
        if _site is None or not _site.alive:
            say("Starting Pinsta under gunicorn.")
            if _site is not None:
                _site.stop()  # what is left of one that died
            _site = Site(workers, threads)
        _site.resize(workers, threads)
        return _site


def media():
    """The folder of the files that the site has stored in this turn; None where no site runs."""
    return None if _site is None else _site.folder / MEDIA


def database():
    """The database at hand, as in DATABASES, with connections that stay open."""
    return {**connections["default"].settings_dict, "CONN_MAX_AGE": None}


def _forget():
    global _site, _lock
    _site, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
