"""The result of traffic as one HTML file that asks for nothing from anywhere."""

import html

from ..figures import milliseconds
from ..page import code, document, head, machine
from ..render_growth import picture
from ..tabular import csv_text
from . import charts, tabular, task_cells
from .render_html import table

NAMES = {
    "browser": "browser cache",
    "edge": "edge",
    "application": "application cache",
    "origin": "origin",
    "error": "error",
}


def traffic_page(result) -> str:
    """The whole document: question, settings, table, pictures, who answered, code, machine, figures."""
    title = result.question or result.experiment
    parts = [head(title, result), table(result), _pictures(result), _answers(result), code(result)]
    return document(title, "".join([*parts, machine(result), _figures(result)]))


def _pictures(result) -> str:
    if not any(stream.count for stream in result.measurements):
        return ""
    over_time = picture(charts.time_figure(result), "Latency of the requests over time")
    slower = picture(charts.slower_figure(result), "Share of the requests that took longer than a latency")
    pictures = f"<h2>Latency over time</h2>{over_time}<h2>How many were slower</h2>{slower}"
    if not result.defers:
        return pictures
    waiting = picture(charts.queue_figure(result), "Tasks that waited, over time")
    return f"{pictures}<h2>Queue length over time</h2>{waiting}{_tasks(result)}"


def _tasks(result) -> str:
    """What became of the work that each variant put off."""
    rows = "".join(
        f'<tr><th scope="row">{html.escape(stream.variant)}</th>'
        + "".join(f"<td>{text}</td>" for text in task_cells.texts(stream.tasks))
        + "</tr>"
        for stream in result.measurements
        if stream.tasks.count
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("variant", *task_cells.HEADS))
    return (
        f'<table class="dsl-raw"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        f"<p>{task_cells.NOTE}</p>"
    )


def _answers(result) -> str:
    """Who answered each variant's requests, how many and how fast."""
    seen = {who for stream in result.measurements for who in stream.by_who}
    kinds = [who for who in NAMES if who in seen]
    if not kinds:
        return ""
    heads = "".join(f'<th scope="col">{NAMES[who]}</th>' for who in kinds)
    rows = "".join(
        f'<tr><th scope="row">{html.escape(stream.variant)}</th>'
        + "".join(f"<td>{_answered(stream, who)}</td>" for who in kinds)
        + f"<td>{stream.origin_requests:,}</td><td>{stream.origin_queries:,}</td></tr>"
        for stream in result.measurements
    )
    return (
        '<h2>Who answered</h2><table class="dsl-raw"><thead><tr><th scope="col">variant</th>'
        f'{heads}<th scope="col">requests at the origin</th><th scope="col">queries</th></tr></thead>'
        f"<tbody>{rows}</tbody></table><p>Requests, with their median latency. “Application cache” answered "
        "without a query and with at least one hit.</p>"
    )


def _answered(stream, who: str) -> str:
    if who not in stream.by_who:
        return "–"
    count, ms = stream.by_who[who]
    return f"{count:,} ({100 * count / stream.count:.0f} %), {milliseconds(ms)}"


def _figures(result) -> str:
    summary = html.escape(csv_text(tabular.summary(result)))
    return f"<h2>Figures</h2><details><summary>The table as CSV</summary><pre>{summary}</pre></details>"
