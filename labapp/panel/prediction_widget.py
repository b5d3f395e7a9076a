"""The widgets of a prediction: one input with two buttons, and the answer that fills itself in."""

from html import escape

import ipywidgets as widgets

from labapp.panel.prediction import GIVEN, STYLE, WAITING


class Asking(widgets.VBox):
    """The question, an input, "That is my guess" and "Skip"; afterwards what was said, and a way back."""

    def __init__(self, prediction):
        self._prediction = prediction
        self._input = _choice(prediction) if prediction.choices else _number(prediction)
        self._guess = _button("That is my guess", self._take, "primary")
        self._skip = _button("Skip", prediction.skip)
        self._again = _button("Change it", prediction.again)
        self._unit = [widgets.HTML(escape(prediction.unit))] if prediction.unit else []
        self._said = widgets.HTML()
        self._row = widgets.HBox()
        self._asked = widgets.HTML(f"{STYLE}<b>{escape(prediction.question)}</b>")
        super().__init__()
        self.add_class("dsl-guess")
        if not prediction.choices:
            self._input.on_msg(lambda _, content, __: content.get("event") == "submit" and self._take())
        prediction.observe(self._show)
        self._show()

    def _take(self):
        try:
            self._prediction.answer(self._input.value)
        except ValueError as refusal:
            self._said.value = escape(str(refusal))

    def _show(self):
        waiting = self._prediction.state == WAITING
        if waiting:
            self._row.children = [self._input, *self._unit, self._guess, self._skip]
            self.children = [self._asked, self._row, self._said]
        else:
            self._row.children = [self._said, self._again]
            self.children = [self._asked, self._row]
        self._said.value = "" if waiting else escape(self._prediction.said)
        if self._prediction.state == GIVEN and not self._prediction.choices:
            self._input.value = str(self._prediction.value)


def filling_in(revelation):
    """The answer's place, which shows it as soon as there is a prediction."""
    place = widgets.HTML(revelation._repr_html_())
    revelation._prediction.observe(lambda: setattr(place, "value", revelation._repr_html_()))
    return place


def _number(prediction):
    return widgets.Text(placeholder="your number", layout={"width": "120px"}, continuous_update=True)


def _choice(prediction):
    return widgets.RadioButtons(options=prediction.choices, value=None, layout={"width": "max-content"})


def _button(text, press, style=""):
    button = widgets.Button(description=text, button_style=style, layout={"width": "auto"})
    button.on_click(lambda _: press())
    return button
