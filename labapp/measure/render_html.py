"""The result's table as HTML: rows of fixed height, so that nothing jumps while figures change."""

import html
import math
from collections.abc import Collection
from dataclasses import replace

from . import columns
from . import table as cells
from .columns import MOST, Column
from .figures import milliseconds
from .measurement import Measurement

VISIBLE = 0.006  # a narrower whisker would hide its bar
WIDTHS = {
    "variant": "auto", "queries": "70px", "rows": "84px", "extra": "92px", "latency": "18%", "time": "112px",
    "against": "146px", "result": "128px",
}  # fmt: skip
TIGHT = WIDTHS | {
    "queries": "64px", "rows": "66px", "extra": "84px", "more": "84px", "latency": "11%", "time": "106px",
    "against": "140px", "result": "96px",
}  # fmt: skip
NUMBERS = ("queries", "rows", "extra", "more", "time")
FEW = 2  # columns besides that also fit half a screen


def table(result, *, status: bool = True, old: Collection[str] = (), before=None) -> str:
    """The table: status, a row for each variant, and what the times include. Needs look.CSS once on the page.

    The rows of the variants named in `old` are those of an earlier Result, `before`: they are dimmed.
    """
    scale = _scale(result.measurements)
    comparing = cells.compares(result)
    extra = columns.extra(result)
    earlier = columns.extra(before) if before is not None else extra
    rows = "".join(
        _row(each, scale, comparing, (earlier if each.variant in old else extra)[:MOST], each.variant in old)
        for each in result.measurements
    )
    notes = html.escape(" ".join([cells.footnotes(result), *_left_out(extra[MOST:])]))
    tight = ' class="dsl-tight"' if _is_tight(extra) else ""
    return (
        f'<div class="dsl-result">{_status(result) if status else ""}'
        f'<table{tight} aria-label="{html.escape(result.question or result.experiment)}" '
        f'style="--dsl-extra:{len(extra[:MOST])}">{_head(result, scale, extra[:MOST])}'
        f'<tbody>{rows}</tbody></table><p class="dsl-notes">{notes}</p></div>'
    )


def standing(result) -> str:
    """The table with its style, question and settings, as it stands alone in a notebook's output."""
    from .look import CSS

    return (
        f'<style>{CSS}</style><div class="dsl-result"><b>{html.escape(result.question)}</b><br>'
        f'<span class="dsl-quiet">{html.escape(cells.setting_words(result))}</span></div>{table(result)}'
    )


def _status(result) -> str:
    final = " dsl-final" if result.final else ""
    return f'<div class="dsl-status{final}" role="status">{titled(result.status)}</div>'


def _is_tight(extra: list[Column]) -> bool:
    """Whether there are so many columns that all of them must be narrow."""
    return len(extra) > 1


def _kinds(extra: list[Column]) -> list[tuple[str, Column]]:
    """The columns as "extra", and those that give way on a narrow screen as "more"."""
    return [("extra" if number < FEW else "more", each) for number, each in enumerate(extra)]


def _left_out(extra: list[Column]) -> list[str]:
    """That there are more columns than fit."""
    return [f"More figures in to_frame(): {', '.join(each.name for each in extra)}."] if extra else []


def _head(result, scale: float, extra: list[Column]) -> str:
    baseline = result.baseline
    names = [
        ("variant", "variant", ""), ("queries", "queries", ""), ("rows", "rows", ""),
        *((key, each.name, f"{each.name}: {each.help}" if each.help else "") for key, each in _kinds(extra)),
        ("latency", f"latency, to {milliseconds(scale)}" if scale else "latency", ""),
        ("time", "median, 95 %", ""),
        ("against", f"against {baseline.variant}" if baseline else "", ""),
        ("result", "result", ""),
    ]  # fmt: skip
    room = TIGHT if _is_tight(extra) else WIDTHS
    widths = "".join(f'<col class="dsl-is-{key}" style="width:{room[key]}">' for key, _, _ in names)
    heads = "".join(
        f'<th scope="col" class="dsl-of-{key}{" dsl-number" if key in NUMBERS else ""}">'
        f"{titled(name, title)}</th>"
        for key, name, title in names
    )
    return f"<colgroup>{widths}</colgroup><thead><tr>{heads}</tr></thead>"


