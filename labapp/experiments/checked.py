"""What every exercise shares: a check that measures in the worker, hints, and a try noted."""

import threading

from labapp.experiments import progress, seal
from labapp.experiments.verdict import Verdict, Words
from labapp.measure.worker import worker

LIMIT = 5.0  # seconds that a check may take before it gives up


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


class Checked:
    """An exercise that says for itself what is asked, and how it is measured and judged.

    A subclass gives ``_refusal(*answers)``, a sentence where they cannot be tried at all, then
    ``_measure(stop, *answers)``, run in the worker, and ``_judge(verdict, evidence)``. It has ``limit``
    seconds.
    """

    limit = LIMIT

    def __init__(self, name, hints=()):
        self.name = name
        self._hints = Hinted(hints)
        self._made = True

    def __setattr__(self, name, value):
        if getattr(self, "_made", False):
            raise AttributeError(f"An exercise stays as it is: {name} cannot be set.")
        super().__setattr__(name, value)

    def __repr__(self):
        return f"<Exercise {self.name}: check(yours), hint()>"

    def hint(self):
        """The next hint, one at a time; the last one stays."""
        return self._hints.next()

    def check(self, *answers):
        """Try it and say what is right and what is wrong. A Verdict; true when solved.

        Ctrl-C (or Lab's stop button) ends it; it ends by itself after some seconds.
        """
        verdict = Verdict(self.name)
        refusal = changed_code(changed) if (changed := seal.replaced()) else self._refusal(*answers)
        if refusal:
            verdict.say(False, refusal)
            return verdict
        try:
            evidence = within(self.limit, lambda stop: self._measure(stop, *answers))
        except TimeoutError:
            verdict.say(False, self._endless())
        else:
            self._judge(verdict, evidence)
            if changed := seal.replaced():
                verdict.say(False, changed_code(changed))
        progress.note_try(self.name, verdict.passed)
        return verdict

    def _endless(self):
        return f"It did not end within {self.limit:g} seconds. Is there a loop that never ends?"


def not_ordinary(answer, example=""):
    """A sentence where the answer is no ordinary function, else None."""
    if not callable(answer):
        return (
            f"check() wants the function itself{example} and got {type(answer).__name__}: "
            "without the brackets that call it."
        )
    if getattr(getattr(answer, "__code__", None), "co_flags", 0) & 0x80:
        return "It is an async function: write it with def alone."
    return None


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
