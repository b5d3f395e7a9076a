"""The controls of an experiment: one for each parameter of the work and each condition of the world."""

from html import escape

import ipywidgets as widgets

from labapp.experiments.parameters import Choice, Integer, Number

NATURAL = {"description_width": "initial"}
FEW = 5  # choices that fit side by side


class Controls:
    """Widgets for ``experiment.controls()``; ``changed()`` is called after each move of one."""

    def __init__(self, controls, settings, changed):
        self._inputs = {}
        self._fixed = dict(settings)
        shown = []
        for parameter, condition in controls:
            if isinstance(parameter, Choice) and len(parameter.choices) < 2:
                continue
            control = control_for(parameter, settings[parameter.name])
            control.observe(lambda change: changed(), "value")
            self._inputs[parameter.name] = (parameter, control)
            shown.append(group(control, parameter, condition))
        self.widget = widgets.HBox(shown).add_class("dsl-controls")

    @property
    def settings(self):
        """What is set now."""
        return {**self._fixed, **{name: _value(*pair) for name, pair in self._inputs.items()}}

    @property
    def names(self):
        """The parameters that can be moved here."""
        return list(self._inputs)

    def __getitem__(self, name):
        """The widget of one parameter."""
        return self._inputs[name][1]


def control_for(parameter, value):
    """The widget that suits the parameter, standing at ``value``."""
    if isinstance(parameter, Integer):
        return _slider(widgets.IntSlider, parameter, value, "d")
    if isinstance(parameter, Number):
        return _slider(widgets.FloatSlider, parameter, value, f".{_decimals(parameter.step)}f")
    options = [(str(choice), choice) for choice in parameter.choices]
    if len(options) > FEW:
        return widgets.Dropdown(options=options, value=value, description=parameter.label, style=NATURAL)
    return widgets.ToggleButtons(
        options=options, value=value, description=parameter.label, style={**NATURAL, "button_width": "auto"}
    )


def group(control, parameter, condition):
    """The control with its unit and mark ("ms", "simulated") beside it."""
    mark = condition.mark if condition else ""
    words = [f"<span>{escape(parameter.unit)}</span>"] if parameter.unit else []
    words += [f'<span class="dsl-mark">{escape(mark)}</span>'] if mark else []
    beside = [widgets.HTML(" ".join(words)).add_class("dsl-unit")] if words else []
    return widgets.HBox([control, *beside]).add_class("dsl-control")


def _slider(kind, parameter, value, form):
    return kind(
        value=value, min=parameter.low, max=parameter.high, step=parameter.step, readout_format=form,
        description=parameter.label, continuous_update=True, style=NATURAL,
    )


def _decimals(step):
    text = f"{step:g}"
    return len(text.partition(".")[2])


def _value(parameter, control):
    """What the control says; a slider adds 0.1 three times and says 0.30000000000000004."""
    return round(control.value, 6) if isinstance(parameter, Number) else control.value
