"""Measuring variants that return: first one recorded run each, then interleaved rounds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.models import QuerySet

from labapp import probe
from labapp.experiments.databases import guarded
from labapp.experiments.faults import sentence, told
from labapp.experiments.figures import Reading
from labapp.experiments.homes import whose
from labapp.experiments.statements import Statements
from labapp.experiments.variant import wanted
from labapp.experiments.world import described, parameters, stage, world
from labapp.measure import Measurement, Result, difference, environment, peak_kib, sample
from labapp.measure.stop import Stopped

ROUNDS = "In the timed rounds nothing is recorded, statements are only counted."
PAUSE = 0.1  # seconds between two updates of the table: nobody reads faster


class Calls:
    """The method for variants that are functions: counts from a recorded run, times from rounds."""

    kind = "calls"
    includes = ("Times are of a variant's whole work, reading its rows included.",)

    def accept(self, variant, parameters):
        """BadVariant where this cannot be called with them."""
        wanted(variant.function, parameters)

    def measure(self, experiment, settings, stop, observe, *, budget_ms, target):
        """Measure every variant at one setting; ``observe(result)`` sees each stage. The final Result."""
        statements = Statements()
        with told(), world(experiment, settings, stop), guarded(stop), statements.counted():
            run = Run(experiment, settings, stop, observe, statements)
            run.record_each()
            stop.hurry()
            run.weigh_each()
            if budget_ms:
                run.sample_all(budget_ms, target)
            else:
                run.finish("Counted in one recorded run of each variant; no rounds were asked for.")
        run.result.includes += described(experiment, settings)
        observe(run.result)
        return run.result


class Failed(Exception):
    """A variant that ran when it was recorded has raised in a round; its measurement says what."""


class Run:
    """One setting being measured: the Result so far, and what the rounds need."""

    def __init__(self, experiment, settings, stop, observe, statements):
        self.experiment = experiment
        self.parameters = parameters(experiment, settings)
        self.stop = stop
        self.observe = observe
        self.statements = statements
        self.sent = {}
        self.reference = None
        self.result = Result(
            experiment=experiment.name, question=experiment.question, claims=experiment.claims,
            settings=settings, environment=environment(), includes=[*experiment.includes, ROUNDS],
            figures=[each.to_dict() for each in experiment.figures], rate=self._rate(),
            weighed=experiment.memory,
            measurements=[blank(each) for each in experiment.variants.values()],
            status="Recording one run of each variant.",
        )

    def _rate(self):
        if self.experiment.rate is None:
            return None
        unit, amount = self.experiment.rate
        return {"unit": unit, "amount": float(amount(**self.parameters))}

    # First stage: counts, findings, timeline

    def record_each(self):
        """One run of each variant with call sites; the baseline first, the others are checked against it."""
        for variant in sorted(self.experiment.variants.values(), key=lambda each: not each.baseline):
            if not self.result[variant.name].unavailable:
                self._record(variant, self.result[variant.name])
            self.observe(self.result)

    def _record(self, variant, measurement):
        try:
            if variant.ours and self._place(variant) not in self.experiment.warm:
                self._warm(variant)
            with self.stage(variant):
                if data := whose():
                    self.result.environment["data"] = data
                reading = Reading(self.experiment.figures)
                self.statements.since()
                with probe.record(variant.name) as recording:
                    value = self.work(variant)
                self.sent[variant.name] = self.statements.since()
                measurement.figures = reading.after(recording, value, self.parameters)
                value = self._outcome(value)
        except Exception as error:  # noqa: BLE001 - a variant may raise anything, and its row says what
            self._fail(measurement, error, variant)
        else:
            measurement.recording = recording
            self._compare(variant, measurement, value)

    def stage(self, variant):
        """What stands around each call of this variant."""
        return stage(self.experiment, variant, self.parameters, self.stop)

    def _outcome(self, value):
        """What is compared: the value, or what the experiment finds in the database afterwards."""
        if self.experiment.outcome is None:
            return value
        with probe.unrecorded():
            return self.experiment.outcome(value, **self.parameters)

    def _warm(self, variant):
        """The first run on a database fills caches: Django's own (templates), and what is kept for it."""
        with self.stage(variant), probe.unrecorded():
            self.work(variant)
        self.experiment.warm.add(self._place(variant))

    def _place(self, variant):
        return variant.name, str(connections["default"].settings_dict["NAME"])

    def _fail(self, measurement, error, variant):
        self.stop.check()
        measurement.error = sentence(error, variant)

    def _compare(self, variant, measurement, value):
        baseline = self.experiment.baseline
        if variant is baseline:
            self.reference, measurement.same = value, True
        elif baseline is not None and self.result[baseline.name].error is None:
            measurement.difference = difference(self.reference, value)
            measurement.same = measurement.difference is None
            measurement.note = "" if measurement.same else variant.wrong

    def work(self, variant):
        """What is measured: the variant, what is done with its return value, and reading lazy results."""
        value = variant.call(self.parameters)
        if self.experiment.finish is not None:
            value = self.experiment.finish(value, **self.parameters)
        return list(value) if isinstance(value, (QuerySet, Iterator)) else value

    # Between: memory, where the experiment asks for it

    def weigh_each(self):
        """One more run of each variant, traced, for its peak of memory; nothing is timed meanwhile."""
        if not self.experiment.memory:
            return
        for variant in self.running():
            with self.stage(variant), probe.unrecorded():
                self.result[variant.name].peak_kib = peak_kib(lambda each=variant: self.work(each))
            self.stop.check()
        self.observe(self.result)

    # Second stage: times

    def sample_all(self, budget_ms, target):
        """Interleaved rounds of the variants that run; one that raises drops out and the rest begin anew."""
        while True:
            running = self.running()
            if not running:
                return self.finish("No variant could be run.")
            try:
                return self._sample(running, budget_ms, target)
            except Failed:
                self.observe(self.result)

    def finish(self, status):
        """This is all there will be."""
        self.result.status, self.result.final = status, True
        self.observe(self.result)

    def running(self):
        """The variants that are available and have not raised."""
        return [
            variant for variant in self.experiment.variants.values()
            if not self.result[variant.name].unavailable and self.result[variant.name].error is None
        ]

    def _sample(self, running, budget_ms, target):
        shown = 0.0
        calls = {variant.name: self._timed(variant) for variant in running}
        stages = {variant.name: self._staged(variant) for variant in running if self._is_staged(variant)}
        for samples in sample(calls, stages=stages, budget_ms=budget_ms, target=target):
            self.stop.check()
            if samples.done or time.monotonic() - shown > PAUSE:
                self.result.take(samples)
                self.observe(self.result)
                shown = time.monotonic()

    def _is_staged(self, variant):
        return variant.around is not None or self.experiment.before is not None

    def _staged(self, variant):
        """The context manager that the rounds enter before they start the clock."""

        @contextmanager
        def staged():
            try:
                with self.stage(variant):
                    yield
            except (Stopped, Failed):
                raise
            except Exception as error:
                self._fail(self.result[variant.name], error, variant)
                raise Failed from error

        return staged

    def _timed(self, variant):
        """The call that the rounds time; it notices a round that asks more or less than that run."""
        measurement, expected = self.result[variant.name], self.sent[variant.name]
        since = self.statements.since

        def call():
            since()
            try:
                self.work(variant)
            except Stopped:
                raise
            except Exception as error:
                self._fail(measurement, error, variant)
                raise Failed from error
            if (sent := since()) != expected:
                measurement.note = (
                    f"It sent {expected} statements when it was recorded and {sent} "
                    "in a later round: it remembers, or it is not steady."
                )

        return call


def blank(variant):
    """The measurement of a variant of which nothing is known yet."""
    return Measurement(
        variant=variant.name, caption=variant.caption or variant.origin, colour=variant.colour,
        source=variant.source, baseline=variant.baseline, unavailable=variant.why_not() or None,
    )
