"""Results and growth as text of at most 100 columns: for a terminal, an untrusted notebook, a screen reader."""

import textwrap

from . import table as cells

WIDTH = 100
HEADINGS = ("variant", "queries", "rows", "latency, median", "against baseline", "result")


def table(result) -> str:
    """The result's table with question, status and footnotes."""
    comparing = cells.compares(result)
    lines = [_line(result, measurement, comparing) for measurement in result.measurements]
    setting = ", ".join(f"{name} = {value}" for name, value in result.settings.items())
    parts = [
        result.question,
        f"{result.experiment}: {setting}" if setting else result.experiment,
        result.status,
        "",
    ]
    return "\n".join(
        [line for part in parts for line in (textwrap.wrap(part, WIDTH) or [""])]
        + aligned([list(HEADINGS), *lines])
        + ["", *textwrap.wrap("; ".join(cells.footnotes(result)) + ".", WIDTH)]
    )


def growth(grown) -> str:
    """The law of each variant, and queries and latency at each value."""
    laws, latencies = grown.laws, grown.latency_laws
    lines = [["variant", "queries", "latency in ms", "measured"]]
    for variant in grown.variants:
        points = grown.points(variant)
        measured = f"{points[0][0]} to {points[-1][0]}" if points else "nowhere"
        lines.append(
            [variant, laws[variant].text, latencies[variant].text, f"{grown.parameter} = {measured}"]
        )
    return "\n".join([f"{grown.experiment}, n = {grown.parameter}", "", *aligned(lines)])


def aligned(lines: list[list[str]]) -> list[str]:
    """Columns side by side; when that is too wide the widest give way, cut with an ellipsis."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    room = WIDTH - 2 * (len(widths) - 1)
    while sum(widths) > room:
        widths[widths.index(max(widths))] -= 1
    return [
        "  ".join(_fitted(text, width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def _line(result, measurement, comparing) -> list[str]:
    return [
        measurement.variant,
        cells.queries(measurement).text,
        cells.rows(measurement).text,
        _both(cells.latency(measurement)),
        _both(cells.against(measurement, comparing)),
        cells.outcome(measurement).text,
    ]


def _both(cell) -> str:
    return f"{cell.text} {cell.detail}".rstrip()


def _fitted(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
