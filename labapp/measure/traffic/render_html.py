"""The table of a TrafficResult as HTML: rows of fixed height, as figures change all the time."""

import html
import math
from collections.abc import Collection
from dataclasses import dataclass, replace

from ..columns import MOST, rounded
from ..figures import milliseconds
from ..interval import Interval
from ..render_html import cell_html, share_of, titled, variant_html
from ..table import Cell, setting_words
from . import table as cells
from .stream import Stream
from .table_columns import FEW, NARROW_WIDTHS, WIDTHS, Column, columns

VISIBLE = 0.006  # a narrower whisker would hide its bar
LEFT = ("variant", "bar", "against", "result")
NARROW, NARROWEST = 12, 10  # letters of a name that fit beside many columns, and beside those of tasks
PAGES = "Whether all variants showed the same page to the same visitor"
WITHOUT_PAGES = "186px"  # of the comparison, when it has the room of the pages as well
COMMON = 4  # columns that stand there whatever is put off: percentiles and queries


@dataclass(frozen=True)
class Head:
    """The head of a column: its key in the widths, its name, and what is shown when one points at it."""

    key: str
    name: str
    title: str = ""


def table(result, *, status: bool = True, old: Collection[str] = ()) -> str:
    """The table: status, a row for each variant, and what the figures include. Needs look.CSS on the page.

    The rows of the variants named in `old` are those of an earlier result: they are dimmed.
    """
    shown, scale = columns(result), _scale(result)
    rows = "".join(_row(each, result, shown, scale, each.variant in old) for each in result.measurements)
    more = len(shown) - COMMON if result.defers else len(result.figures[:MOST])
    label, crowded = html.escape(result.question or result.experiment), _crowded(result)
    kind = "dsl-tight dsl-crowded" if crowded else "dsl-tight"
    kind += " dsl-still" if result.defers or (status and crowded) else ""
    kind += " dsl-defers" if result.defers else ""
    return (
        f'<div class="dsl-result dsl-of-traffic">{_status(result) if status else ""}'
        f'<table class="{kind}" aria-label="{label}" style="--dsl-extra:{more}">{_head(result, shown, scale)}'
        f"<tbody>{rows}</tbody></table>"
        f'<p class="dsl-notes">{html.escape(_notes(result))}</p></div>'
    )


def standing(result) -> str:
    """The table with its style, question and settings, as it stands alone in a notebook's output."""
    from ..look import CSS

    return (
        f'<style>{CSS}</style><div class="dsl-result"><b>{html.escape(result.question)}</b><br>'
        f'<span class="dsl-quiet">{html.escape(setting_words(result))}</span></div>{table(result)}'
    )


def _status(result) -> str:
    final = " dsl-final" if result.final else ""
    return f'<div class="dsl-status{final}" role="status">{titled(result.status)}</div>'


def _crowded(result) -> bool:
    """Whether there are so many columns that names get little room."""
    return result.defers or len(result.figures[:MOST]) > FEW


def _has_pages(result) -> bool:
    """Whether there is a column of pages: where work is put off there is no room for one of dashes."""
    return result.checked or not result.defers


def _head(result, shown: list[Column], scale: float) -> str:
    baseline, room = result.baseline, NARROW_WIDTHS if result.defers else WIDTHS
    room = room if _has_pages(result) else room | {"against": WITHOUT_PAGES}
    end = f"{result.compares}, to {_figure(result, scale)}" if scale else result.compares
    heads = [
        Head("variant", "variant"), Head("requests", "requests"), Head("bar", end),
        *shown,
        Head("against", f"against {baseline.variant}" if baseline else ""),
        *([Head("result", "pages", PAGES)] if _has_pages(result) else []),
    ]  # fmt: skip
    widths = "".join(f'<col class="dsl-is-{each.key}" style="width:{room[each.key]}">' for each in heads)
    names = "".join(
        f'<th scope="col" class="dsl-of-{each.key}{"" if each.key in LEFT else " dsl-number"}">'
        f"{titled(each.name, each.title)}</th>"
        for each in heads
    )
    return f"<colgroup>{widths}</colgroup><thead><tr>{names}</tr></thead>"