def _row(
    measurement: Measurement, scale: float, comparing: bool, extra: list[Column], dimmed: bool
) -> str:
    more = "".join(
        cell_html(each.cell(measurement), f"dsl-number dsl-of-{key}", detail="dsl-below")
        for key, each in _kinds(extra)
    )
    old = ' class="dsl-old"' if dimmed else ""
    return (
        f"<tr{old}>{variant_html(measurement)}"
        f"{cell_html(cells.queries(measurement), 'dsl-number', strong=True)}"
        f"{cell_html(cells.rows(measurement), 'dsl-number dsl-of-rows')}{more}"
        f"{_times(measurement, scale, comparing)}</tr>"
    )


def _times(measurement: Measurement, scale: float, comparing: bool) -> str:
    """Bar, median, comparison, outcome; the outcome has the room of whatever there is none of."""
    outcome = cells.outcome(measurement)
    if measurement.error or measurement.unavailable:
        return cell_html(outcome, span=4)
    times = f'<td class="dsl-of-latency">{_bar(measurement, scale)}</td>'
    times += cell_html(cells.latency(measurement), "dsl-number", detail="dsl-below")
    if measurement.wrong:
        return times + cell_html(replace(outcome, detail="not compared"), span=2)
    against = cells.against(measurement, comparing)
    return f"{times}{cell_html(against, strong=_claims(measurement), detail='dsl-below')}{cell_html(outcome)}"


def variant_html(measurement, room: int | None = None) -> str:
    """The head of a row: chip, name, caption; a name of more letters than there is room takes both lines."""
    name, caption = html.escape(measurement.variant), html.escape(measurement.caption)
    long = room is not None and len(measurement.variant) > room
    below = "" if long else f'<span class="dsl-caption">{caption or "&nbsp;"}</span>'
    return (
        f'<th scope="row" title="{name}: {caption}"><span class="dsl-name{" dsl-long" if long else ""}">'
        f'<span class="dsl-chip" style="background:{html.escape(measurement.colour)}"></span>'
        f"<b>{name}</b></span>{below}</th>"
    )


def cell_html(
    cell: cells.Cell, kind: str = "", strong: bool = False, span: int = 1, detail: str = "dsl-detail"
) -> str:
    """A Cell as a cell of a table; its detail stands beside it ("dsl-detail") or below ("dsl-below")."""
    text = html.escape(cell.text)
    whole = html.escape(cell.title or f"{cell.text} {cell.detail}".rstrip())
    inner = f"<b>{text}</b>" if strong else text
    beside = f'<span class="{detail}">{html.escape(cell.detail)}</span>' if cell.detail else ""
    kinds = f"{kind} dsl-{cell.mood}".strip() if cell.mood else kind
    wide = f' colspan="{span}"' if span > 1 else ""
    return f'<td{wide} class="{kinds}" title="{whole}">{inner}{beside}</td>'


def _claims(measurement: Measurement) -> bool:
    compared = measurement.comparison
    return compared is not None and compared.verdict in ("faster", "slower")


def _bar(measurement: Measurement, scale: float) -> str:
    """Median (or the one recorded run, faint) as a bar from 0, with the interval as a whisker."""
    length = measurement.median_ms if measurement.median_ms is not None else measurement.recorded_ms
    if length is None or not scale or measurement.error or measurement.unavailable:
        return '<div class="dsl-track"></div>'
    faint = " dsl-faint" if measurement.interval is None or measurement.wrong else ""
    bar = (
        f'<div class="dsl-bar{faint}" style="width:{share_of(length, scale)};'
        f'background:{html.escape(measurement.colour)}"></div>'
    )
    return f'<div class="dsl-track">{bar}{_whisker(measurement, scale)}</div>'


def _whisker(measurement: Measurement, scale: float) -> str:
    interval = measurement.interval
    if interval is None:
        return ""
    high = min(interval.high, scale)
    if high - interval.low < scale * VISIBLE:
        return ""
    return (
        f'<div class="dsl-whisker" style="left:{share_of(interval.low, scale)};'
        f'width:{share_of(high - interval.low, scale)}"></div>'
    )


def _scale(measurements: list[Measurement]) -> float:
    """The end of the common axis in ms."""
    ends = []
    for measurement in measurements:
        interval = measurement.interval
        ends.append(interval.high if interval and not math.isinf(interval.high) else measurement.median_ms)
        if measurement.median_ms is None:
            ends.append(measurement.recorded_ms)
    return max((end for end in ends if end is not None), default=0.0)


def share_of(length: float, scale: float) -> str:
    """A length on an axis, in percent of it."""
    return f"{100 * length / scale:.3g}%"


def titled(text: str, title: str = "") -> str:
    """Words with what is shown when one points at them."""
    return f'<span title="{html.escape(title or text)}">{html.escape(text)}</span>'
