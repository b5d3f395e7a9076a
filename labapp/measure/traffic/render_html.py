"""The table of a TrafficResult as HTML: rows of fixed height, as figures change all the time."""

import html
import math
from collections.abc import Collection
from dataclasses import dataclass, replace

from ..columns import MOST, rounded
from ..figures import milliseconds
from ..interval import Interval
from ..render_html import cell_html, share_of, titled, variant_html
from ..table import setting_words
from . import table as cells
from .stream import Stream

VISIBLE = 0.006  # a narrower whisker would hide its bar
WIDTHS = {
    "variant": "auto", "requests": "86px", "bar": "9%", "p50": "90px", "tail": "90px", "rest": "90px",
    "rate": "66px", "queries": "62px", "hits": "58px", "extra": "70px", "more": "70px", "against": "122px",
    "result": "84px",
}  # fmt: skip
LEFT = ("variant", "bar", "against", "result")
NARROW = 12  # letters of a name that fit beside many columns
FEW = 2  # columns of the experiment's own that also fit half a screen, and leave room for both tails


@dataclass(frozen=True)
class Head:
    """A column: its key in WIDTHS, its name, and what is shown when one points at it."""

    key: str
    name: str
    title: str = ""


def table(result, *, status: bool = True, old: Collection[str] = ()) -> str:
    """The table: status, a row for each variant, and what the figures include. Needs look.CSS on the page.

    The rows of the variants named in `old` are those of an earlier result: they are dimmed.
    """
    heads, scale = _heads(result), _scale(result)
    rows = "".join(_row(each, result, scale, each.variant in old) for each in result.measurements)
    own, label = len(result.figures[:MOST]), html.escape(result.question or result.experiment)
    kind = "dsl-tight dsl-crowded" if own > FEW else "dsl-tight"
    kind += " dsl-still" if status and own > FEW else ""
    return (
        f'<div class="dsl-result dsl-of-traffic">{_status(result) if status else ""}'
        f'<table class="{kind}" aria-label="{label}" style="--dsl-extra:{own}">{_head(heads)}'
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


def _heads(result) -> list[Head]:
    scale, baseline = _scale(result), result.baseline
    end = f"{result.compares}, to {_figure(result, scale)}" if scale else result.compares
    own = [
        Head("extra" if place < FEW else "more", each["name"], f"{each['name']}: {each.get('help', '')}")
        for place, each in enumerate(result.figures[:MOST])
    ]
    return [
        Head("variant", "variant"), Head("requests", "requests"), Head("bar", end),
        Head("p50", "p50, 95 %", "Half of the requests took at most so long"),
        *(
            Head(key, name, f"{name[1:]} of 100 requests took at most so long")
            for key, name in _tails(result)
        ),
        Head("rate", "answers per s"),
        Head("queries", "queries each", "Statements for each request that was answered, wherever that was"),
        Head("hits", "hit ratio", "Of what the application asked its caches for, the share that was there"),
        *own,
        Head("against", f"against {baseline.variant}" if baseline else ""),
        Head("result", "pages", "Whether all variants showed the same page to the same visitor"),
    ]  # fmt: skip


def _tails(result) -> list[tuple[str, str]]:
    """p95 and p99, each with its key: the one that is not compared gives way where room is short."""
    first = "p99" if result.compares == "p99" else "p95"
    return [("tail" if name == first else "rest", name) for name in ("p95", "p99")]


def _head(heads: list[Head]) -> str:
    widths = "".join(f'<col class="dsl-is-{each.key}" style="width:{WIDTHS[each.key]}">' for each in heads)
    names = "".join(
        f'<th scope="col" class="dsl-of-{each.key}{"" if each.key in LEFT else " dsl-number"}">'
        f"{titled(each.name, each.title)}</th>"
        for each in heads
    )
    return f"<colgroup>{widths}</colgroup><thead><tr>{names}</tr></thead>"


def _row(stream: Stream, result, scale: float, dimmed: bool) -> str:
    own = [
        (cells.figure(stream, each["name"], each.get("unit", "")), "extra" if place < FEW else "more")
        for place, each in enumerate(result.figures[:MOST])
    ]
    numbers = [
        (cells.percentile(stream, "p50"), "p50"),
        *((cells.percentile(stream, name), key) for key, name in _tails(result)),
        (cells.rate(stream), "rate"), (cells.queries(stream), "queries"), (cells.hits(stream), "hits"), *own,
    ]  # fmt: skip
    old = ' class="dsl-old"' if dimmed else ""
    room = NARROW if len(result.figures) > FEW else None
    start = f"<tr{old}>{variant_html(stream, room)}{_number(cells.requests(stream), 'requests', strong=True)}"
    if stream.unavailable or stream.error:
        return f"{start}{cell_html(cells.outcome(stream), span=len(numbers) + 3)}</tr>"
    bar = f'<td class="dsl-of-bar">{_bar(stream, result, scale)}</td>'
    figures = "".join(_number(*each) for each in numbers)
    return f"{start}{bar}{figures}{_verdict(stream, result.baseline)}</tr>"


def _verdict(stream: Stream, baseline: Stream | None) -> str:
    """Against the baseline and the pages, or in the room of both what is wrong with the pages."""
    outcome = cells.outcome(stream)
    if stream.wrong:
        return cell_html(replace(outcome, detail="not compared"), span=2, detail="dsl-below")
    compared = stream.comparison
    claims = compared is not None and compared.verdict in ("faster", "slower")
    return cell_html(cells.against(stream, baseline), strong=claims, detail="dsl-below") + cell_html(outcome)


def _number(cell: cells.Cell, key: str, strong: bool = False) -> str:
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
