"""The statements of one variant in groups: how often, how long, from where."""

from html import escape

from labapp.panel.tabs.chosen import OneVariant

MOST = 20  # groups shown; more than that is a page nobody reads


class Queries(OneVariant):
    """The groups of the chosen variant, those that cost most first."""

    title = "Queries"
    choosing = "queries of"

    def of(self, measurement):
        return table(measurement, measurement.recording.groups())


def table(measurement, groups):
    """The groups of one variant as HTML."""
    longest = max((each.total_ms + each.wait_ms for each in groups), default=0) or 1
    rows = "".join(row(each, measurement.colour, longest) for each in groups[:MOST])
    rest = len(groups) - MOST
    more = f'<p class="dsl-dim">and {rest} more groups, each cheaper than these</p>' if rest > 0 else ""
    return (
        '<table class="dsl-queries"><thead><tr><th class="dsl-num">times</th>'
        '<th class="dsl-num">ms in all</th><th></th><th class="dsl-num">rows</th>'
        "<th>statement and where it comes from</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{more}"
    )


def row(group, colour, longest):
    """One group: figures, a bar, the statement, its origin."""
    work, wait = 100 * group.total_ms / longest, 100 * group.wait_ms / longest
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
        f"{origin(group)}</td></tr>"
    )


def origin(group):
    """The template's line with its tag, then the Python line with its text."""
    sites = [each for each in (group.template, group.site) if each is not None]
    return "".join(map(line, sites)) or '<div class="dsl-origin">an unknown place</div>'


def line(site):
    """One place in the code with its text."""
    text = f" <code>{escape(site.text)}</code>" if site.text else ""
    return f'<div class="dsl-origin" title="{escape(site.text)}">{escape(site.label)}{text}</div>'
