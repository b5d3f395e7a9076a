"""Each query on the time axis, and below it what was found."""

from html import escape

from labapp.panel.tabs.tab import Tab
from labapp.probe import timeline
from labapp.probe.render_html import finding_html


class Timeline(Tab):
    """The recorded runs of all variants on one axis, and their findings."""

    title = "Timeline"

    def html(self, result):
        recorded = [each for each in result.measurements if each.recording is not None]
        if not recorded:
            return '<p class="dsl-none">No variant ran, so there is nothing to draw.</p>'
        lanes = [timeline.Lane(each.variant, each.colour, each.recording) for each in recorded]
        waited = any(each.wait_ms for each in recorded)
        cached = any(each.recording.cache for each in recorded)
        found = "".join(map(findings, recorded)) or '<p class="dsl-none">Nothing to find fault with.</p>'
        legend = timeline.legend(waited, cached)
        return f'<div class="dsl-root">{timeline.svg(lanes)}{legend}{found}</div>'


def findings(measurement):
    """What was found in one variant, below its name, or nothing."""
    found = measurement.recording.findings()
    if not found:
        return ""
    return (
        f'<div class="dsl-found"><span class="dsl-chip" style="background:{measurement.colour}"></span>'
        f"<b>{escape(measurement.variant)}</b>{''.join(map(finding_html, found))}</div>"
    )