def _row(stream: Stream, result, shown: list[Column], scale: float, dimmed: bool) -> str:
    old = ' class="dsl-old"' if dimmed else ""
    room = NARROWEST if result.defers else NARROW if _crowded(result) else None
    start = f"<tr{old}>{variant_html(stream, room)}{_number(cells.requests(stream), 'requests', strong=True)}"
    if stream.unavailable or stream.error:
        span = len(shown) + 2 + _has_pages(result)
        return f"{start}{cell_html(cells.outcome(stream), span=span)}</tr>"
    bar = f'<td class="dsl-of-bar">{_bar(stream, result, scale)}</td>'
    figures = "".join(_number(each.cell(stream), each.key) for each in shown)
    return f"{start}{bar}{figures}{_verdict(stream, result)}</tr>"


def _verdict(stream: Stream, result) -> str:
    """Against the baseline and the pages, or in the room of both what is wrong with the pages."""
    baseline, outcome = result.baseline, cells.outcome(stream)
    if stream.wrong and result.defers:  # it may take more words to say what is missing afterwards
        said = replace(outcome, text="", detail=outcome.text, title=outcome.title or outcome.text)
        return cell_html(said, "dsl-of-against", span=1 + _has_pages(result), detail="dsl-wrong")
    if stream.wrong:
        return cell_html(replace(outcome, detail="not compared"), span=2, detail="dsl-below")
    compared = stream.comparison
    claims = compared is not None and compared.verdict in ("faster", "slower")
    against = cells.against(stream, baseline)
    pages = cell_html(outcome) if _has_pages(result) else ""
    return cell_html(against, "dsl-of-against", strong=claims, detail="dsl-below") + pages


def _number(cell: Cell, key: str, strong: bool = False) -> str:
    return cell_html(cell, f"dsl-number dsl-of-{key}", strong=strong, detail="dsl-below")


def _bar(stream: Stream, result, scale: float) -> str:
    """What is compared, as a bar from 0 with its interval as a whisker; faint while there is none."""
    middle, interval = _compared(stream, result)
    if middle is None or not scale:
        return '<div class="dsl-track"></div>'
    faint = " dsl-faint" if interval is None or stream.wrong else ""
    bar = (
        f'<div class="dsl-bar{faint}" style="width:{share_of(min(middle, scale), scale)};'
        f'background:{html.escape(stream.colour)}"></div>'
    )
    return f'<div class="dsl-track">{bar}{_whisker(interval, scale)}</div>'


def _whisker(interval: Interval | None, scale: float) -> str:
    if interval is None or min(interval.high, scale) - interval.low < scale * VISIBLE:
        return ""
    width = share_of(min(interval.high, scale) - interval.low, scale)
    return f'<div class="dsl-whisker" style="left:{share_of(interval.low, scale)};width:{width}"></div>'


def _compared(stream: Stream, result) -> tuple[float | None, Interval | None]:
    """The figure that is set against the baseline, with its interval."""
    if result.compares == "rate":
        return stream.rate_per_s, stream.rate
    found = stream.percentile(result.compares)
    return (found.ms, found.interval) if found else (None, None)


def _scale(result) -> float:
    """The end of the common axis."""
    ends = []
    for stream in result.measurements:
        middle, interval = _compared(stream, result)
        ends.append(interval.high if interval and not math.isinf(interval.high) else middle)
    return max((end for end in ends if end is not None), default=0.0)


def _figure(result, value: float) -> str:
    return f"{rounded(value)}/s" if result.compares == "rate" else milliseconds(value)


def _notes(result) -> str:
    more = ", ".join(each["name"] for each in result.figures[MOST:])
    return " ".join([cells.footnotes(result), *([f"More figures in to_frame(): {more}."] if more else [])])
