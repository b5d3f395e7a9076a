"""Latency over time while the traffic runs."""

from labapp.panel.tabs.tab import NOTHING, Tab
from labapp.panel.traffic.legend import legend
from labapp.panel.traffic.strip import svg


class Traffic(Tab):
    """Each request as a dot, percentiles and rates of each second, the queue, and where a setting changed."""

    title = "Traffic"

    def __init__(self, panel):
        super().__init__(panel)
        self.widget.add_class("dsl-traffic-tab")
        self._make_room()

    def _make_room(self):
        """For the queue as well, where work is put off."""
        if self.panel.kind.trail.queues:
            self.widget.add_class("dsl-queue-tab")

    def show(self, result):
        self._make_room()
        self.picture.show(NOTHING if result is None else picture(self.panel.kind.trail.scene()))


def picture(scene):
    """A Scene as HTML with its legend."""
    return f"{svg(scene)}{legend(scene)}"
