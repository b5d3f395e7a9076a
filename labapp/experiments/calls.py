"""Measuring variants that return: first one recorded run each, then interleaved rounds."""

import time
from contextlib import ExitStack

from labapp import probe
from labapp.experiments.faults import sentence
from labapp.measure.comparison import Comparison
from labapp.measure.environment import environment
from labapp.measure.interval import median_interval, ratio_interval
from labapp.measure.measurement import Measurement
from labapp.measure.memory import peak_kib
from labapp.measure.result import Result
from labapp.measure.sameness import difference
from labapp.measure.sampling import sample
from labapp.measure.stop import Stopped


PAUSE = 0.1  # seconds between two updates of the table: nobody reads faster


class Calls:
    """The method for variants that are functions: counts from a recorded run, times from rounds."""

    kind = "calls"

    def measure(self, experiment, settings, stop, observe, *, budget_ms, target):
        """Measure every variant at one setting. ``observe(result)`` sees each stage. The final Result."""
        with ExitStack() as world:
            for name, condition in experiment.conditions.items():
                world.enter_context(condition.enter(settings[name]))
            world.enter_context(probe.before_statement(stop.check))
            run = Run(experiment, settings, stop, observe)
            run.record_each()
            stop.hurry()
            stop.check()
            run.sample_all(budget_ms, target)
            return run.result


class Run:
    """One setting being measured: the Result so far, and what the rounds need."""

    def __init__(self, experiment, settings, stop, observe):
        self.experiment = experiment
        self.settings = settings
        self.parameters = {name: settings[name] for name in experiment.parameters}
        self.stop = stop
        self.observe = observe
        self.reference = None
        self.result = Result(
            experiment=experiment.name, question=experiment.question, claims=experiment.claims,
            settings=settings, environment=environment(),
            measurements=[self._blank(each) for each in experiment.variants.values()],
            rounds=0, elapsed_ms=0.0, status="Recording one run of each variant.", final=False,
        )

    # First stage: counts, findings, timeline

    def record_each(self):
        """One run of each variant with call sites; the baseline first, as the others are checked against it."""
        for variant in sorted(self.experiment.variants.values(), key=lambda each: not each.baseline):
            measurement = self.result[variant.name]
            if not variant.unavailable:
                self._record(variant, measurement)
            self.observe(self.result)

    def _record(self, variant, measurement):
        try:
            if not variant.origin and variant.name not in self.experiment.warm:
                self._warm(variant)
            with probe.record(variant.name) as recording:
                value = self._work(variant)
        except Stopped:
            raise
        except Exception as error:
            self.stop.check()
            measurement.error = sentence(error, variant)
            return
        measurement.recording = recording
        self._compare(variant, measurement, value)
        if self.experiment.memory:
            measurement.peak_kib = peak_kib(lambda: self._work(variant))

    def _warm(self, variant):
        """The first run in this process fills caches of Django's own (templates, content types); ours are trusted."""
        with probe.unrecorded():
            self._work(variant)
        self.experiment.warm.add(variant.name)

    def _compare(self, variant, measurement, value):
        if not self.experiment.compares:
            return
        if variant.baseline:
            self.reference = value
            measurement.same = True
        elif self.result[self.experiment.baseline.name].error is None:
            measurement.difference = difference(self.reference, value)
            measurement.same = measurement.difference is None

    def _work(self, variant):
        value = variant.call(self.parameters)
        finish = self.experiment.finish
        return value if finish is None else finish(value, **self.parameters)

    # Second stage: times

    def sample_all(self, budget_ms, target):
        """Interleaved rounds of the variants that ran; the table tightens after each."""
        timed = [
            variant for variant in self.experiment.variants.values()
            if not variant.unavailable and self.result[variant.name].error is None
        ]
        calls = {variant.name: self._timed(variant) for variant in timed}
        if not calls:
            self.result.status, self.result.final = "No variant could be run.", True
            self.observe(self.result)
            return
        shown = 0.0
        for samples in sample(calls, budget_ms=budget_ms, target=target):
            self.stop.check()
            if samples.done or time.monotonic() - shown > PAUSE:
                self._update(samples)
                self.observe(self.result)
                shown = time.monotonic()

    def _timed(self, variant):
        """The call that the rounds time; it checks that a round still asks what the recorded run asked."""
        measurement = self.result[variant.name]

        def call():
            with probe.record(sites=False, spans=False, eager=False) as recording:
                self._work(variant)
            if recording.count != measurement.queries and measurement.error is None:
                measurement.note = (
                    f"It sent {measurement.queries} statements when it was recorded and "
                    f"{recording.count} in a later round: it remembers, or it is not steady."
                )

        return call

    def _update(self, samples):
        result = self.result
        result.rounds, result.elapsed_ms = samples.rounds, samples.elapsed_ms
        result.status, result.final = samples.reason, samples.done
        baseline = self.experiment.baseline if self.experiment.compares else None
        for measurement in result.measurements:
            if measurement.variant not in samples.wall_ms:
                continue
            measurement.samples_ms = list(samples.wall_ms[measurement.variant])
            measurement.cpu_ms = list(samples.cpu_ms[measurement.variant])
            measurement.interval = median_interval(measurement.samples_ms)
            if baseline and not measurement.baseline and measurement.same and baseline.name in samples.wall_ms:
                against = samples.wall_ms[baseline.name]
                interval = ratio_interval(against, measurement.samples_ms)
                measurement.comparison = Comparison(interval, samples.rounds)

    def _blank(self, variant):
        return Measurement(
            variant=variant.name, caption=variant.caption or variant.origin, colour=variant.colour,
            source=variant.source, baseline=variant.baseline, unavailable=variant.unavailable or None,
        )
