"""An exercise: an experiment with a hole in it, checked by measuring.

A check runs the reader's function on data it was not shown, at several sizes and on two different
databases, compares each result with the reference, and counts what the database itself ran. So any
right answer passes, and returning less, remembering an answer, fixing the numbers in the code or
going past the recorder does not.
"""

import random

from labapp import probe
from labapp.experiments import progress
from labapp.experiments.databases import guarded, hidden
from labapp.experiments.faults import sentence
from labapp.experiments.variant import BadVariant, Variant, wanted
from labapp.experiments.verdict import Verdict
from labapp.experiments.witness import watching
from labapp.measure.law import fit
from labapp.measure.sameness import difference
from labapp.measure.stop import Stopped
from labapp.measure.worker import worker


class Exercise:
    """A function to finish.

    ``experiment`` gives the reference (its baseline), its parameters and what is done with the
    result. ``grows`` is the parameter that the count must not follow; ``sizes`` the range it is
    drawn from. ``at_most`` limits the statements at every size. ``fixed`` sets other parameters.
    """

    def __init__(self, name, experiment, *, grows, sizes, at_most=None, fixed=None, hints=()):
        self.name = name
        self.experiment = experiment
        self.grows = grows
        self.sizes = sizes
        self.at_most = at_most
        self.fixed = fixed or {}
        self.hints = list(hints)
        self._given = 0

    def __repr__(self):
        return f"<Exercise {self.name}: check(your_function), hint()>"

    def hint(self):
        """The next hint, one at a time; the last one stays."""
        if not self.hints:
            return "There is no hint for this one."
        self._given = min(self._given + 1, len(self.hints))
        return f"Hint {self._given} of {len(self.hints)}: {self.hints[self._given - 1]}"

    def check(self, function):
        """Run it and say what is right and what is wrong. A Verdict; true when solved."""
        verdict = worker.call(lambda stop: self._check(function, stop))
        progress.note_try(self.name, verdict.passed)
        return verdict

    def _check(self, function, stop):
        verdict = Verdict(self.name)
        try:
            wanted(function, self.experiment.parameters)
        except (BadVariant, TypeError) as refusal:
            verdict.say(False, f"This is not the function to check: {refusal}")
            return verdict
        variant = Variant(getattr(function, "__name__", "yours"), function, "", "", "")
        trials = []
        for seed, size in self._plan():
            with hidden(seed), guarded(stop):
                trial = Trial(self, variant, size)
                trial.run(stop)
            trials.append(trial)
            if trial.fault:
                verdict.say(False, trial.fault)
                return verdict
        self._judge(trials, verdict)
        return verdict

    def _plan(self):
        """(seed of the hidden data, size): every size once, the middle one again on other data."""
        low, high = self.sizes
        middle = random.randint(low + 1, (low + high) // 2)
        return [(11, low), (11, middle), (12, middle), (12, high)]

    def _judge(self, trials, verdict):
        wrong = next((trial for trial in trials if trial.difference), None)
        if wrong:
            verdict.say(False, f"With {self.grows}={wrong.size}: {wrong.difference}.")
        else:
            sizes = sorted({trial.size for trial in trials})
            verdict.say(True, f"Right result at {self.grows} = {', '.join(map(str, sizes))}, on data you had not seen.")
        self._judge_past(trials, verdict)
        self._judge_count(trials, verdict)

    def _judge_past(self, trials, verdict):
        """Statements that the recorder did not see, or connections of one's own."""
        worst = max(trials, key=lambda trial: trial.count - trial.recorded)
        if any(trial.strangers for trial in trials):
            verdict.say(False, "It opens a connection to the database of its own: use Django's.")
        elif worst.count != worst.recorded:
            verdict.say(
                False, f"The database ran {worst.count} statements and the recorder saw {worst.recorded}: "
                "something goes past Django's cursor.",
            )

    def _judge_count(self, trials, verdict):
        law = fit([trial.size for trial in trials], [trial.count for trial in trials])
        most = max(trial.count for trial in trials)
        if law.kind != "constant":
            verdict.say(False, f"{law.text} queries, n being {self.grows}: it still grows with the page.")
            verdict.look = trials[-1].guilty()
        elif self.at_most is not None and most > self.at_most:
            verdict.say(False, f"{most} queries at every size; this page can be had with {self.at_most} or fewer.")
        else:
            verdict.say(True, f"{law.text} {'query' if most == 1 else 'queries'} at every size.")


class Trial:
    """One run of the reader's function beside the reference, at one size, on hidden data."""

    def __init__(self, exercise, variant, size):
        self.experiment = exercise.experiment
        self.variant = variant
        self.size = size
        defaults = {name: each.default for name, each in self.experiment.parameters.items()}
        self.parameters = {**defaults, **exercise.fixed, exercise.grows: size}
        self.fault = self.difference = self.recording = None
        self.count = self.recorded = self.strangers = 0

    def run(self, stop):
        """Fill in ``count``, ``recorded``, ``difference``, or ``fault`` when it raised."""
        with probe.unrecorded():
            reference = self._finish(self.experiment.baseline)
        try:
            with watching() as witness, probe.record(self.variant.name) as self.recording:
                value = self._finish(self.variant)
        except Stopped:
            raise
        except Exception as error:  # the reader's own code: whatever it raises is told to them
            stop.check()
            self.fault = sentence(error, self.variant)
            return
        self.count, self.recorded = witness.count, self.recording.count
        self.strangers = witness.strangers
        self.difference = difference(reference, value)

    def guilty(self):
        """Where most of the repeated statements come from, in a few words."""
        findings = self.recording.findings()
        return str(findings[0].where) if findings else ""

    def _finish(self, variant):
        value = variant.call(self.parameters)
        finish = self.experiment.finish
        return value if finish is None else finish(value, **self.parameters)
