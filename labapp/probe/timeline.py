"""The timeline: each query on the time axis, as SVG text.

Waiting is hatched, execute is full, fetch is paler; the thin line is Python, and cache calls are marks below
it. Queries narrower than the eye can see are drawn together as one block, in which the height of each part is
its share of the time.
"""

import itertools
import os
from dataclasses import dataclass, field

from labapp.probe.fingerprint import fingerprint
from labapp.probe.style import PALETTE, counted, escape, milliseconds
from labapp.probe.timeline_cache import caption, marks

LABELS, MARGIN, RIGHT, TOP, BAR, STEP, THREAD_STEP, AXIS = 134, 8, 34, 8, 14, 28, 19, 24
MOST_BLOCKS = 220
NEUTRAL = "#999999"
CACHES = (
    '<span><i class="dsl-found"></i>cache hit</span><span><i class="dsl-missed"></i>cache miss</span>'
    '<span><i class="dsl-gap"></i>below the bar: cache write</span>'
)
_ids = itertools.count()


@dataclass(slots=True)
class Lane:
    """One recording to draw. Without a `colour`, statements that repeat get one each, the others are grey."""

    label: str
    colour: str | None
    recording: object


@dataclass(slots=True)
class _Block:
    """One query, or several too narrow to be drawn alone; times in milliseconds."""

    start: float
    end: float
    colour: str
    wait: float
    execute: float
    fetch: float
    count: int
    rows: int
    shape: str


@dataclass(slots=True)
class _Row:
    label: str
    y: float
    wall: float
    blocks: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    is_thread: bool = False


def svg(lanes: list[Lane], width: int = 900) -> str:
    """Return the timeline of one or several recordings on one axis as SVG text."""
    total = max((_length(lane.recording) for lane in lanes), default=0.0) or 1.0
    rows, height = _rows(lanes)
    left = LABELS if any(row.label for row in rows) else MARGIN
    scale = (width - left - RIGHT) / total
    _merge(rows, scale)
    pattern = f"dsl-{os.getpid():x}-{next(_ids)}"
    parts = [
        '<svg class="dsl-timeline" xmlns="http://www.w3.org/2000/svg" '
        f'width="{width}" height="{height + AXIS}" '
        f'viewBox="0 0 {width} {height + AXIS}" role="img" aria-label="{escape(_description(lanes))}">',
        f'<defs><pattern id="{pattern}" width="4" height="4" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)">'
        '<path d="M0 0V4" stroke="var(--dsl-wait,#777)" stroke-width="1.6"/></pattern></defs>',
        _axis(total, left, scale, height),
    ]
    for row in rows:
        parts.append(_drawn(row, left, scale, pattern))
    return "".join(parts) + "</svg>"


def legend(waiting: bool = True, cache: bool = False) -> str:
    """Return what the parts of the timeline mean, as HTML: waiting and caches where there are any."""
    waits = '<span><i class="dsl-waits"></i>waiting on the wire (simulated)</span>' if waiting else ""
    return (
        f'<div class="dsl-legend">{waits}<span><i></i>execute</span>'
        '<span><i class="dsl-fetches"></i>fetch</span><span><i class="dsl-gap"></i>Python</span>'
        f"{CACHES if cache else ''}</div>"
    )


def group_colours(recording) -> dict[tuple[str, str], str]:
    """Return the colour of each (statement, alias) that repeats, the most frequent first in the palette."""
    counts: dict[tuple[str, str], int] = {}
    for query in recording.queries:
        if query.kind not in ("transaction", "fetch"):
            identity = (fingerprint(query.sql), query.alias)
            counts[identity] = counts.get(identity, 0) + 1
    often = sorted((-count, identity) for identity, count in counts.items() if count > 2)
    colours = [colour for colour in PALETTE if colour != NEUTRAL]
    return {identity: colour for (_, identity), colour in zip(often, colours, strict=False)}


def _length(recording) -> float:
    ends = (
        query.started_ms + query.wait_ms + query.execute_ms + query.fetch_ms for query in recording.queries
    )
    calls = (call.started_ms + call.ms for call in recording.cache)
    return max(recording.wall_ms, max(ends, default=0.0), max(calls, default=0.0))


def _rows(lanes: list[Lane]) -> tuple[list[_Row], float]:
    rows, y = [], TOP
    for lane in lanes:
        threads = _threads(lane.recording)
        colours = None if lane.colour else group_colours(lane.recording)
        for number, (thread, (queries, calls)) in enumerate(threads.items()):
            row = _Row(lane.label if not number else thread, y, _length(lane.recording), is_thread=number > 0)
            row.blocks, row.calls = _blocks(queries, lane.colour, colours), calls
            rows.append(row)
            y += THREAD_STEP if number < len(threads) - 1 else STEP
    return rows, y - STEP + BAR + 8 if rows else TOP


def _threads(recording) -> dict[str, tuple[list, list]]:
    """thread -> (its queries, its cache calls); at least one."""
    threads: dict[str, tuple[list, list]] = {}
    for place, heard in enumerate((recording.queries, recording.cache)):
        for each in heard:
            threads.setdefault(each.thread, ([], []))[place].append(each)
    return threads or {"": ([], [])}


