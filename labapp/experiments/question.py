"""A question whose answer is measured when it is asked: the check knows no more than the reader could."""

import textwrap
from html import escape

from labapp.experiments import law_answer, progress, seal
from labapp.experiments.checked import LIMIT, Hinted, changed_code, within
from labapp.experiments.variant import source
from labapp.experiments.verdict import Verdict


class Question:
    """A question, and how it is answered by measuring.

    ``measure(stop)`` gives the evidence, in the worker, on the reader's own database; then
    ``accept(answer, evidence)`` gives (right, sentence), and says nothing of the answer when it is wrong.
    ``about`` is a function whose code is shown with the question.
    """

    def __init__(self, name, text, *, measure, accept, about=None, hints=()):
        self.name = name
        self.text = text
        self._measure = measure
        self._accept = accept
        self._about = source(about) if about else ""
        self._hints = Hinted(hints)

    def hint(self):
        """The next hint, one at a time; the last one stays."""
        return self._hints.next()

    def check(self, answer):
        """Measure, and say whether the answer is what was measured. A Verdict; true when it is."""
        verdict = Verdict(self.name)
        if answer is None or answer is ... or answer in ("", "?"):
            verdict.say(False, "There is no answer yet: write yours in the cell above, then check again.")
            return verdict
        if changed := seal.replaced():
            verdict.say(False, changed_code(changed))
            return verdict
        try:
            verdict.say(*self._accept(answer, within(LIMIT, self._measure)))
        except law_answer.NotALaw as unreadable:
            verdict.say(False, str(unreadable))
        except TimeoutError:
            verdict.say(
                False, f"Measuring took longer than {LIMIT:g} seconds: the machine is busy. Try again."
            )
        progress.note_try(self.name, verdict.passed)
        return verdict

    def __repr__(self):
        code = f"\n\n{textwrap.indent(self._about, '    ')}" if self._about else ""
        return f"{self.text}{code}"

    def _repr_html_(self):
        code = f"<pre>{escape(self._about)}</pre>" if self._about else ""
        return f"<p>{escape(self.text)}</p>{code}"


def accept_law(answer, law):
    """Whether the answer is the measured Law, in any spelling."""
    said = law_answer.values(answer)
    for n, value in zip(law_answer.TRIED, said, strict=True):
        if abs(value - law.predict(n)) > 1e-6:
            more = "more" if law.predict(n) > value else "fewer"
            queries = "query" if value == 1 else "queries"
            return False, f"With n = {n} that is {value:g} {queries}, and it sends {more}."
    return True, f"Measured: {law.text}."


def accept_one(answer, figures, *, unit):
    """Whether the answer names the largest of ``figures`` {name: number}."""
    name = named(answer, figures)
    if name is None:
        return False, f"It is one of {', '.join(map(repr, figures))}, and {answer!r} is not."
    most = max(figures, key=figures.get)
    if name != most:
        return False, f"{name}: {figures[name]:.0f} {unit} measured just now, and another one takes longer."
    return True, "Measured just now: " + ", ".join(
        f"{each} {figures[each]:.0f} {unit}" for each in sorted(figures, key=figures.get, reverse=True)
    ) + "."


def accept_set(answer, true, choices):
    """Whether the answer names exactly those of ``choices`` that are in ``true``."""
    if isinstance(answer, str):
        answer = [answer]
    try:
        names = {named(each, choices): each for each in answer}
    except TypeError:
        return False, f"Write a list of some of {', '.join(map(repr, choices))}."
    if None in names:
        return False, f"Each is one of {', '.join(map(repr, choices))}, and {names[None]!r} is not."
    missing, wrong = set(true) - set(names), set(names) - set(true)
    if missing or wrong:
        right = len(set(names)) - len(wrong)
        return (
            False,
            f"Of yours {right} {'does' if right == 1 else 'do'}, {len(wrong)} not; {len(missing)} missing.",
        )
    return True, "Measured: " + ", ".join(each for each in choices if each in true) + "."


def named(answer, choices):
    """The choice that an answer means, whatever its case and spaces; None when it means none."""
    key = "".join(str(answer).lower().split())
    return next((each for each in choices if "".join(each.lower().split()) == key), None)
