"""Exact laws of whole numbers: constant, linear, quadratic, steps; or that growth came to an end."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction

from . import laws_of_times
from .polynomial import described, joined, value_at

Points = list[tuple[float, float]]
Found = tuple[str, str, object, bool]

MANY = 10_000


def find(points: Points) -> Found | None:
    """(text, kind, formula, exact) of the simplest law that all points obey, else the nearest description.

    Counts that differ are never called constant, however little they do.
    """
    if len({x for x, _ in points}) == len(points):
        whole = [(Fraction(x), Fraction(y)) for x, y in points]
        for law in (_constant, _linear, _steps, _quadratic, _saturating):
            if found := law(whole):
                return found
    return _nearly(points)


def _nearly(points: Points) -> Found | None:
    """Counts that follow the data as well (31 authors of 40 photos): "about 0.8n", given enough of them."""
    found = laws_of_times.find(points)
    enough = len({y for _, y in points}) > 2
    return found if found and enough and found[1] in ("linear", "quadratic") else None


def _constant(points: list) -> Found | None:
    first = points[0][1]
    if all(y == first for _, y in points):
        return described([first]), "constant", value_at([first]), True
    return None


def _linear(points: list) -> Found | None:
    return _polynomial(points, 2, "linear")


def _quadratic(points: list) -> Found | None:
    """Needs a fourth point: three always lie on some parabola."""
    return _polynomial(points, 3, "quadratic") if len(points) > 3 else None


def _polynomial(points: list, terms: int, kind: str) -> Found | None:
    """The polynomial through the first points, when the others lie on it and its coefficients are plain."""
    coefficients = _through(points[:terms])
    if any(part.denominator > 100 for part in coefficients):
        return None
    formula = value_at(coefficients)
    if any(formula(x) != y for x, y in points):
        return None
    return described(coefficients), kind, value_at([float(part) for part in coefficients]), True


def _through(points: list) -> list[Fraction]:
    """Coefficients, lowest first, of the polynomial through two or three points (divided differences)."""
    (x0, y0), (x1, y1) = points[:2]
    slope = (y1 - y0) / (x1 - x0)
    if len(points) == 2:
        return [y0 - slope * x0, slope]
    x2, y2 = points[2]
    bend = ((y2 - y1) / (x2 - x1) - slope) / (x2 - x0)
    slope -= bend * (x0 + x1)
    return [y0 - slope * x0 - bend * x0 * x0, slope, bend]


def _steps(points: list) -> Found | None:
    """A staircase in n, told from other growth by three levels and a level that is met twice."""
    levels = [y for _, y in points]
    if len(set(levels)) < 3 or len(set(levels)) == len(levels) or levels != sorted(levels):
        return None
    return _staircase(points, math.ceil, "⌈n/{}⌉") or _staircase(points, math.floor, "⌊n/{}⌋")


def _staircase(points: list, whole: Callable, words: str) -> Found | None:
    """start + rise·whole(n / size) with the lowest rise and, among its sizes, the roundest."""
    fitting = list(_staircases(points, whole))
    if not fitting:
        return None
    start, rise, size = min(fitting, key=lambda stair: (stair[1], _roundness(stair[2])))
    sizes = [stair[2] for stair in fitting if stair[:2] == (start, rise)]
    stairs = words.format(f"{size:,}")
    text = joined([(start, f"{abs(start):,}"), (rise, stairs if rise == 1 else f"{rise:,}{stairs}")])
    if len(sizes) > 1:
        text += f" (steps of {sizes[0]:,} to {sizes[-1]:,} fit)"
    return text, "steps", lambda x: start + rise * whole(x / size), len(fitting) == 1


def _staircases(points: list, whole: Callable) -> Iterator[tuple[int, int, int]]:
    """Every (start, rise, size) that meets all points; of very large sizes only the round ones are tried."""
    (first_x, first_y), (last_x, last_y) = points[0], points[-1]
    for size in _sizes(int(last_x)):
        stairs = whole(last_x / size) - whole(first_x / size)
        if stairs < 2 or (last_y - first_y) % stairs:
            continue
        rise = int((last_y - first_y) / stairs)
        start = int(first_y) - rise * whole(first_x / size)
        if all(start + rise * whole(x / size) == y for x, y in points):
            yield start, rise, size


def _sizes(largest: int) -> list[int]:
    if largest <= MANY:
        return list(range(2, largest + 1))
    round_ones = {digit * 10**power for digit in (1, 2, 5) for power in range(len(str(largest)))}
    return sorted(
        size for size in round_ones | {2**power for power in range(1, 21)} | {999} if 2 <= size <= largest
    )


def _roundness(size: int) -> tuple[int, int]:
    """Smaller for the sizes that people choose: 100 before 110 before 104."""
    return len(str(size).rstrip("0")), size


def _saturating(points: list) -> Found | None:
    """Strict growth that ends in at least two equal points (the data ran out, or a limit was met)."""
    levels = [int(y) for _, y in points]
    top = levels[-1]
    full = levels.index(top)
    growing = levels[: full + 1]
    if (
        full == 0
        or full == len(levels) - 1
        or any(a >= b for a, b in zip(growing, growing[1:], strict=False))
    ):
        return None
    if any(level != top for level in levels[full:]):
        return None
    return f"grows to {top:,}, then stands still", "saturating", None, False
