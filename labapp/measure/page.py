"""A result or a growth as one HTML file that asks for nothing from anywhere."""

import html

from labapp.probe import style, timeline
from labapp.probe.render_html import finding_html

from . import tabular
from .look import CSS
from .render_html import table
from .table import setting_words, waits

PAGE_CSS = """
:root{color-scheme:light dark}
body{max-width:1080px;margin:32px auto;padding:0 24px;font:14px/1.5 system-ui,sans-serif;background:#fff;
color:#1f2328}
@media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}}
h1{font-size:22px;line-height:1.3;margin:0}
h2{font-size:16px;margin:36px 0 8px}h3{font-size:14px;margin:20px 0 6px}
.dsl-root{max-width:none}
pre{overflow-x:auto;margin:0 0 12px;padding:10px 12px;border:1px solid #8884;border-radius:4px;
font-size:12.5px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 20px;margin:8px 0}dt{opacity:.7}dd{margin:0}
summary{cursor:pointer}
.dsl-raw{border-collapse:collapse;font-size:12px;font-variant-numeric:tabular-nums}
.dsl-raw td,.dsl-raw th{padding:1px 12px 1px 0;text-align:right;font-weight:normal}
.dsl-raw td:first-child,.dsl-raw th:first-child{text-align:left}
"""


def result_page(result) -> str:
    """The whole document: question, settings, table, timeline, queries, code, machine, rounds."""
    title = result.question or result.experiment
    body = [
        head(title, result),
        table(result),
        _timeline(result),
        _queries(result),
        code(result),
        machine(result),
    ]
    return document(title, "".join([*body, _rounds(result)]))


def growth_page(growth) -> str:
    """The whole document: picture and laws, then the table of each result."""
    from .render_growth import figures, laws

    last = growth.results[-1] if growth.results else None
    title = (last and last.question) or growth.experiment
    body = [
        f"<h1>{html.escape(title)}</h1><p>{html.escape(f'{growth.experiment} along {growth.parameter}')}</p>"
    ]
    body += [figures(growth), laws(growth)] if growth.results else ["<p>Nothing has been measured yet.</p>"]
    for value, result in zip(growth.values, growth.results, strict=False):
        body.append(f"<h2>{html.escape(f'{growth.parameter} = {value}')}</h2>{result.table()}")
    if last:
        body += [code(last), machine(last)]
    return document(title, "".join(body))


def head(title: str, result) -> str:
    """The question, the settings, and which row of the talk it tests."""
    claims = f" · talk {', '.join(result.claims)}" if result.claims else ""
    return f"<h1>{html.escape(title)}</h1><p>{html.escape(setting_words(result) + claims)}</p>"


def _timeline(result) -> str:
    recorded = [each for each in result.measurements if each.recording is not None]
    if not recorded:
        return ""
    lanes = [timeline.Lane(each.variant, each.colour, each.recording) for each in recorded]
    return f"<h2>Timeline of one run</h2>{timeline.svg(lanes)}{timeline.legend(waiting=waits(result))}"


def _queries(result) -> str:
    """Findings, and the statements of each variant grouped."""
    parts = []
    for each in result.measurements:
        if each.recording is None:
            continue
        findings = "".join(finding_html(finding) for finding in each.recording.findings())
        groups = "".join(_group(group) for group in each.recording.groups())
        parts.append(
            f'<h3>{html.escape(each.variant)}</h3>{findings}<table class="dsl-groups"><thead><tr>'
            '<th scope="col" class="dsl-number">times</th>'
            '<th scope="col" class="dsl-number">ms in the database</th>'
            '<th scope="col" class="dsl-number">rows</th><th scope="col">statement</th>'
            f'<th scope="col">from</th></tr></thead><tbody>{groups}</tbody></table>'
        )
    return f'<h2>Queries</h2><div class="dsl-root">{"".join(parts)}</div>' if parts else ""


def _group(group) -> str:
    site = group.template or group.site
    return (
        f'<tr><td class="dsl-number">{group.count:,}</td><td class="dsl-number">{group.total_ms:,.2f}</td>'
        f'<td class="dsl-number">{group.rows:,}</td><td><code>{html.escape(group.fingerprint)}</code></td>'
        f"<td>{html.escape(site.label) if site else ''}</td></tr>"
    )


def code(result) -> str:
    """The source of each variant."""
    listings = [
        f"<h3>{html.escape(each.variant)}</h3><p>{html.escape(each.caption)}</p>"
        f"<pre>{html.escape(each.source)}</pre>"
        for each in result.measurements
        if each.source
    ]
    return f"<h2>Code</h2>{''.join(listings)}" if listings else ""


def machine(result) -> str:
    """Where it was measured."""
    pairs = "".join(
        f"<dt>{html.escape(str(name))}</dt><dd>{html.escape(str(value))}</dd>"
        for name, value in result.environment.items()
    )
    return f"<h2>Measured on</h2><dl>{pairs}</dl>"


def _rounds(result) -> str:
    """Every round of every variant, a column each."""
    timed = [each for each in result.measurements if each.samples_ms]
    if not timed:
        return ""
    heads = "".join(f'<th scope="col">{html.escape(each.variant)}</th>' for each in timed)
    rows = "".join(
        f'<tr><th scope="row">{number + 1}</th>'
        + "".join(f"<td>{_nth(each, number)}</td>" for each in timed)
        + "</tr>"
        for number in range(max(len(each.samples_ms) for each in timed))
    )
    summary = html.escape(tabular.csv_text(tabular.summary(result)))
    return (
        f"<h2>Figures</h2><details><summary>Each round, wall time in ms</summary>"
        f'<table class="dsl-raw"><thead><tr><th scope="col">round</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        f"</details><details><summary>The table as CSV</summary><pre>{summary}</pre></details>"
    )


def _nth(measurement, number: int) -> str:
    times = measurement.samples_ms
    return f"{times[number]:.4f}" if number < len(times) else ""


def document(title: str, body: str) -> str:
    """The whole file around its body."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
        f"<style>{style.CSS}{CSS}{PAGE_CSS}</style></head><body>{body}</body></html>\n"
    )
