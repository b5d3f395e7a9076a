"""Polynomials in n, as a function and as text."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

POWERS = ("", "n", "n²")


def value_at(coefficients: Sequence) -> Callable:
    """The polynomial with these coefficients (lowest power first) as a function."""

    def polynomial(x):
        value = 0
        for part in reversed(coefficients):
            value = value * x + part
        return value

    return polynomial


def described(coefficients: Sequence[Fraction]) -> str:
    """ "1 + 2n", "n²/2 − n/2", "41 − n", "3"."""
    return joined((part, _term(abs(part), POWERS[power])) for power, part in enumerate(coefficients))


def joined(terms: Iterable[tuple[float, str]]) -> str:
    """Terms given as (value, text without sign), in one line; zeros are left out, a positive one leads."""
    kept = [(value < 0, text) for value, text in terms if value]
    kept.sort(key=lambda term: term[0])
    said = ""
    for negative, text in kept:
        joint = (" − " if negative else " + ") if said else ("−" if negative else "")
        said += joint + text
    return said or "0"


def _term(size: Fraction, power: str) -> str:
    over = f"/{size.denominator}" if size.denominator > 1 else ""
    if not power:
        return f"{size.numerator:,}{over}"
    return f"{size.numerator if size.numerator != 1 else ''}{power}{over}"
