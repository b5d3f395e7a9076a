"""A recording as HTML: figures, findings, the costliest statements, the timeline."""

from labapp.probe.groups import groups
from labapp.probe.style import CSS, PALETTE, counted, escape, milliseconds
from labapp.probe.timeline import NEUTRAL, Lane, group_colours, legend, svg
from labapp.probe.timeline_cache import caption

MOST_GROUPS = 8
MOST_FINDINGS = 12
MARKS = {"N+1": PALETTE[0], "write in a loop": PALETTE[3], "duplicate": PALETTE[4]}


def html(recording) -> str:
    """Return the recording as one piece of HTML that needs nothing else."""
    parts = [_headline(recording)]
    if recording.queries or recording.cache:
        found = recording.findings()
        parts += [finding_html(one) for one in found[:MOST_FINDINGS]]
        if len(found) > MOST_FINDINGS:
            parts.append(f'<p class="dsl-dim">and {counted(len(found) - MOST_FINDINGS, "more finding")}</p>')
        parts += [
            _table(recording),
            svg([Lane("", None, recording)]),
            legend(waiting=bool(recording.wait_ms), cache=bool(recording.cache)),
        ]
    return page("".join(parts))


def page(body: str) -> str:
    """Return the body with the style it needs."""
    return f'<style>{CSS}</style><div class="dsl-root">{body}</div>'


def finding_html(finding) -> str:
    """Return one finding as HTML, to stand inside of an element of class dsl-root."""
    colour = MARKS.get(finding.kind, PALETTE[1])
    described = (
        _loop(finding) if finding.kind in ("N+1", "write in a loop") else f" {escape(finding.message)}"
    )
    return (
        f'<div class="dsl-finding" style="--dsl-mark:{colour}">'
        f'<p><span class="dsl-kind">{escape(finding.kind)}</span>{described}</p>'
        f"<p>Cure: <code>{escape(finding.cure)}</code></p></div>"
    )


def _loop(finding) -> str:
    """How often, what, from where, in which text, at what cost."""
    site = finding.template or finding.site
    also = "".join(f", with <code>{escape(one)}</code>" for one in finding.also)
    text = f" in <code>{escape(site.text)}</code>" if site is not None and site.text else ""
    waited = f"{milliseconds(finding.wait_ms)} simulated waiting, " if finding.wait_ms else ""
    return (
        f" {finding.times:,} × <code>{escape(finding.sql)}</code>{also}"
        f" from <code>{escape(finding.where)}</code>{text}"
        f'<span class="dsl-dim"> · {waited}{milliseconds(finding.cost_ms)} in the database</span>'
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
    split = f"execute {milliseconds(execute)}, fetch {milliseconds(fetch)}"
    split += f", Python {milliseconds(recording.python_ms)}"
    if recording.wait_ms:
        split += f", waiting {milliseconds(recording.wait_ms)} (simulated)"
    if recording.cache:
        split += f"; {caption(recording)}"
    return [*words, split]


def _headline(recording) -> str:
    queries, rows, wall, split = figures(recording)
    label = f"{escape(recording.label)} · " if recording.label else ""
    said = f'<b>{queries}, {rows}, {wall}</b>: <span class="dsl-dim">{split}</span>'
    return f'<p class="dsl-headline">{label}{said}</p>'


def _table(recording) -> str:
    every = groups(recording)
    if not every:
        return ""
    colours = group_colours(recording)
    rows = "".join(
        _row(group, colours.get((group.fingerprint, group.alias), NEUTRAL)) for group in every[:MOST_GROUPS]
    )
    return (
        '<table class="dsl-groups"><thead><tr><th scope="col" class="dsl-number">times</th>'
        '<th scope="col" class="dsl-number">in the database</th><th scope="col" class="dsl-number">rows</th>'
        '<th scope="col">statement</th><th scope="col">from</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>{_rest(every[MOST_GROUPS:])}"
    )


def _rest(groups) -> str:
    return f'<p class="dsl-dim">{left_out(groups)}</p>' if groups else ""


def left_out(groups) -> str:
    """Return what is not shown, in words."""
    queries = counted(sum(group.count for group in groups), "query", "queries")
    return f"and {queries} of {counted(len(groups), 'other kind')}"


def _row(group, colour: str) -> str:
    alias = f' <span class="dsl-dim">on {escape(group.alias)}</span>' if group.alias != "default" else ""
    times, rows, cost = f"{group.count:,}", f"{group.rows:,}", milliseconds(group.total_ms)
    numbers = "".join(f'<td class="dsl-number">{number}</td>' for number in (times, cost, rows))
    chip = f'<span class="dsl-chip" style="background:{colour}"></span>'
    statement = f"<code>{escape(_short(group.fingerprint))}</code>{alias}"
    return f"<tr>{numbers}<td>{chip}{statement}</td><td>{escape(group.where)}</td></tr>"


def _short(text: str, most: int = 240) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