def _blocks(queries, colour: str | None, colours: dict | None) -> list[_Block]:
    """A thread does one thing at a time: what is fetched bit by bit is drawn in one piece, never twice."""
    blocks, free = [], 0.0
    for query in queries:
        start = max(query.started_ms, free)
        free = start + query.wait_ms + query.execute_ms + query.fetch_ms
        shape = fingerprint(query.sql)
        fill = colour or colours.get((shape, query.alias), NEUTRAL)
        parts = (query.wait_ms, query.execute_ms, query.fetch_ms)
        blocks.append(_Block(start, free, fill, *parts, query.statements, query.rows, shape))
    return blocks


def _merge(rows: list[_Row], scale: float) -> None:
    """Put narrow neighbours together, more and more of them until the picture is small enough."""
    originals = [row.blocks for row in rows]
    for least in (1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0):
        for row, blocks in zip(rows, originals, strict=True):
            row.blocks = _merged(blocks, least / scale, mixed=least > 3)
        if sum(len(row.blocks) for row in rows) <= MOST_BLOCKS:
            return


def _merged(blocks: list[_Block], least: float, mixed: bool) -> list[_Block]:
    found: list[_Block] = []
    for block in blocks:
        last = found[-1] if found else None
        near = last is not None and block.start - last.end < least and block.end - last.start <= 2 * least
        if near and (mixed or last.colour == block.colour):
            found[-1] = _together(last, block)
        else:
            found.append(block)
    return found


def _together(one: _Block, other: _Block) -> _Block:
    return _Block(
        one.start,
        max(one.end, other.end),
        one.colour,
        one.wait + other.wait,
        one.execute + other.execute,
        one.fetch + other.fetch,
        one.count + other.count,
        one.rows + other.rows,
        one.shape if one.shape == other.shape else "several statements",
    )


def _drawn(row: _Row, left: int, scale: float, pattern: str) -> str:
    label = (
        row.label
        if len(row.label) <= 19
        else "…" + row.label[-18:]
        if row.is_thread
        else row.label[:18] + "…"
    )
    css = "" if row.is_thread else ' class="dsl-lane"'
    middle = row.y + BAR / 2
    parts = [
        f'<text x="{left - 8}" y="{row.y + 11:g}" text-anchor="end"{css}>{escape(label)}</text>'
        f'<path class="dsl-run" d="M{left} {middle:g}h{row.wall * scale:.1f}m0 -4v8"/>'
    ]
    parts += [_block(block, left, row.y, scale, pattern) for block in row.blocks]
    parts.append(marks(row.calls, left, row.y + BAR + 0.5, scale))
    return "".join(parts)


def _block(block: _Block, left: int, y: float, scale: float, pattern: str) -> str:
    x, width = left + block.start * scale, max(0.7, (block.end - block.start) * scale)
    parts = (
        (block.wait, f"url(#{pattern})", ""),
        (block.execute, block.colour, ""),
        (block.fetch, block.colour, ' class="dsl-fetch"'),
    )
    length = block.end - block.start or 1.0
    drawn, offset = [], 0.0
    side_by_side = block.count == 1 or width > 12
    for ms, fill, css in parts:
        if ms <= 0:
            continue
        share = ms / length
        if side_by_side:
            box = _box(x + offset * width, y, max(0.4, share * width), BAR)
        else:
            box = _box(x, y + BAR * (1 - offset - share), width, BAR * share)
        drawn.append(f'<path{css} fill="{fill}" d="{box}"/>')
        offset += share
    return f"<g><title>{escape(_title(block))}</title>{''.join(drawn)}</g>"


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:.1f} {y:.1f}h{width:.2f}v{height:.1f}H{x:.1f}z"


def _title(block: _Block) -> str:
    name = block.shape if len(block.shape) <= 90 else block.shape[:89] + "…"
    often = f"{block.count:,} × " if block.count > 1 else ""
    waited = f"simulated waiting {milliseconds(block.wait)}, " if block.wait else ""
    worked = f"execute {milliseconds(block.execute)}, fetch {milliseconds(block.fetch)}"
    return f"{often}{name}: {waited}{worked}, {counted(block.rows, 'row')}"


def _axis(total: float, left: int, scale: float, height: float) -> str:
    step = _tick(total)
    unit, factor = ("s", 1000.0) if total >= 10_000 else ("ms", 1.0)
    parts = []
    for number in range(int(total / step) + 1):
        x = left + number * step * scale
        parts.append(
            f'<path class="dsl-grid" d="M{x:.1f} 2V{height:g}"/>'
            f'<text x="{x:.1f}" y="{height + 14:g}" text-anchor="middle">{number * step / factor:g}</text>'
        )
    end = left + int(total / step) * step * scale
    parts.append(f'<text x="{end + 14:.1f}" y="{height + 14:g}">{unit}</text>')
    return "".join(parts)


def _tick(total: float) -> float:
    """The distance of grid lines, so that there are four to nine of them."""
    power = 1.0
    while power > total:
        power /= 10
    while power * 10 <= total:
        power *= 10
    return next(power * factor for factor in (0.2, 0.5, 1, 2) if total / (power * factor) <= 9)


def _description(lanes: list[Lane]) -> str:
    said = [
        f"{lane.label}: {_summary(lane.recording)}" if lane.label else _summary(lane.recording)
        for lane in lanes
    ]
    return "Timeline. " + "; ".join(said)


def _summary(recording) -> str:
    said = f"{counted(recording.count, 'query', 'queries')} in {milliseconds(recording.wall_ms)}"
    return f"{said}, {caption(recording)}" if recording.cache else said
