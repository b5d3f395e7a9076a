"""Laws of noisy figures: least squares on a few shapes, and the plainest shape that comes close.

Noise grows with the figure itself, so residuals are taken relative to it.
"""

import math
from collections.abc import Callable

from .polynomial import joined

Points = list[tuple[float, float]]
Found = tuple[str, str, object, bool]

CLOSE = 0.15
FLAT = 0.05
CLEARLY_BETTER = 0.5

SHAPES: tuple[tuple[str, str, Callable[[float], float]], ...] = (
    ("linear", "n", lambda x: x),
    ("n log n", " n log n", lambda x: x * math.log(x) if x > 0 else 0.0),
    ("quadratic", "n²", lambda x: x * x),
)


def find(points: Points) -> Found | None:
    """(text, kind, formula, exact=False) of the plainest shape that comes close to all points, else None."""
    if any(y <= 0 for _, y in points):
        return None
    flat, best_error = _flat(points)
    best = flat if best_error <= CLOSE else None
    if best_error <= FLAT:
        return flat
    for kind, power, shape in SHAPES[: 1 if len(points) < 4 else 3]:
        start, rise, error = _least_squares(points, shape)
        if (rise > 0 or kind == "linear") and error <= min(CLOSE, best_error * CLEARLY_BETTER):
            best, best_error = (_text(start, rise, power), kind, _formula(start, rise, shape), False), error
    return best


def _flat(points: Points) -> tuple[Found, float]:
    """The same everywhere, and how far off that is."""
    level = sum(1 / y for _, y in points) / sum(1 / y**2 for _, y in points)
    error = math.sqrt(sum((level / y - 1) ** 2 for _, y in points) / max(1, len(points) - 1))
    return (f"about {figure(level)}", "constant", lambda x: level, False), error


def _least_squares(points: Points, shape: Callable[[float], float]) -> tuple[float, float, float]:
    """(start, rise, relative residual, root mean square) of y = start + rise·shape(x), start not below 0."""
    rows = [(1 / y, shape(x) / y) for x, y in points]
    a = sum(p * p for p, _ in rows)
    b = sum(p * q for p, q in rows)
    c = sum(q * q for _, q in rows)
    d = sum(p for p, _ in rows)
    e = sum(q for _, q in rows)
    determinant = a * c - b * b
    start, rise = (
        ((d * c - b * e) / determinant, (a * e - b * d) / determinant) if determinant else (0.0, 0.0)
    )
    if start < 0 and c:
        start, rise = 0.0, e / c
    free = max(1, len(points) - 2)
    error = math.sqrt(sum((start * p + rise * q - 1) ** 2 for p, q in rows) / free)
    return start, rise, error


def _formula(start: float, rise: float, shape: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: start + rise * shape(x)


def _text(start: float, rise: float, power: str) -> str:
    size = figure(abs(rise))
    return "about " + joined(
        [(start, figure(abs(start))), (rise, power.strip() if size == "1" else size + power)]
    )


def figure(value: float) -> str:
    """Two digits that mean something, no exponent: 0.0012, 0.9, 12, 1,400."""
    if value == 0:
        return "0"
    places = 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    return f"{rounded:,.{max(0, places)}f}".rstrip("0").rstrip(".") if places > 0 else f"{rounded:,.0f}"
