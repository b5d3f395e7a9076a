"""Traffic as text of at most 100 columns: for terminals, untrusted notebooks, screen readers."""

from ..columns import number
from ..render_text import LEAST_RESULT, LONGEST_NAME, aligned, fitted, room, wrapped
from ..table import setting_words
from . import table as cells
from . import task_cells

LONGEST_BASELINE = 16
PLACE = 4  # where the columns stand that are left out first when there is no room
MORE = (
    ("p95", lambda stream: cells.percentile(stream, "p95")),
    ("p99", lambda stream: cells.percentile(stream, "p99")),
    ("queries", cells.queries),
    ("per s", cells.rate),
    ("hit ratio", cells.hits),
)
OF_TASKS = (
    ("tasks", task_cells.tasks),
    ("not done", task_cells.unfinished),
    ("wait p50", task_cells.waiting),
    ("longest queue", task_cells.longest),
)


def table(result) -> str:
    """The result's table with question, status and footnotes; what does not fit is said below it."""
    baseline = result.baseline
    against = f"against {fitted(baseline.variant, LONGEST_BASELINE)}" if baseline else ""
    lines = [["variant", "requests", "p50", "95 %", against, "pages"]]
    lines += [_line(stream, baseline) for stream in result.measurements]
    lines, left_out = _with_more(result, lines)
    listed, cut = aligned(lines, left=(0, len(lines[0]) - 2, len(lines[0]) - 1))
    said = [f"{result.measurements[row - 1].variant}: {lines[row][-1]}" for row in cut if row]
    said += [_said(head, texts, result) for head, texts in [*left_out, *map(_figure(result), result.figures)]]
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
    p50 = cells.percentile(stream, "p50")
    return [
        stream.variant,
        cells.requests(stream).text,
        p50.text,
        p50.detail,
        cells.against(stream, baseline).text,
        cells.outcome(stream).text,
    ]


def _with_more(result, lines: list[list[str]]) -> tuple[list[list[str]], list[tuple[str, list[str]]]]:
    """The lines with further columns, as far as names stay whole, and the columns that are left out."""
    place, left_out = PLACE, []
    names = min(LONGEST_NAME, max(len(line[0]) for line in lines))
    for head, cell in (*(OF_TASKS if result.defers else ()), *MORE):
        texts = [cell(stream).text for stream in result.measurements]
        pairs = zip(lines, [head, *texts], strict=True)
        wider = [[*line[:place], text, *line[place:]] for line, text in pairs]
        if room(wider) < names + LEAST_RESULT:
            left_out.append((head, texts))
        else:
            lines, place = wider, place + 1
    return lines, left_out


def _figure(result):
    """A function that gives the head and the texts of one of the experiment's own figures."""

    def texts(figure: dict) -> tuple[str, list[str]]:
        head = f"{figure['name']}, {figure['unit']}" if figure.get("unit") else figure["name"]
        known = [each.figures.get(figure["name"]) for each in result.measurements]
        return head, ["–" if value is None else number(value) for value in known]

    return texts


def _said(head: str, texts: list[str], result) -> str:
    """A column as a sentence."""
    pairs = zip(result.measurements, texts, strict=True)
    return f"{head}: {', '.join(f'{stream.variant} {text}' for stream, text in pairs)}."
