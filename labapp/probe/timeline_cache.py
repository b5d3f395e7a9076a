"""The cache calls of a timeline's row: marks below the bar, as SVG text.

A hit is full, a miss is empty, what only writes is a line; neighbours narrower than the eye can see are one
mark, full by the share of its hits.
"""

from __future__ import annotations

from dataclasses import dataclass

from labapp.probe.style import counted, escape, milliseconds

HEIGHT, LEAST = 4.0, 3.0  # of a mark, in pixels
MOST = 150


@dataclass(slots=True)
class _Mark:
    """One call, or several that lie too near to be drawn alone; times in milliseconds."""

    start: float
    end: float
    ms: float
    count: int
    hits: int
    misses: int
    op: str
    alias: str
    errors: int


def marks(calls: list, left: float, y: float, scale: float) -> str:
    """Return the marks of one thread's cache calls; ``y`` is their upper edge, ``scale`` pixels for a ms."""
    found = [_of(call) for call in calls]
    for least in (LEAST, 2 * LEAST, 4 * LEAST, 8 * LEAST, 16 * LEAST):
        found = _merged(found, least / scale)
        if len(found) <= MOST:
            break
    return "".join(_drawn(mark, left, y, scale) for mark in found)


def caption(recording) -> str:
    """Return what a recording's caches did, in words; "" when they were not asked."""
    if not recording.cache:
        return ""
    sets, deletes = (sum(getattr(call, name) for call in recording.cache) for name in ("sets", "deletes"))
    words = [counted(recording.cache_hits, "hit"), counted(recording.cache_misses, "miss", "misses")]
    words += [counted(sets, "set")] if sets else []
    words += [counted(deletes, "delete")] if deletes else []
    errors = sum(call.error is not None for call in recording.cache)
    words += [counted(errors, "error")] if errors else []
    return f"cache: {', '.join(words)}, {milliseconds(recording.cache_ms)}"


def _of(call) -> _Mark:
    end = call.started_ms + call.ms
    failed = int(call.error is not None)
    return _Mark(call.started_ms, end, call.ms, 1, call.hits, call.misses, call.op, call.alias, failed)


def _merged(marks: list[_Mark], least: float) -> list[_Mark]:
    found: list[_Mark] = []
    for mark in marks:
        last = found[-1] if found else None
        if last is not None and mark.start - last.start < least and mark.end - last.start < 2 * least:
            found[-1] = _together(last, mark)
        else:
            found.append(mark)
    return found


def _together(one: _Mark, other: _Mark) -> _Mark:
    return _Mark(
        one.start,
        max(one.end, other.end),
        one.ms + other.ms,
        one.count + other.count,
        one.hits + other.hits,
        one.misses + other.misses,
        one.op if one.op == other.op else "several operations",
        one.alias if one.alias == other.alias else "several caches",
        one.errors + other.errors,
    )


def _drawn(mark: _Mark, left: float, y: float, scale: float) -> str:
    x, width = left + mark.start * scale, max(LEAST - 0.5, (mark.end - mark.start) * scale)
    asked = mark.hits + mark.misses
    if not asked:
        shape = f'<path d="M{x:.1f} {y + HEIGHT / 2:.1f}h{width:.2f}"/>'
    else:
        full = HEIGHT * mark.hits / asked
        box = f"M{x:.1f} {y:.1f}h{width:.2f}v{HEIGHT:.1f}H{x:.1f}z"
        filled = f'<path class="dsl-hit" d="M{x:.1f} {y + HEIGHT:.1f}h{width:.2f}v-{full:.2f}H{x:.1f}z"/>'
        shape = f'<path d="{box}"/>{filled if full else ""}'
    return f'<g class="dsl-cached"><title>{escape(_title(mark))}</title>{shape}</g>'


def _title(mark: _Mark) -> str:
    often = f"{mark.count:,} × " if mark.count > 1 else ""
    where = f" ({mark.alias})" if mark.alias not in ("default", "") else ""
    words = [counted(mark.hits, "hit"), counted(mark.misses, "miss", "misses")]
    words = words if mark.hits + mark.misses else []
    words += [counted(mark.errors, "error")] if mark.errors else []
    return f"{often}cache {mark.op}{where}: {', '.join([*words, milliseconds(mark.ms)])}"
