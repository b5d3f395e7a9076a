"""What exercises of any other kind than a queryset share: a check that measures, hints, and a try noted."""

from labapp.experiments import progress, seal
from labapp.experiments.exercise import LIMIT, Hinted, changed_code, within
from labapp.experiments.verdict import Verdict


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


def not_a_function(answer, wants):
    """A sentence where the answer is no function of these arguments, else None."""
    if not callable(answer):
        return (
            f"check() wants the function itself and got {type(answer).__name__}: "
            "without the brackets that call it."
        )
    code = getattr(answer, "__code__", None)
    if getattr(code, "co_flags", 0) & 0x80:
        return "It is an async function: write it with def alone."
    if code is not None and not code.co_flags & 0x04 and code.co_argcount != len(wants):
        return f"{answer.__name__}() must be a function of {', '.join(wants)}."
    return None
