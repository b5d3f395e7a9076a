"""Latency over time as a strip of SVG text; below it, on the same axis, the queue of tasks and two rates."""

import math

from labapp.panel.traffic import dots as shapes
from labapp.panel.traffic.axes import Latency, Rate, seconds_between_lines
from labapp.panel.traffic.layout import (
    BAND,
    LATENCY,
    LEFT,
    LETTER,
    NAMES,
    RIGHT,
    WIDTH,
    Place,
    box,
    frame,
    group,
    rows,
    tick,
)
from labapp.panel.traffic.legend import description
from labapp.panel.traffic.queue import drain, queues
from labapp.probe.style import escape

MARK_ROWS, MARK_STEP = 3, 14
RATES = ("requests", "queries")
QUEUE = "tasks that wait; above them, paler, those that were begun and are not done"


def svg(scene):
    """The picture of a Scene. It stands in an element of the class ``dsl-strip``'s style."""
    place, below = Place(scene), rows(scene)
    shown = [each for each in scene.stretches if each.until > scene.began]
    drawn = set(map(id, shapes.thinned(scene.dots)))
    latency = Latency.over([ms for _, ms, _ in scene.dots], *LATENCY)
    parts = [
        f'<svg class="dsl-strip" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {below.height}" '
        f'role="img" aria-label="{escape(description(scene))}">',
        *(drain(each, place, below) for each in shown),
        *(_stretch(each, place, until) for each, until in zip(shown, _nexts(shown, place), strict=True)),
        _latency_axis(latency), _time_axis(scene, place, below),
        *(_dots(each, place, latency, drawn) for each in shown),
        *(_lines(each, place, latency) for each in shown),
        *(queues(shown, place, below) if scene.queues else ()),
        *_rates(shown, place, below),
        _marks(scene, place, below), _captions(below),
    ]
    return "".join(parts) + "</svg>"


def _nexts(stretches, place):
    """How far the name of each may reach: to where the next begins."""
    begins = sorted(place(each.began) for each in stretches)
    for each in stretches:
        yield next((x for x in begins if x > place(each.began)), WIDTH)


def _stretch(stretch, place, until):
    """The turn of a variant: its name, a band in its colour, and a shade of it below."""
    left, right = place(stretch.began), place(stretch.ended)
    name, letters = stretch.variant, int((until - left - 12) / LETTER)
    name = name if len(name) <= letters else f"{name[:max(0, letters - 1)]}…"
    words = f'<text class="dsl-lane" x="{left:.1f}" y="{NAMES}">{escape(name)}</text>' if letters > 2 else ""
    return group(
        stretch,
        f"<title>{escape(stretch.variant)}</title>{words}"
        f'<path fill="{stretch.colour}" d="{box(left, right, BAND, BAND + 4)}"/>'
        f'<path class="dsl-shade" fill="{stretch.colour}" d="{box(left, right, *LATENCY)}"/>',
    )


def _dots(stretch, place, axis, drawn):
    """The dots of one turn that were not thinned out: a path for each who answered."""
    found = {}
    for dot in stretch.dots:
        if id(dot) in drawn:
            found.setdefault(dot[2], []).append((place(dot[0]), axis.y(dot[1])))
    paths = (
        shapes.path(places, who, stretch.colour, f"{stretch.variant}: {shapes.SHAPES[who][0]}")
        for who, places in found.items()
    )
    return group(stretch, "".join(paths))


def _lines(stretch, place, axis):
    """p50 as a line and p95 as a dashed one, a piece for each window."""
    pieces = []
    for share, name in ((0.95, "p95"), (0.5, "p50")):
        known = [window for window in stretch.windows if share in window.quantiles]
        if not known:
            continue
        d = "".join(
            f"M{place(each.began):.1f} {axis.y(each.quantiles[share]):.1f}H{place(each.ended):.1f}"
            for each in known
        )
        said = f"<title>{escape(stretch.variant)}: {name} of a second</title>"
        pieces.append(
            f'<path class="dsl-halo" d="{d}"/>'
            f'<path class="dsl-{name}" stroke="{stretch.colour}" d="{d}">{said}</path>'
        )
    return group(stretch, "".join(pieces))


def _rates(stretches, place, below):
    """Requests and queries a second, as steps in the colour of the variant."""
    for name, (top, bottom) in zip(RATES, below.rates, strict=True):
        values = [getattr(window, name) or 0 for each in stretches for window in each.windows]
        axis = Rate.over(values, top, bottom)
        yield frame(axis)
        yield from (_steps(each, name, place, axis) for each in stretches)


def _steps(stretch, name, place, axis):
    d = "".join(
        box(place(each.began), place(each.ended), axis.y(getattr(each, name)), axis.bottom)
        for each in stretch.windows if getattr(each, name)
    )
    said = f"<title>{escape(stretch.variant)}: {name} a second</title>"
    return group(stretch, f'<path class="dsl-rate" fill="{stretch.colour}" d="{d}">{said}</path>')


def _latency_axis(axis):
    parts = []
    for ms, label in axis.ticks():
        y = axis.y(ms)
        kind = "dsl-grid" if label else "dsl-grid dsl-minor"
        parts.append(f'<path class="{kind}" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(tick(y, label) if label else "")
    return "".join(parts)


def _time_axis(scene, place, below):
    """Lines in round seconds, which move with what was measured then."""
    first, end = scene.began - scene.origin, scene.ended - scene.origin
    step, parts = seconds_between_lines(end - first), []
    for seconds in range(math.ceil(first / step - 1e-6) * step, int(end + 1e-6) + 1, step):
        x = place(scene.origin + seconds)
        anchor = "end" if x > WIDTH - RIGHT - 12 else "middle"
        parts.append(
            f'<path class="dsl-grid dsl-minor" d="M{x:.1f} {LATENCY[0]}V{below.bottom}"/>'
            f'<text x="{x:.1f}" y="{below.height - 4}" text-anchor="{anchor}">{seconds} s</text>'
        )
    return "".join(parts)


def _marks(scene, place, below):
    """Where a setting changed (a line through all) or something happened; words where there is room."""
    parts, rows = [], [-1.0] * MARK_ROWS
    for mark in sorted(scene.marks, key=lambda each: each.at):
        if not scene.began <= mark.at <= scene.ended:
            continue
        x, width = place(mark.at), LETTER * len(mark.words) + 8
        kind, bottom = ("dsl-change", below.bottom) if mark.setting else ("dsl-event", below.event)
        parts.append(
            f'<path class="{kind}" d="M{x:.1f} {BAND}V{bottom}"><title>{escape(mark.words)}</title></path>'
        )
        free = [number for number, end in enumerate(rows) if end < x]
        if free:
            rows[free[0]] = x + width
            parts.append(_words(mark.words, x, free[0], x + width > WIDTH - RIGHT))
    return "".join(parts)


def _words(words, x, row, left):
    """What a mark says: right of it, or left where the picture ends."""
    return (
        f'<text class="dsl-words" x="{x + (-4 if left else 4):.1f}" y="{LATENCY[0] + 10 + MARK_STEP * row}" '
        f'text-anchor="{"end" if left else "start"}">{escape(words)}</text>'
    )


def _captions(below):
    """What each part shows, above it."""
    captions = [(f"{name} a second", top) for name, (top, _) in zip(RATES, below.rates, strict=True)]
    if below.queue:
        captions.append((QUEUE, below.queue[0]))
    return "".join(
        f'<text class="dsl-above" x="{LEFT}" y="{top - 5}">{words}</text>' for words, top in captions
    )
