"""What is seen of a measurement, and heard: the status line, the table, one sentence at the end."""

from html import escape

from labapp.panel.live import Live


class Picture:
    """The live parts above the tabs; what stands in the table is a matter of the panel's Kind."""

    def __init__(self, kind):
        self._kind = kind
        self.state, self.progress, self.table, self.heard = Live(), Live(), Live(), Live()
        self.state.widget.add_class("dsl-state")
        self.table.widget.add_class("dsl-table")

    def say(self, status):
        """Show a Status: what people must know at once, how far it is when there is time."""
        at_once = status.kind != "busy"
        self.state.show(status.html(), at_once)
        self.progress.show(status.bar(), at_once)

    def show(self, result, before, at_once=False):
        """Show a result in the table; rows that it does not have yet stay as they were before, dimmed."""
        self.table.show(self._kind.table(result, before), at_once)

    def hear(self, result):
        """Have a screen reader say a result."""
        self.heard.show(f'<div class="dsl-heard" role="status">{escape(self._kind.sentence(result))}</div>')

    def dim(self, yes):
        """Whether the table shows another setting than the controls do; seen after half a second."""
        change = self.table.widget.add_class if yes else self.table.widget.remove_class
        change("dsl-waits")
