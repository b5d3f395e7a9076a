"""One setting being measured under traffic: turns of the variants, in an order drawn anew for each round."""

import random
import re
import time

from django.db import connections

from labapp import probe
from labapp.experiments.homes import whose
from labapp.experiments.traffic.asks import people
from labapp.experiments.traffic.load import SCHEDULE
from labapp.experiments.traffic.rehearsal import rehearse
from labapp.experiments.traffic.site import site
from labapp.experiments.traffic.watched_turn import TICK, Known, WatchedTurn
from labapp.experiments.world import parameters
from labapp.measure import environment
from labapp.measure.traffic import Stream, TrafficResult
from labapp.probe.style import counted
from labapp.services.traffic import generator

SHOWN = 0.2  # seconds between two updates of the picture
QUIET = 5.0  # seconds that the site has to end what nobody waits for any longer


class Run:
    """The TrafficResult so far, and what the turns need."""

    def __init__(self, experiment, settings, stop, observe):
        self.experiment, self.method = experiment, experiment.method
        self.settings, self.parameters = settings, parameters(experiment, settings)
        self.load = self.method.load_at(settings)
        self.warm, self.turn = (self.method.value(name, settings) for name in ("warm", "turn"))
        self.stop, self.observe, self._shown = stop, observe, 0.0
        self.known = {name: Known() for name in experiment.variants}
        self._began, self.database = time.monotonic(), connections["default"].settings_dict["NAME"]
        with probe.unrecorded():
            self.asks = list(self.method.asks(**self.parameters))
            self.people = self._people()
        self.result = TrafficResult(
            experiment=experiment.name, question=experiment.question, claims=experiment.claims,
            settings=settings, environment=environment() | ({"data": whose()} if whose() else {}),
            includes=self._includes(), figures=[each.to_dict() for each in experiment.figures],
            compares=self.method.compares, checked=self.method.same,
            measurements=[blank(each) for each in experiment.variants.values()],
            asks=[each.name for each in self.asks], status="Traffic is about to begin.",
            defers=any(each.queue is not None for each in experiment.variants.values()),
        )

    def serve(self, seconds):
        """As many rounds of turns as come nearest to so many seconds; each variant has one turn at least."""
        self.observe(self.result)
        if not self.running():
            return self._finish("No variant can be served here.")
        self.site, self.generator = site(self.load["workers"], self.load["threads"]), generator()
        try:
            rehearse(self)
            for _ in range(max(1, round(seconds / (len(self.running()) * (self.warm + self.turn))))):
                self._round()
        finally:
            self.generator.idle(0)
            self.site.workers.end()
        turns = counted(self.result.rounds, "turn")
        self._finish(f"{turns} of each variant, {self.turn:g} s counted in each.")

    def _round(self):
        """A turn of each variant, in an order that is drawn anew."""
        running = self.running()
        for variant in random.sample(running, len(running)):
            self._serve(variant)
        self.result.rounds += 1

    def _serve(self, variant):
        """One turn of a variant, with all that follows from it."""
        self.wait_until_quiet()
        self.site.workers.end()  # of the rehearsal: nobody works while the data are put back
        if self.experiment.before is not None:
            with probe.unrecorded():
                self.experiment.before(**self.parameters)
        WatchedTurn(self, variant).watch()
        self.show(at_once=True)

    def wait_until_quiet(self):
        """Wait until the site has ended what the turn before left to it; for some seconds at most."""
        until = time.monotonic() + QUIET
        while self.site.under_way and time.monotonic() < until:
            self.stop.check()
            time.sleep(TICK / 5)

    def plan(self, mount):
        """What the generator is told of the traffic, whatever variant it goes to."""
        load = self.load
        return {
            "users": load["users"], "think_s": load["think_time"], "arrival": load["arrival"],
            "asks": [each.to_dict() for each in self.asks], "people": self.people,
            # Links lead into the mount, which is no difference between two pages.
            "strip": [f"{re.escape(mount)}(?=/)", *self.method.strip],
            "browser_cache": load.get("browser_cache", False),
            "seed": self.result.rounds + 1, "timeout_s": 10,
        }

    def _people(self):
        """Who each user is: so many of them somebody, the others nobody."""
        members = round(self.method.value("members", self.settings) * self.load["users"])
        return [*people(members), *[None] * (self.load["users"] - members)]

    def say(self, status):
        """Show this sentence, with what is known so far."""
        self.result.status = status
        self.show(at_once=True)

    def show(self, at_once=False):
        """Let the panel see what is known, at once or when it is time."""
        if at_once or time.monotonic() - self._shown > SHOWN:
            self.result.elapsed_ms = (time.monotonic() - self._began) * 1000
            self.result.refresh()
            self.observe(self.result)
            self._shown = time.monotonic()

    def running(self):
        """The variants that can be served, and have not failed altogether."""
        streams = self.result
        return [
            each for each in self.experiment.variants.values()
            if not streams[each.name].unavailable and not streams[each.name].error
        ]

    def _finish(self, status):
        self.result.status, self.result.final = status, True
        self.result.refresh()
        self.observe(self.result)

    def _includes(self):
        load = self.load
        since = "a request was due" if load["arrival"] == SCHEDULE else "a request was sent"
        each = f" of {counted(load['threads'], 'thread')} each" if load["threads"] > 1 else ""
        return [
            f"Latency is from when {since} to its last byte, as the load generator on this machine sees it.",
            f"gunicorn has {counted(load['workers'], 'worker')}{each}.",
            f"Every turn begins with empty caches and {self.warm:g} s that are not counted.",
            *self.experiment.includes,
        ]


def blank(variant):
    """The Stream of a variant that nothing has been asked of yet."""
    return Stream(
        variant=variant.name, caption=variant.caption or variant.origin, colour=variant.colour,
        source=variant.source, baseline=variant.baseline, unavailable=variant.why_not() or None,
    )
