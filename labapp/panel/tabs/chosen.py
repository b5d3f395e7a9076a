"""A tab that shows one variant at a time."""

from html import escape

import ipywidgets as widgets

from labapp.panel.controls import NATURAL
from labapp.panel.tabs.tab import Tab


class OneVariant(Tab):
    """Offers the variants of the result; ``of(measurement)`` is the picture of the chosen one."""

    choosing = ""  # what stands before the choice

    def tools(self):
        self._variant = widgets.ToggleButtons(
            options=list(self.panel.experiment.variants), description=self.choosing,
            style={**NATURAL, "button_width": "auto"},
        )
        self._variant.observe(lambda change: self.panel.guarded(self._again), "value")
        return [widgets.HBox([self._variant]).add_class("dsl-controls").add_class("dsl-tools")]

    def show(self, result):
        if result is not None:
            self._offer([each.variant for each in result.measurements])
        super().show(result)

    def html(self, result):
        chosen = self.chosen(result)
        if chosen is None or chosen.recording is None:
            reason = chosen and (chosen.error or chosen.unavailable) or "it was not run"
            name = escape(str(self._variant.value))
            return f'<p class="dsl-none">No queries of {name}: {escape(reason.rstrip("."))}.</p>'
        return self.of(chosen)

    def chosen(self, result):
        """The measurement of the chosen variant, or None."""
        return next((each for each in result.measurements if each.variant == self._variant.value), None)

    def of(self, measurement):
        raise NotImplementedError

    def _offer(self, names):
        if list(self._variant.options) != names:
            chosen = self._variant.value
            self._variant.options = names
            self._variant.value = chosen if chosen in names else names[0]

    def _again(self):
        self.show(self.panel.result)
