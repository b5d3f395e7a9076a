"""A sweep along one parameter: how queries and time grow, and the law that each variant follows."""

from html import escape

import ipywidgets as widgets

from labapp.experiments.parameters import Choice
from labapp.measure import render_growth
from labapp.panel import text
from labapp.panel.controls import NATURAL
from labapp.panel.live import Live
from labapp.panel.status import Status
from labapp.panel.tabs.tab import Tab

INVITATION = (
    '<p class="dsl-none">Press “Measure growth”: every variant is measured at a handful of values, '
    "and the law that its figures follow is fitted.</p>"
)


class Growth(Tab):
    """Measures on request and keeps its picture until measured again."""

    title = "Growth"

    def __init__(self, panel):
        self.growth = None
        self._where = Live()
        super().__init__(panel)
        self.widget.add_class("dsl-growth-tab")

    def tools(self):
        experiment = self.panel.experiment
        self._parameter = widgets.Dropdown(
            options=sweepable(experiment), description="along", style=NATURAL
        )
        self._start = widgets.Button(
            description="Measure growth", layout={"width": "auto"}, tooltip="Measure at several values of it"
        )
        self._start.on_click(lambda _: self.panel.guarded(self._measure))
        self._start.disabled = not self._parameter.options
        self._parameter.observe(lambda change: self.panel.guarded(self.show, self.panel.result), "value")
        row = widgets.HBox([self._parameter, self._start, self._where.widget])
        return [row.add_class("dsl-controls").add_class("dsl-tools")]

    @property
    def saved(self):
        return self.growth

    def show(self, result):
        if self.growth is None:
            self.picture.show(INVITATION)
        self._where.show(" · ".join(filter(None, [self._measured_for(), self._beforehand()])))

    def _measure(self):
        experiment, name = self.panel.experiment, self._parameter.value
        values, settings = experiment.steps(name), experiment.check(self.panel.settings)
        each_ms = self._each_ms(name, values, settings)

        def tell(kind, done):
            sentence = f"Growth: {done} of {len(values)} values of {name} measured{left(each_ms[done:])}."
            self.panel.say(Status(kind, sentence, done / len(values)))

        def seen(growth):
            self.growth = growth
            self.picture.show(render_growth.figures(growth) + render_growth.laws(growth))
            self.show(None)
            tell("busy", len(growth.values))

        def work(stop):
            tell("busy", 0)
            experiment.sweep(name, values, settings, stop, seen, budget_ms=min(each_ms))
            tell("done", len(values))
            self.panel.resume()

        self.panel.begin(work)

    def _each_ms(self, name, values, settings):
        """How long each value is measured for at least."""
        return [self.panel.kind.sweep_ms({**settings, name: value}) for value in values]

    def _beforehand(self):
        """How long a sweep along the chosen parameter takes; nothing where there is none."""
        if not self._parameter.options:
            return ""
        experiment, name = self.panel.experiment, self._parameter.value
        values = experiment.steps(name)
        each_ms = self._each_ms(name, values, experiment.check(self.panel.settings))
        return f'<span class="dsl-dim">{len(values)} values, {seconds(each_ms)}</span>'

    def _measured_for(self):
        """The other settings it was measured at, and whether they are still those of the controls."""
        if self.growth is None:
            return ""
        settings = self.growth.results[-1].settings
        shown = [name for name in self.panel.adjustable if name != self.growth.parameter]
        others = {name: settings[name] for name in shown}
        stale = any(self.panel.settings.get(name) != value for name, value in others.items())
        words = text.words(others)
        mark = ' <span class="dsl-stale">measured for other settings than those above</span>' if stale else ""
        return f'<span class="dsl-dim">{escape("with " + words) if words else ""}</span>{mark}'


def left(each_ms):
    """ "; at least 20 s to go", or nothing when there is nothing to wait for."""
    return f"; {seconds(each_ms)} to go" if each_ms else ""


def seconds(each_ms):
    """ "at least 20 s"."""
    return f"at least {max(1, round(sum(each_ms) / 1000))} s"


def sweepable(experiment):
    """(label, name) of each parameter that has more than one value to measure at."""
    return [
        (parameter.label, parameter.name) for parameter, _ in experiment.controls()
        if not isinstance(parameter, Choice) and len(parameter.sizes()) > 1
    ]
