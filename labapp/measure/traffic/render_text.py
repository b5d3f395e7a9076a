"""Traffic as text of at most 100 columns: for terminals, untrusted notebooks, screen readers."""

from ..columns import number
from ..render_text import aligned, fitted, wrapped
from ..table import setting_words
from . import table as cells

LONGEST_BASELINE = 16
HEADS = ["variant", "requests", "p50", "95 %", "p95", "p99", "per s", "queries"]


def table(result) -> str:
    """The result's table with question, status and footnotes; what does not fit is said below it."""
    baseline = f"against {fitted(result.baseline.variant, LONGEST_BASELINE)}" if result.baseline else ""
    lines = [[*HEADS, baseline, "pages"], *(_line(each, result.baseline) for each in result.measurements)]
    listed, cut = aligned(lines, left=(0, len(HEADS), len(HEADS) + 1))
    said = [f"{result.measurements[row - 1].variant}: {lines[row][-1]}" for row in cut if row]
    said += [_said("hit ratio", [(each.variant, cells.hits(each).text) for each in result.measurements])]
    said += [_figure(figure, result) for figure in result.figures]
    return "\n".join(
        [
            *wrapped([result.question, setting_words(result), result.status]),
            "",
            *listed,
            *(["", *wrapped(said)] if said else []),
            "",
            *wrapped([cells.footnotes(result)]),
        ]
    )


def _line(stream, baseline) -> list[str]:
    p50, against = cells.percentile(stream, "p50"), cells.against(stream, baseline)
    return [
        stream.variant,
        cells.requests(stream).text,
        p50.text,
        p50.detail,
        cells.percentile(stream, "p95").text,
        cells.percentile(stream, "p99").text,
        cells.rate(stream).text,
        cells.queries(stream).text,
        against.text,
        cells.outcome(stream).text,
    ]


def _figure(figure: dict, result) -> str:
    """One of the experiment's own figures."""
    head = f"{figure['name']}, {figure['unit']}" if figure.get("unit") else figure["name"]
    known = [(each.variant, each.figures.get(figure["name"])) for each in result.measurements]
    return _said(head, [(variant, "–" if value is None else number(value)) for variant, value in known])


def _said(name: str, values: list[tuple[str, str]]) -> str:
    """A column as a sentence."""
    return f"{name}: {', '.join(f'{variant} {value}' for variant, value in values)}."
