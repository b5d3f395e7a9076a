"""What every tab has."""

import ipywidgets as widgets

from labapp.panel.live import Live

NOTHING = '<p class="dsl-none">Nothing is measured yet.</p>'


class Tab:
    """One way to look at a result; its HTML is built only while it is open.

    ``panel`` offers ``experiment``, ``settings``, ``result`` (or None), ``measuring`` and ``failed(error)``.
    """

    title = ""

    def __init__(self, panel):
        self.panel = panel
        self.picture = Live()
        self.widget = widgets.VBox([*self.tools(), self.picture.widget]).add_class("dsl-tab")

    def tools(self):
        """Widgets above the picture."""
        return []

    @property
    def saved(self):
        """What Save writes while this tab is open, if not the result itself."""
        return None

    def show(self, result):
        """Draw a result whose variants are all recorded (None before the first), when new or when opened."""
        self.picture.show(NOTHING if result is None else self.html(result))

    def between(self):
        """Called in the worker while the tab is open, between two rounds of a measurement."""

    def html(self, result):
        raise NotImplementedError
