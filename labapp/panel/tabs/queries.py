"""The statements of one variant in groups: how often, how long, from where, and the database's plan."""

from concurrent.futures import CancelledError
from contextlib import ExitStack
from html import escape

import ipywidgets as widgets

from labapp.measure.stop import Stopped
from labapp.measure.worker import worker
from labapp.panel.controls import NATURAL
from labapp.panel.tabs.tab import Tab
from labapp.probe import explain

MOST = 20  # groups shown; more than that is a page nobody reads
EXPLAINED = ("select", "insert", "update", "delete")


class Queries(Tab):
    """The groups of the chosen variant, those that cost most first; plans on request, in place."""

    title = "Queries"

    def tools(self):
        self._plans = {}
        self._wanted = []
        self._variant = widgets.ToggleButtons(
            options=list(self.panel.experiment.variants), description="queries of",
            style={**NATURAL, "button_width": "auto"},
        )
        self._explain = widgets.ToggleButton(
            description="EXPLAIN", tooltip="Ask the database how it carries out each statement",
            layout={"width": "auto"},
        )
        self._variant.observe(lambda change: self.panel.guarded(self._again), "value")
        self._explain.observe(lambda change: self.panel.guarded(self._again), "value")
        row = widgets.HBox([self._variant, self._explain]).add_class("dsl-controls").add_class("dsl-tools")
        return [row]

    def show(self, result):
        if result is not None:
            self._offer([each.variant for each in result.measurements])
        super().show(result)
        if result is not None and self._explain.value:
            self._ask(result)

    def html(self, result):
        chosen = next((each for each in result.measurements if each.variant == self._variant.value), None)
        if chosen is None or chosen.recording is None:
            reason = chosen and (chosen.error or chosen.unavailable) or "it was not run"
            name = escape(str(self._variant.value))
            return f'<p class="dsl-none">No queries of {name}: {escape(reason)}.</p>'
        groups = chosen.recording.groups()
        plans = self._plans if self._explain.value else {}
        return table(chosen, groups, plans)

    def _offer(self, names):
        if list(self._variant.options) != names:
            chosen = self._variant.value
            self._variant.options = names
            self._variant.value = chosen if chosen in names else names[0]

    def _again(self):
        self.show(self.panel.result)

    # Plans: asked for here, made in the worker's thread, between two rounds or in a job of their own

    def _ask(self, result):
        """Note which groups are to be explained; the picture is drawn again when they have been."""
        chosen = result[self._variant.value]
        groups = chosen.recording.groups()[:MOST] if chosen.recording is not None else []
        self._wanted = [each for each in groups if each.kind in EXPLAINED]
        job = worker.submit((self.panel, "plans"), lambda stop: self._in_world(result.settings))
        job.future.add_done_callback(lambda future: self.panel.guarded(self._planned, future))

    def between(self):
        wanted, self._wanted = self._wanted, []
        if wanted:
            self._plans.update({(each.alias, each.fingerprint): explain(each.sample).text for each in wanted})
            super().show(self.panel.result)

    def _in_world(self, settings):
        if not self._wanted:
            return
        with ExitStack() as world:
            for name, condition in self.panel.experiment.conditions.items():
                world.enter_context(condition.enter(settings[name]))
            self.between()

    def _planned(self, future):
        """Nothing is left to do, but an error must be seen."""
        try:
            future.result()
        except (CancelledError, Stopped):
            return


def table(measurement, groups, plans):
    """The groups of one variant as HTML; ``plans`` are shown below the statements they belong to."""
    longest = max((each.total_ms + each.wait_ms for each in groups), default=0) or 1
    rows = "".join(row(each, measurement.colour, longest, plans) for each in groups[:MOST])
    rest = len(groups) - MOST
    more = f'<p class="dsl-dim">and {rest} more groups, each cheaper than these</p>' if rest > 0 else ""
    return (
        '<table class="dsl-queries"><thead><tr><th class="dsl-num">times</th>'
        '<th class="dsl-num">ms in all</th><th></th><th class="dsl-num">rows</th>'
        "<th>statement and where it comes from</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{more}"
    )


def row(group, colour, longest, plans):
    """One group: figures, a bar, the statement, its origin, its plan if asked for."""
    work, wait = 100 * group.total_ms / longest, 100 * group.wait_ms / longest
    plan = plans.get((group.alias, group.fingerprint))
    shown = f'<pre class="dsl-plan">{escape(plan)}</pre>' if plan else ""
    title = (
        f"execute {group.execute_ms:.2f} ms, fetch {group.fetch_ms:.2f} ms, "
        f"simulated waiting {group.wait_ms:.2f} ms"
    )
    return (
        f'<tr><td class="dsl-num"><b>{group.count:,}</b> ×</td>'
        f'<td class="dsl-num" title="{title}">{group.total_ms + group.wait_ms:,.2f}</td>'
        f'<td><span class="dsl-share" title="{title}"><i style="width:{work:.1f}%;background:{colour}"></i>'
        f'<i class="dsl-wait" style="width:{wait:.1f}%"></i></span></td>'
        f'<td class="dsl-num">{group.rows:,}</td>'
        f"<td><code>{escape(group.fingerprint)}</code>"
        f"{origin(group)}{shown}</td></tr>"
    )


def origin(group):
    """The template's line with its tag, then the Python line with its text."""
    sites = [each for each in (group.template, group.site) if each is not None]
    return "".join(map(line, sites)) or '<div class="dsl-origin">an unknown place</div>'


def line(site):
    """One place in the code with its text."""
    text = f" <code>{escape(site.text)}</code>" if site.text else ""
    return f'<div class="dsl-origin" title="{escape(site.text)}">{escape(site.label)}{text}</div>'
