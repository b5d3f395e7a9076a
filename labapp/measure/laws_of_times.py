"""Laws of noisy figures: least squares on a few shapes, and the plainest shape that comes close.

Noise grows with the figure itself, so residuals are taken relative to it.
"""

import math
from collections.abc import Callable

from .polynomial import joined

Points = list[tuple[float, float]]
Found = tuple[str, str, object, bool]

CLOSE = 0.15
FLAT = 0.10
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
    if flat := _constant(points):
        return flat
    best: tuple[float, Found] | None = None
    for kind, power, shape in SHAPES[: 1 if len(points) < 4 else 3]:
        start, rise, error = _least_squares(points, shape)
        if rise <= 0 and kind != "linear":
            continue
        if error <= CLOSE and (best is None or error < best[0] * CLEARLY_BETTER):
            best = (error, (_text(start, rise, power), kind, _formula(start, rise, shape), False))
    return best and best[1]


def _constant(points: Points) -> Found | None:
    """All within a tenth of their mean, and no trend that explains most of what remains."""
    mean = sum(y for _, y in points) / len(points)
    spread = max(abs(y - mean) for _, y in points) / mean
    if spread > FLAT:
        return None
    _, rise, error = _least_squares(points, lambda x: x)
    whole = abs(rise) * (points[-1][0] - points[0][0]) / mean
    if len(points) > 2 and whole > 0.02 and error < CLEARLY_BETTER**2 * spread:
        return None
    return f"about {figure(mean)}", "constant", lambda x: mean, False


def _least_squares(points: Points, shape: Callable[[float], float]) -> tuple[float, float, float]:
    """(start, rise, root mean square of the relative residuals) of y = start + rise·shape(x), start not below 0."""
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
    return "about " + joined([(start, figure(abs(start))), (rise, f"{figure(abs(rise))}{power}")])


def figure(value: float) -> str:
    """Two digits that mean something, no exponent: 0.0012, 0.9, 12, 1,400."""
    if value == 0:
        return "0"
    places = 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    return f"{rounded:,.{max(0, places)}f}".rstrip("0").rstrip(".") if places > 0 else f"{rounded:,.0f}"
