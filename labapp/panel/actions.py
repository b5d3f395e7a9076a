"""What can be done besides setting: how long to measure, stop, measure again, save."""

import ipywidgets as widgets

from labapp.experiments.parameters import BadSetting
from labapp.panel.controls import NATURAL
from labapp.panel.save import FORMS


class Actions:
    """The row of buttons. Each of the four is called when its control is used."""

    def __init__(self, kind, budget, *, again, stop, save):
        self.budget = widgets.ToggleButtons(
            options=list(kind.budgets.items()), value=chosen(kind, budget), description="for",
            tooltips=[kind.budget_help] * len(kind.budgets),
            style={**NATURAL, "button_width": "auto"},
        )
        self.again = _button("Measure again", "Measure this setting once more", again)
        self.stop = _button("Stop", "End the measurement that is running", stop)
        self.form = widgets.Dropdown(options=list(FORMS.items()), description="as", style=NATURAL)
        self.save = _button(
            "Save", "Write what is shown into the notebook's folder", lambda: save(self.form.value)
        )
        self.budget.observe(lambda change: again(), "value")
        self.stop.disabled = True
        self.widget = widgets.HBox([
            widgets.HBox(each).add_class("dsl-control")
            for each in ([self.again, self.budget, self.stop], [self.save, self.form])
        ]).add_class("dsl-controls").add_class("dsl-actions")

    def running(self, yes):
        """Stop can be pressed while something runs."""
        self.stop.disabled = not yes


def chosen(kind, seconds):
    """The budget in ms (what the kind begins with, for None), or BadSetting."""
    seconds = kind.budget if seconds is None else seconds
    if not isinstance(seconds, int | float) or seconds * 1000 not in kind.budgets.values():
        offered = ", ".join(f"{each / 1000:g}" for each in kind.budgets.values())
        raise BadSetting(f"budget must be one of {offered} (seconds), and {seconds!r} is not.")
    return int(seconds * 1000)


def _button(text, tooltip, press):
    button = widgets.Button(description=text, tooltip=tooltip, layout={"width": "auto"})
    button.on_click(lambda _: press())
    return button
