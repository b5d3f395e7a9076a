"""Who answered a request, as a shape: colour says which variant it was, shape and emptiness who answered."""

from labapp.probe.style import escape

MOST = 1500  # dots in one picture
ALWAYS = 300  # of them, errors: what is rare must not be lost in the thinning

# In the order of the legend: what it is called, its shape.
SHAPES = {
    "origin": ("origin", "disc"),
    "application": ("application cache", "ring"),
    "edge": ("edge", "diamond"),
    "browser": ("browser cache", "square"),
    "waiting": ("not answered when the turn ended: at least so long", "arrow"),
    "": ("error", "cross"),
}
OUTLINES = {
    "disc": "h0", "ring": "h0", "square": "h0", "diamond": "m0-3.4l3.4 3.4-3.4 3.4-3.4-3.4z",
    "cross": "m-3-3l6 6m-6 0l6-6", "arrow": "m-3 2l3-5 3 5",
}


def thinned(dots, most=MOST, always=ALWAYS):
    """At most so many of the dots, evenly; ``who`` is the last part of a dot. Errors are kept longest."""
    if len(dots) <= most:
        return dots
    errors = evenly([dot for dot in dots if not dot[-1]], always)
    return evenly([dot for dot in dots if dot[-1]], most - len(errors)) + errors


def evenly(items, most):
    """Every so-manieth, so that at most ``most`` are left."""
    if len(items) <= most:
        return items
    return [items[number * len(items) // most] for number in range(most)]


def path(places, who, colour, title):
    """All dots of one kind as one path; ``places`` are (x, y) in pixels."""
    shape = SHAPES.get(who, SHAPES[""])[1]
    outline = OUTLINES[shape]
    d = "".join(f"M{x:.1f} {y:.1f}{outline}" for x, y in places)
    named = f"<title>{escape(title)}</title>"
    if shape == "ring":  # a disc with the paper's colour in it: the shortest text that makes a ring
        return (
            f'<g>{named}<path class="dsl-disc" stroke="{colour}" d="{d}"/>'
            f'<path class="dsl-hole" d="{d}"/></g>'
        )
    paint = "fill" if shape == "diamond" else "stroke"
    return f'<path class="dsl-{shape}" {paint}="{colour}" d="{d}">{named}</path>'


def sample(who):
    """The shape as it stands in the legend."""
    return (
        '<svg class="dsl-strip dsl-sample" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">'
        f'{path([(6, 6)], who, "currentColor", SHAPES[who][0])}</svg>'
    )
