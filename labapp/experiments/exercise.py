"""An exercise: an experiment with a hole in it, checked by measuring.

A check runs the reader's function at several sizes, each time on data that is new at that moment,
compares what it returns with the reference, and counts what the database itself ran. So any right
answer passes; returning less, remembering an answer, fixing the numbers in the code or going past
the recorder does not.
"""

import random
import threading

from labapp import probe
from labapp.experiments import progress, seal
from labapp.experiments.judging import judge
from labapp.experiments.trial import Task, Trial
from labapp.experiments.variant import BadVariant, Variant, wanted
from labapp.experiments.verdict import Verdict, Words
from labapp.measure.worker import worker

LIMIT = 5.0  # seconds that a check may take before it gives up
SEEDS = (11, 12)  # nobody boots with these


class Hinted:
    """Something with hints, handed out one at a time."""

    def __init__(self, hints):
        self._hints = tuple(hints)
        self._given = 0

    def next(self):
        """The next hint; the last one stays."""
        if not self._hints:
            return Words("There is no hint for this one.")
        self._given = min(self._given + 1, len(self._hints))
        return Words(f"Hint {self._given} of {len(self._hints)}: {self._hints[self._given - 1]}")


class Exercise:
    """A function to finish.

    ``experiment`` gives the reference (its baseline), the parameters and what is done with the result.
    ``grows`` names the parameters that the count must not follow, each with the sizes it is tried
    between: ``{"photos": (2, 40)}``. ``at_most`` limits the statements at every size; ``lean`` says that
    no more rows may be read than the reference reads; ``flat`` names parameters that the database's own work
    (its steps) must not follow either; ``plain_rows`` that no instance of a model may be made; ``fixed`` sets
    other parameters. Where the experiment has an ``outcome``, the function may write, and that is compared.
    """

    def __init__(
        self, name, experiment, *, grows, at_most=None, lean=False, flat=(), plain_rows=False, fixed=None,
        hints=(),
    ):
        self.name = name
        self.grows = dict(grows)
        self.at_most = at_most
        self.lean = lean
        self.flat = tuple(flat)
        self.plain_rows = plain_rows
        self._defaults = {each.name: each.default for each in experiment.parameters.values()} | (fixed or {})
        self._reference = experiment.baseline
        self._task = Task(experiment.finish, experiment.before, experiment.outcome)
        self._hints = Hinted(hints)
        self._made = True

    def __setattr__(self, name, value):
        if getattr(self, "_made", False):
            raise AttributeError(f"An exercise stays as it is: {name} cannot be set.")
        super().__setattr__(name, value)

    def __repr__(self):
        return f"<Exercise {self.name}: check(your_function), hint()>"

    def hint(self):
        """The next hint, one at a time; the last one stays."""
        return self._hints.next()

    def check(self, function):
        """Run it and say what is right and what is wrong. A Verdict; true when solved.

        Ctrl-C (or Lab's stop button) ends it; it ends by itself after some seconds.
        """
        verdict = Verdict(self.name)
        if self._refuses(function, verdict):
            return verdict
        try:
            trials = within(LIMIT, lambda stop: self._try(function, stop))
        except TimeoutError:
            verdict.say(False, f"It did not end within {LIMIT:g} seconds. Is there a loop that never ends?")
        else:
            self._judge(trials, verdict)
            if changed := seal.replaced():
                verdict.say(False, changed_code(changed))
        progress.note_try(self.name, verdict.passed)
        return verdict

    def _refuses(self, function, verdict):
        """Whether this cannot be tried at all; says why."""
        if changed := seal.replaced():
            return not verdict.say(False, changed_code(changed))
        if not callable(function):
            return not verdict.say(
                False,
                f"check() wants the function itself, check(mine), and got {type(function).__name__}: "
                "without the brackets that call it.",
            )
        if getattr(getattr(function, "__code__", None), "co_flags", 0) & 0x80:
            return not verdict.say(False, "It is an async function: write it with def alone.")
        try:
            wanted(function, self._defaults)
        except (BadVariant, TypeError, ValueError) as refusal:
            offered = ", ".join(self._defaults)
            text = str(refusal) if isinstance(refusal, BadVariant) else f"it must be a function of {offered}."
            return not verdict.say(False, f"This cannot be called: {text}")
        return False

    def _judge(self, trials, verdict):
        judge(self, trials, verdict)

    def _try(self, function, stop):
        """The trials, in order; after one that raised none follow."""
        variant = Variant(getattr(function, "__name__", "yours"), function, "", "", "")
        trials = []
        for parameters, full in self._plan():
            trial = Trial(parameters, full)
            trial.run(variant, self._reference, self._task, stop, seed=SEEDS[0] if full else SEEDS[1])
            trials.append(trial)
            if trial.fault:
                break
        return trials

    def _plan(self):
        """(parameters, full data) of each trial: along each parameter that may grow, once on sparse data, and
        one setting a second time, where an answer that was kept is out of date."""
        sizes = {name: _sizes(low, high) for name, (low, high) in self.grows.items()}
        middle = {**self._defaults, **{name: found[1] for name, found in sizes.items()}}
        ends = [{**middle, name: size} for name, found in sizes.items() for size in (found[0], found[2])]
        largest = {**middle, **{name: found[2] for name, found in sizes.items()}}
        return [(parameters, True) for parameters in (middle, *ends)] + [(largest, False), (middle, True)]


def _sizes(low, high):
    """Three sizes, drawn anew for each check."""
    third = max(1, (high - low) // 3)
    return low, random.randint(low + 1, low + third), random.randint(max(low + third + 1, high - 3), high)


def changed_code(changed):
    """One sentence about the names that ``seal.replaced()`` gave."""
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return f"The lab's own code was changed: {changed[0]}{more}. Restart the kernel, then check again."


def within(seconds, work):
    """What ``work(stop)`` gives, done in the worker; TimeoutError when it runs longer. Ctrl-C stops it."""
    begun = threading.Event()

    def timed(stop):
        begun.set()
        return work(stop)

    job = worker.submit(object(), timed)
    try:
        begun.wait()  # something else may be measured at the moment
        return job.future.result(seconds)
    except (TimeoutError, KeyboardInterrupt):
        worker.stop(job)
        raise


probe.install()  # before the code is looked at, as it wraps what is a cache
seal.replaced()  # what is loaded by now is the lab's own; what comes in its place later is noticed
