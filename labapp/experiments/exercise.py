"""An exercise: an experiment with a hole in it, checked by measuring.

A check runs the reader's function at several sizes, each time on data that is new at that moment,
compares what it returns with the reference, and counts what the database itself ran. So any right
answer passes; returning less, remembering an answer, fixing the numbers in the code or going past
the recorder does not.
"""

import random

from labapp import probe
from labapp.experiments import seal
from labapp.experiments.checked import Checked, not_ordinary
from labapp.experiments.judging import judge
from labapp.experiments.trial import Task, Trial
from labapp.experiments.variant import BadVariant, Variant, wanted

SEEDS = (11, 12)  # nobody boots with these


class Exercise(Checked):
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
        self.grows = dict(grows)
        self.at_most = at_most
        self.lean = lean
        self.flat = tuple(flat)
        self.plain_rows = plain_rows
        self._defaults = {each.name: each.default for each in experiment.parameters.values()} | (fixed or {})
        self._reference = experiment.baseline
        self._task = Task(experiment.finish, experiment.before, experiment.outcome)
        super().__init__(name, hints)

    def __repr__(self):
        return f"<Exercise {self.name}: check(your_function), hint()>"

    def check(self, function):
        """Run it and say what is right and what is wrong. A Verdict; true when solved.

        Ctrl-C (or Lab's stop button) ends it; it ends by itself after some seconds.
        """
        return super().check(function)

    def _refusal(self, function):
        """Why this cannot be tried at all, else None."""
        if sentence := not_ordinary(function, example=", check(mine),"):
            return sentence
        try:
            wanted(function, self._defaults)
        except BadVariant as refusal:
            return f"This cannot be called: {refusal}"
        except (TypeError, ValueError):
            return f"This cannot be called: it must be a function of {', '.join(self._defaults)}."
        return None

    def _judge(self, verdict, trials):
        judge(self, trials, verdict)

    def _measure(self, stop, function):
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


probe.install()  # before the code is looked at, as it wraps what is a cache
seal.replaced()  # what is loaded by now is the lab's own; what comes in its place later is noticed
