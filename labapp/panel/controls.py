"""The controls of an experiment: one for each parameter of the work and each condition of the world."""

from html import escape

import ipywidgets as widgets

from labapp.experiments.parameters import Choice, Integer, Number

NATURAL = {"description_width": "initial"}
FEW = 5  # choices that fit side by side
MANY = 5  # controls; where there are more, three choices are too wide already
CROWD = 8  # controls; where there are more, sliders are short


class Controls:
    """Widgets for ``experiment.controls()``; ``changed()`` is called after each move of one."""

    def __init__(self, controls, settings, changed):
        self._inputs, self._marks = {}, {}
        self._fixed = dict(settings)
        self._changed = changed
        movable = [pair for pair in controls if not _of_one(pair[0])]
        few = 2 if len(movable) > MANY else FEW
        shown = [self._group(parameter, condition, few) for parameter, condition in movable]
        self.widget = widgets.VBox([widgets.HBox(shown).add_class("dsl-controls"), *hints(controls)])
        if len(movable) > CROWD:
            self.widget.add_class("dsl-many")
        self._mark()

    def _group(self, parameter, condition, few):
        """The control with its unit and mark ("ms", "simulated") beside it."""
        control = control_for(parameter, self._fixed[parameter.name], few)
        control.observe(self._moved, "value")
        self._inputs[parameter.name] = (parameter, control)
        parts = [control]
        if parameter.unit:
            parts.append(widgets.HTML(escape(parameter.unit)).add_class("dsl-unit"))
        if condition is not None and condition.mark:
            self._marks[parameter.name] = condition, widgets.HTML().add_class("dsl-unit")
            parts.append(self._marks[parameter.name][1])
        return widgets.HBox(parts).add_class("dsl-control")

    def _moved(self, _):
        self._mark()
        self._changed()

    def _mark(self):
        """What stands beside a control may depend on the others."""
        for condition, shown in self._marks.values():
            shown.value = f'<span class="dsl-mark">{escape(condition.mark_for(self.settings))}</span>'

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


def control_for(parameter, value, few=FEW):
    """The widget that suits the parameter, standing at ``value``; up to ``few`` choices are buttons."""
    if isinstance(parameter, Integer):
        return _slider(widgets.IntSlider, parameter, value, "d")
    if isinstance(parameter, Number):
        return _slider(widgets.FloatSlider, parameter, value, f".{_decimals(parameter.step)}f")
    options = [(str(choice), choice) for choice in parameter.choices]
    if len(options) > few:
        return widgets.Dropdown(options=options, value=value, description=parameter.label, style=NATURAL)
    return widgets.ToggleButtons(
        options=options, value=value, description=parameter.label, style={**NATURAL, "button_width": "auto"}
    )


def hints(controls):
    """One line, where there is something that this machine does not have: how to get it."""
    said = [getattr(condition or parameter, "hint", "") for parameter, condition in controls]
    words = " ".join(dict.fromkeys(each for each in said if each))
    return [widgets.HTML(escape(words)).add_class("dsl-hint")] if words else []


def _of_one(parameter):
    """A choice of one is none."""
    return isinstance(parameter, Choice) and len(parameter.choices) < 2


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
