"""The task workers of a site: one crew, which works for one turn after another."""

import os
import sys
import threading

from labapp import probe
from labapp.experiments.deferral import brokers, kinds
from labapp.services.crew import Crew

WORK = "labapp.experiments.deferral.worker:work"
_running = None


class Workers:
    """The crew of the site in this folder; started when it is first needed."""

    def __init__(self, folder, settings):
        self._folder, self._settings = folder, settings
        self._crew, self._lock = None, threading.Lock()

    @property
    def crew(self):
        """The Crew, or None while there was no need for one."""
        return self._crew

    def queue(self, variant, choice, number):
        """The Queue of a variant in the turn of this number; None where nothing is put off."""
        kind = kinds.kind(variant.queue)
        if kind is None:
            return None
        with probe.unrecorded():
            kind.prepare()
        return brokers.queue(choice, f"lab-{number}", kind, self._folder / "queues")

    def begin(self, turn, number):
        """Have so many workers for this Turn, ready, and no others."""
        global _running
        if turn.queue is None:
            return self.end()
        with self._lock:
            if self._crew is None or self._crew.gone:
                self._crew = Crew(WORK, environment=self._environment())
            _running = self._crew
        what = {"turn": str(self._folder / f"turn-{turn.number}"), "ledger": str(self._folder / "ledger")}
        self._crew.begin(number, what, turn.queue.kind.again)

    def end(self):
        """No worker is left, and what they did is in the ledger."""
        if self._crew is not None:
            self._crew.end()

    def stop(self):
        """End all, the parent included."""
        if self._crew is not None:
            self._crew.stop()

    def _environment(self):
        modules = os.pathsep.join(filter(None, sys.path))
        return {
            "DJANGO_SETTINGS_MODULE": self._settings, "PYTHONPATH": modules, "LAB_FOLDER": str(self._folder),
        }


def crew():
    """The Crew that works for the turn under way; None where there is none."""
    return _running
