"""Where the parts of the picture of traffic stand, in pixels."""

from dataclasses import dataclass

WIDTH, LEFT, RIGHT = 880, 58, 12
NAMES, BAND, LATENCY = 11, 16, (24, 220)
LETTER = 6.4  # pixels that a letter of the names takes, about


@dataclass(frozen=True, slots=True)
class Rows:
    """What is below the latency: the queue where there is one, and two rates; the height of the whole."""

    queue: tuple | None
    rates: tuple
    height: int

    @property
    def bottom(self):
        """Where the lowest part ends."""
        return self.rates[-1][1]

    @property
    def event(self):
        """Where the lines of events end: below the latency, and below the queue where there is one."""
        return self.queue[1] if self.queue else LATENCY[1]


PLAIN = Rows(None, ((246, 288), (314, 356)), 376)
WITH_QUEUE = Rows((246, 306), ((332, 374), (400, 442)), 462)


def rows(scene):
    """The Rows of this Scene."""
    return WITH_QUEUE if scene.queues else PLAIN


class Place:
    """Where a moment stands, in pixels from the left; what is outside stands at the edge."""

    def __init__(self, scene):
        self._began = scene.began
        self._scale = (WIDTH - LEFT - RIGHT) / ((scene.ended - scene.began) or 1.0)

    def __call__(self, moment):
        return min(max(LEFT + (moment - self._began) * self._scale, LEFT), WIDTH - RIGHT)


def box(left, right, top, bottom):
    """The outline of a box, for the d of a path."""
    return f"M{left:.1f} {top:.1f}H{right:.1f}V{bottom:.1f}H{left:.1f}z"


def tick(y, label):
    """A label of an axis, left of it."""
    return f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'


def frame(axis):
    """The lines of an axis from 0 with what its ends stand for."""
    lines = "".join(f"M{LEFT} {y}H{WIDTH - RIGHT}" for y in (axis.top, axis.bottom))
    high = tick(axis.top, f"{axis.high:,.0f}")
    return f'<path class="dsl-grid" d="{lines}"/>{high}{tick(axis.bottom, "0")}'


def group(stretch, content):
    """What belongs to a stretch; that of a setting before is dimmed."""
    old = ' class="dsl-before"' if stretch.old else ""
    return f"<g{old}>{content}</g>"
