"""Latency over time as a strip of SVG text, with requests and queries a second below it on the same axis."""

import math

from labapp.panel.traffic import dots as shapes
from labapp.panel.traffic.axes import Latency, Rate, seconds_between_lines
from labapp.panel.traffic.legend import description
from labapp.probe.style import escape

WIDTH, LEFT, RIGHT = 880, 58, 12
NAMES, BAND, LATENCY, RATES, HEIGHT = 11, 16, (24, 220), ((246, 288), (314, 356)), 376
LETTER = 6.4  # pixels that a letter of the names takes, about
MARK_ROWS, MARK_STEP = 3, 14


def svg(scene):
    """The picture of a Scene. It stands in an element of the class ``dsl-strip``'s style."""
    place = Place(scene)
    shown = [each for each in scene.stretches if each.ended > scene.began]
    drawn = set(map(id, shapes.thinned(scene.dots)))
    latency = Latency.over([ms for _, ms, _ in scene.dots], *LATENCY)
    parts = [
        f'<svg class="dsl-strip" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{escape(description(scene))}">',
        *(_stretch(each, place, until) for each, until in zip(shown, _nexts(shown, place), strict=True)),
        _latency_axis(latency), _time_axis(scene, place),
        *(_dots(each, place, latency, drawn) for each in shown),
        *(_lines(each, place, latency) for each in shown),
        *_rates(shown, place),
        _marks(scene, place), _captions(),
    ]
    return "".join(parts) + "</svg>"


class Place:
    """Where a moment stands, in pixels from the left; what is outside stands at the edge."""

    def __init__(self, scene):
        self._began = scene.began
        self._scale = (WIDTH - LEFT - RIGHT) / ((scene.ended - scene.began) or 1.0)

    def __call__(self, moment):
        return min(max(LEFT + (moment - self._began) * self._scale, LEFT), WIDTH - RIGHT)


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
    return (
        f'<g{_old(stretch)}><title>{escape(stretch.variant)}</title>{words}'
        f'<path fill="{stretch.colour}" d="{_box(left, right, BAND, BAND + 4)}"/>'
        f'<path class="dsl-shade" fill="{stretch.colour}" d="{_box(left, right, *LATENCY)}"/></g>'
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
    return f"<g{_old(stretch)}>{''.join(paths)}</g>"


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
    return f"<g{_old(stretch)}>{''.join(pieces)}</g>"


def _rates(stretches, place):
    """Requests and queries a second, as steps in the colour of the variant."""
    for name, (top, bottom) in zip(("requests", "queries"), RATES, strict=True):
        values = [getattr(window, name) or 0 for each in stretches for window in each.windows]
        axis = Rate.over(values, top, bottom)
        yield (
            f'<path class="dsl-grid" d="M{LEFT} {top}H{WIDTH - RIGHT}M{LEFT} {bottom}H{WIDTH - RIGHT}"/>'
            f'{_tick(top, f"{axis.high:,.0f}")}{_tick(bottom, "0")}'
        )
        yield from (_steps(each, name, place, axis) for each in stretches)


def _steps(stretch, name, place, axis):
    d = "".join(
        _box(place(each.began), place(each.ended), axis.y(getattr(each, name)), axis.bottom)
        for each in stretch.windows if getattr(each, name)
    )
    said = f"<title>{escape(stretch.variant)}: {name} a second</title>"
    return f'<g{_old(stretch)}><path class="dsl-rate" fill="{stretch.colour}" d="{d}">{said}</path></g>'


def _latency_axis(axis):
    parts = []
    for ms, label in axis.ticks():
        y = axis.y(ms)
        kind = "dsl-grid" if label else "dsl-grid dsl-minor"
        parts.append(f'<path class="{kind}" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(_tick(y, label) if label else "")
    return "".join(parts)


def _tick(y, label):
    return f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'


def _time_axis(scene, place):
    """Lines in round seconds, which move with what was measured then."""
    first, end = scene.began - scene.origin, scene.ended - scene.origin
    step, parts = seconds_between_lines(end - first), []
    for seconds in range(math.ceil(first / step - 1e-6) * step, int(end + 1e-6) + 1, step):
        x = place(scene.origin + seconds)
        anchor = "end" if x > WIDTH - RIGHT - 12 else "middle"
        parts.append(
            f'<path class="dsl-grid dsl-minor" d="M{x:.1f} {LATENCY[0]}V{RATES[-1][1]}"/>'
            f'<text x="{x:.1f}" y="{HEIGHT - 4}" text-anchor="{anchor}">{seconds} s</text>'
        )
    return "".join(parts)


def _marks(scene, place):
    """Where a setting changed (a line through all) or something happened; words where there is room."""
    parts, rows = [], [-1.0] * MARK_ROWS
    for mark in sorted(scene.marks, key=lambda each: each.at):
        if not scene.began <= mark.at <= scene.ended:
            continue
        x, width = place(mark.at), LETTER * len(mark.words) + 8
        kind, bottom = ("dsl-change", RATES[-1][1]) if mark.setting else ("dsl-event", LATENCY[1])
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


def _captions():
    """What each part shows, above it."""
    return "".join(
        f'<text x="{LEFT}" y="{top - 5}">{name} a second</text>'
        for name, (top, _) in zip(("requests", "queries"), RATES, strict=True)
    )


def _old(stretch):
    return ' class="dsl-before"' if stretch.old else ""


def _box(left, right, top, bottom):
    return f"M{left:.1f} {top:.1f}H{right:.1f}V{bottom:.1f}H{left:.1f}z"
