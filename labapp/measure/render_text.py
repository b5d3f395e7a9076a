"""Results and growth as text of at most 100 columns: for terminals, untrusted notebooks, screen readers."""

import textwrap

from . import table as cells
from .columns import Column, extra, number

WIDTH = 100
GAP = "  "
LONGEST_NAME = 28
LEAST_NAME, LEAST_RESULT = 8, 12


def table(result) -> str:
    """The result's table with question, status and footnotes; what does not fit is said below it."""
    comparing = cells.compares(result)
    baseline = f"against {fitted(result.baseline.variant, 16)}" if result.baseline else ""
    lines = [["variant", "queries", "rows", "median", "95 %", baseline, "result"]]
    lines += [_line(measurement, comparing) for measurement in result.measurements]
    lines, left_out = _with_extra(result, lines)
    listed, cut = aligned(lines, left=(0, len(lines[0]) - 2, len(lines[0]) - 1))
    said = [f"{result.measurements[row - 1].variant}: {lines[row][-1]}" for row in cut if row]
    said += [_said(column, result) for column in left_out]
    return "\n".join(
        [
            *wrapped([result.question, cells.setting_words(result), result.status]),
            "",
            *listed,
            *(["", *wrapped(said)] if said else []),
            "",
            *wrapped([cells.footnotes(result)]),
        ]
    )


def _with_extra(result, lines: list[list[str]]) -> tuple[list[list[str]], list[Column]]:
    """The lines with the result's own columns, as far as there is room, and those that are left out."""
    place, left_out = 3, []
    for column in extra(result):
        cells_of = [column.head, *(_with_limits(column, each) for each in result.measurements)]
        wider = [[*line[:place], text, *line[place:]] for line, text in zip(lines, cells_of, strict=True)]
        if room(wider) < LEAST_NAME + LEAST_RESULT:
            left_out.append(column)
        else:
            lines, place = wider, place + 1
    return lines, left_out


def _said(column: Column, result) -> str:
    """A column as a sentence."""
    values = (f"{each.variant} {_with_limits(column, each)}" for each in result.measurements)
    return f"{column.head}: {', '.join(values)}."


def _with_limits(column: Column, measurement) -> str:
    """A figure with what stands below it in the panel, unless that is its unit."""
    cell = column.cell(measurement)
    return f"{cell.text} ({cell.detail})" if cell.detail not in ("", column.unit) else cell.text


def growth(grown) -> str:
    """The laws of each variant, with what was measured at each value."""
    first, second = (aspect.head.replace(", ms", " in ms") for aspect in grown.aspects)
    lines = [["variant", first, second, f"{first} measured"]]
    for variant in grown.variants:
        laws = [grown.law_of(variant, aspect).text for aspect in grown.aspects]
        known = [(value, grown.aspects[0].of(each)) for value, each in grown.points(variant)]
        counts = ", ".join(
            f"{'–' if amount is None else number(amount)} at {value}" for value, amount in known
        )
        lines.append([variant, *laws, counts])
    listed, _ = aligned(lines, left=(0, 1, 2, 3))
    wrong = [f"{variant}: ✗ {grown.wrong(variant)}" for variant in grown.variants if grown.wrong(variant)]
    return "\n".join([f"{grown.experiment} along {grown.parameter} (n)", "", *listed, *wrapped(wrong)])


def aligned(lines: list[list[str]], left: tuple[int, ...]) -> tuple[list[str], list[int]]:
    """Columns side by side, and the numbers of the lines whose last cell was cut so that they fit.

    `left` are the columns that are set to the left. Figures are never cut: only the first column and the last
    are.
    """
    widths = _widths(lines)
    left_over = room(lines)
    widths[0] = max(LEAST_NAME, min(widths[0], LONGEST_NAME, left_over - LEAST_RESULT))
    widths[-1] = max(LEAST_NAME, min(widths[-1], left_over - widths[0]))
    rows = []
    for line in lines:
        texts = [fitted(text, width) for text, width in zip(line, widths, strict=True)]
        places = enumerate(zip(texts, widths, strict=True))
        rows.append(
            GAP.join(text.ljust(width) if at in left else text.rjust(width) for at, (text, width) in places)
        )
    return [row.rstrip() for row in rows], [at for at, line in enumerate(lines) if len(line[-1]) > widths[-1]]


def _widths(lines: list[list[str]]) -> list[int]:
    return [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]


def room(lines: list[list[str]]) -> int:
    """The characters that are left for the first column and the last."""
    widths = _widths(lines)
    return WIDTH - sum(widths[1:-1]) - len(GAP) * (len(widths) - 1)


def _line(measurement, comparing: bool) -> list[str]:
    latency, against = cells.latency(measurement), cells.against(measurement, comparing)
    return [
        measurement.variant,
        cells.queries(measurement).text,
        cells.rows(measurement).text,
        latency.text,
        latency.detail,
        f"{against.text} {against.detail}".rstrip(),
        cells.outcome(measurement).text,
    ]


def wrapped(paragraphs: list[str]) -> list[str]:
    """Paragraphs as lines that fit."""
    return [line for paragraph in paragraphs for line in textwrap.wrap(paragraph, WIDTH)]


def fitted(text: str, width: int) -> str:
    """The text, cut where it is longer."""
    return text if len(text) <= width else text[: width - 1] + "…"
