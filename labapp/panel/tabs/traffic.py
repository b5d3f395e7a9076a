"""Latency over time while the traffic runs."""

from labapp.panel.tabs.tab import NOTHING, Tab
from labapp.panel.traffic.legend import legend
from labapp.panel.traffic.strip import svg


class Traffic(Tab):
    """Each request as a dot, percentiles and rates of each second, and where a setting changed."""

    title = "Traffic"

    def __init__(self, panel):
        super().__init__(panel)
        self.widget.add_class("dsl-traffic-tab")

    def show(self, result):
        self.picture.show(NOTHING if result is None else picture(self.panel.kind.trail.scene()))


def picture(scene):
    """A Scene as HTML with its legend."""
    return f"{svg(scene)}{legend(scene)}"
