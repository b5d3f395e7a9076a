"""A recording as HTML: figures, findings, the costliest statements, the timeline."""

from labapp.probe.groups import groups
from labapp.probe.style import CSS, PALETTE, counted, escape, milliseconds
from labapp.probe.timeline import NEUTRAL, Lane, group_colours, legend, svg

MOST_GROUPS = 8
MOST_FINDINGS = 12


def html(recording) -> str:
    """Return the recording as one piece of HTML that needs nothing else."""
    parts = [_headline(recording)]
    if recording.queries:
        found = recording.findings()
        parts += [finding_html(one) for one in found[:MOST_FINDINGS]]
        if len(found) > MOST_FINDINGS:
            parts.append(f'<p class="dsl-dim">and {counted(len(found) - MOST_FINDINGS, "more finding")}</p>')
        parts += [_table(recording), svg([Lane("", None, recording)]), legend(waiting=bool(recording.wait_ms))]
    return page("".join(parts))


def page(body: str) -> str:
    """Return the body with the style it needs."""
    return f'<style>{CSS}</style><div class="dsl-root">{body}</div>'


def finding_html(finding) -> str:
    """Return one finding as HTML, to stand inside of an element of class dsl-root."""
    colour = {"N+1": PALETTE[0], "write in a loop": PALETTE[3], "duplicate": PALETTE[4]}.get(finding.kind, PALETTE[1])
    if finding.kind in ("duplicate", "unused eager load"):
        return (
            f'<div class="dsl-finding" style="--dsl-mark:{colour}"><p><span class="dsl-kind">{finding.kind}</span> {escape(finding.message)}'
            f"</p><p>Cure: <code>{escape(finding.cure)}</code></p></div>"
        )
    site = finding.template or finding.site
    text = f" in <code>{escape(site.text)}</code>" if site is not None and site.text else ""
    sql = f" <code>{escape(finding.sql)}</code>" if finding.sql else f" {escape(finding.message)}"
    also = "".join(f", with <code>{escape(one)}</code>" for one in finding.also)
    rows = f" ({escape(finding.message)})" if finding.kind == "unbounded result" else ""
    times = f" {finding.times:,} ×" if finding.sql and finding.times > 1 else ""
    waited = f"{milliseconds(finding.wait_ms)} simulated waiting, " if finding.wait_ms else ""
    cost = f" · {waited}{milliseconds(finding.cost_ms)} in the database" if finding.sql else ""
    return (
        f'<div class="dsl-finding" style="--dsl-mark:{colour}"><p><span class="dsl-kind">{escape(finding.kind)}</span>{times}{sql}{also}{rows}'
        f' from <code>{escape(finding.where)}</code>{text}<span class="dsl-dim">{cost}</span></p>'
        f"<p>Cure: <code>{escape(finding.cure)}</code></p></div>"
    )


def figures(recording) -> list[str]:
    """Return the headline of a recording in words: queries, rows, and where the time went."""
    words = [
        counted(recording.count, "query", "queries"),
        counted(recording.rows, "row"),
        milliseconds(recording.wall_ms),
    ]
    execute = sum(query.execute_ms for query in recording.queries)
    fetch = sum(query.fetch_ms for query in recording.queries)
    split = f"execute {milliseconds(execute)}, fetch {milliseconds(fetch)}, Python {milliseconds(recording.python_ms)}"
    if recording.wait_ms:
        split += f", waiting {milliseconds(recording.wait_ms)} (simulated)"
    return [*words, split]


def _headline(recording) -> str:
    queries, rows, wall, split = figures(recording)
    label = f"{escape(recording.label)} · " if recording.label else ""
    return f'<p class="dsl-headline">{label}<b>{queries}, {rows}, {wall}</b>: <span class="dsl-dim">{split}</span></p>'


def _table(recording) -> str:
    every = groups(recording)
    colours = group_colours(recording)
    rows = "".join(_row(group, colours.get((group.fingerprint, group.alias), NEUTRAL)) for group in every[:MOST_GROUPS])
    rest = every[MOST_GROUPS:]
    more = f'<p class="dsl-dim">and {counted(sum(group.count for group in rest), "query", "queries")} of {counted(len(rest), "other kind")}</p>'
    return (
        '<table class="dsl-groups"><thead><tr><th scope="col" class="dsl-number">times</th>'
        '<th scope="col" class="dsl-number">in the database</th><th scope="col" class="dsl-number">rows</th>'
        f'<th scope="col">statement</th><th scope="col">from</th></tr></thead><tbody>{rows}</tbody></table>{more if rest else ""}'
    )


def _row(group, colour: str) -> str:
    alias = f' <span class="dsl-dim">on {escape(group.alias)}</span>' if group.alias != "default" else ""
    return (
        f'<tr><td class="dsl-number">{group.count:,}</td><td class="dsl-number">{milliseconds(group.total_ms)}</td>'
        f'<td class="dsl-number">{group.rows:,}</td><td><span class="dsl-chip" style="background:{colour}"></span>'
        f"<code>{escape(_short(group.fingerprint))}</code>{alias}</td><td>{escape(group.where)}</td></tr>"
    )


def _short(text: str, most: int = 240) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
