"""The law behind a few points: how a count, or a time, grows with n.

Counts are exact, so their law is looked for exactly: one that misses a single point is not the law. Times are
noisy, so theirs is the plainest curve that comes close ("about …"). What the points cannot establish is not
claimed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import laws_of_counts, laws_of_times


@dataclass(frozen=True, slots=True)
class Law:
    """How y follows from n.

    `text` is for people ("1 + 2n"), `kind` is one of "constant", "linear", "quadratic", "steps", "n log n",
    "saturating" or "none", `exact` says that every point lies on it, `points` how many there were.
    """

    text: str
    kind: str
    exact: bool = False
    points: int = 0
    formula: Callable[[float], float] | None = None

    def predict(self, x: float) -> float | None:
        """What the law says for n = x; None where there is no law."""
        return None if self.formula is None else self.formula(x)

    def __str__(self) -> str:
        return self.text


def fit(xs: Sequence[float], ys: Sequence[float]) -> Law:
    """Find the law of the points (x, y). Whole numbers are treated as counts, anything else as times.

    Points with the same x count once when their y agree; when they do not, no exact law is claimed.
    """
    if len(xs) != len(ys):
        raise ValueError(f"fit needs as many ys as xs; there are {len(xs)} xs and {len(ys)} ys")
    points = sorted({(float(x), float(y)) for x, y in zip(xs, ys, strict=True)})
    if len({x for x, _ in points}) < 2:
        return Law("no law from one point" if points else "not measured", "none", points=len(points))
    exact = all(y.is_integer() for _, y in points)
    found = laws_of_counts.find(points) if exact else laws_of_times.find(points)
    text, kind, formula, sure = found or ("no simple law", "none", None, False)
    if len(points) == 2 and kind != "none":
        text += " (from two points)"
    return Law(text, kind, sure, len(points), formula)
