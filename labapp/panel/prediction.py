"""A prediction: the reader's number or choice, written down before the true one is shown beside it.

    guess = predict("04 feed", "How many queries will this page make?", unit="queries")
    guess                                    # one input, "That is my guess", "Skip"
    guess.compare(measured)                  # in a later cell: theirs beside the true one

Nothing of the answer is shown before. When the later cell runs first, it says so and fills itself in.
"""

import re
from html import escape

from labapp.experiments import progress
from labapp.panel import display

STYLE = (
    "<style>.dsl-guess{border-left:4px solid #0072b2;padding:6px 12px;margin:4px 0;max-width:900px}"
    ".dsl-guess.widget-vbox{overflow:visible}"
    ".dsl-guess,.dsl-guess .widget-html-content{font:13px/1.5 var(--jp-ui-font-family,system-ui,sans-serif);"
    "color:var(--jp-ui-font-color1,inherit)}"
    ".dsl-guess .widget-html,.dsl-guess .widget-html-content{height:auto}"
    ".dsl-guess table{border-collapse:collapse;margin:2px 0}.dsl-guess td{padding:0 18px 0 0;text-align:left}"
    ".dsl-guess td.dsl-n{text-align:right;font-size:18px;font-weight:600;font-variant-numeric:tabular-nums}"
    ".dsl-guess .dsl-dim{color:var(--jp-ui-font-color2,inherit)}</style>"
)
FIRST = "Write down your guess above first, or skip."
WAITING, SKIPPED, GIVEN = "waiting", "skipped", "given"


def predict(name, question, *, unit="", choices=None):
    """A Prediction to show at the end of a cell: a number in ``unit``, or one of ``choices``.

    What was answered under this name before is remembered, in the file where progress is kept.
    """
    return Prediction(name, question, unit=unit, choices=choices)


class Prediction:
    """A question to the reader. ``value`` is their answer, None while there is none; see predict()."""

    def __init__(self, name, question, *, unit="", choices=None):
        self.name = name
        self.question = question
        self.unit = unit
        self.choices = list(choices or ())
        self.value = progress.load()["predictions"].get(name)
        self.state = WAITING if self.value is None else GIVEN
        self._listeners = []

    # Answering

    def answer(self, value):
        """Write a prediction down; ValueError, in one sentence, when it is neither number nor choice."""
        self._settle(GIVEN, self._read(value))

    def skip(self):
        """Go on without one."""
        self._settle(SKIPPED, None)

    def again(self):
        """Take it back."""
        self._settle(WAITING, None)

    def _settle(self, state, value):
        self.state, self.value = state, value
        progress.note_prediction(self.name, value)
        for listener in list(self._listeners):
            listener()

    def _read(self, value):
        if self.choices:
            if value not in self.choices:
                raise ValueError(f"It is one of {', '.join(map(str, self.choices))}, and {value!r} is not.")
            return value
        found = re.fullmatch(r"\D*?(-?\d+(?:[.,]\d+)?)\D*", str(value).replace(" ", ""))
        if found is None:
            raise ValueError(f"A number, please: {value!r} is not one.")
        number = float(found[1].replace(",", "."))
        return int(number) if number.is_integer() else number

    # Comparing

    def compare(self, truth):
        """Show ``truth`` beside the prediction; while there is none, a request to write one down first."""
        return Revelation(self, truth)

    def observe(self, listener):
        """Call ``listener()`` whenever the answer changes."""
        self._listeners.append(listener)

    # Forms

    def __repr__(self):
        if self.state == WAITING:
            what = (
                f"one of {', '.join(map(str, self.choices))}" if self.choices else f"a number{_of(self.unit)}"
            )
            return f"{self.question}\nAnswer it with .answer({what}), or .skip()."
        return f"{self.question}\n{self.said}"

    @property
    def said(self):
        """What the reader answered, in words."""
        return "Skipped." if self.state == SKIPPED else f"Your guess: {shown(self.value, self.unit)}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {
            "text/plain": repr(self),
            "text/html": f"{STYLE}<div class='dsl-guess'>{escape(self.question)}</div>",
        }
        return {**_widget_data(lambda: _asking(self)), **data}


class Revelation:
    """The true figure beside the predicted one, once there is one."""

    def __init__(self, prediction, truth):
        self._prediction = prediction
        self._truth = truth

    def __repr__(self):
        mine, truth = self._prediction, shown(self._truth, self._prediction.unit)
        if mine.state == WAITING:
            return FIRST
        return f"Measured: {truth}" if mine.state == SKIPPED else f"{mine.said}\nMeasured:   {truth}"

    def _repr_html_(self):
        return f"{STYLE}<div class='dsl-guess'>{self.inner()}</div>"

    def inner(self):
        """The HTML within the frame."""
        mine = self._prediction
        if mine.state == WAITING:
            return f"<span class='dsl-dim'>{FIRST} Then the figure stands here.</span>"
        unit = escape(mine.unit)
        rows = [("you", mine.value)] if mine.state == GIVEN else []
        rows += [("measured", self._truth)]
        cells = "".join(
            f"<tr><td>{word}</td><td class='dsl-n'>{escape(figure(value))}</td><td>{unit}</td></tr>"
            for word, value in rows
        )
        return f"<table>{cells}</table>{escape(distance(mine.value, self._truth))}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {"text/plain": repr(self), "text/html": self._repr_html_()}
        if self._prediction.state != WAITING:
            return data
        return {**_widget_data(lambda: _filling_in(self)), **data}


def distance(guess, truth):
    """How far off a guess was, in a few words; nothing where there is none."""
    if guess is None:
        return ""
    if guess == truth:
        return "As you said."
    if not _is_number(guess) or not _is_number(truth) or guess <= 0 or truth <= 0:
        return "Not as you said."
    times = max(guess, truth) / min(guess, truth)
    said = f"{times:,.1f}" if times < 10 else f"{times:,.0f}"
    return (
        f"Measured is {said} times yours." if truth > guess else f"Yours is {said} times what was measured."
    )


def figure(value):
    """A number as it is read; anything else as text."""
    if not _is_number(value):
        return str(value)
    return f"{value:,.1f}" if isinstance(value, float) and not value.is_integer() else f"{value:,.0f}"


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def shown(value, unit):
    """A figure with its unit."""
    return f"{figure(value)} {unit}".strip()


def _of(unit):
    return f" of {unit}" if unit else ""


def _widget_data(make):
    """What a front end with widgets shows; nothing in a terminal."""
    if not display.in_kernel():
        return {}
    return make()._repr_mimebundle_() or {}


def _asking(prediction):
    from labapp.panel.prediction_widget import Asking

    return Asking(prediction)


def _filling_in(revelation):
    from labapp.panel.prediction_widget import filling_in

    return filling_in(revelation)
