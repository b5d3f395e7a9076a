"""The figures that grow along a parameter: which there are depends on how the variants are measured."""

from collections.abc import Callable
from dataclasses import dataclass

from .comparison import Comparison
from .interval import Interval


@dataclass(frozen=True, slots=True)
class Aspect:
    """A figure of a measurement.

    `key` names it ("queries", "latency", "rate"), `head` is its name with its unit, `remark` says what is
    drawn of it. `of(measurement)` gives its value, None where it is not known, and `around(measurement)` its
    interval, where it has one.
    """

    key: str
    head: str
    remark: str
    of: Callable[..., float | None]
    around: Callable[..., Interval | None] = lambda measurement: None


def of_calls(ratio: str = "") -> tuple[Aspect, Aspect]:
    """What calls have: queries, and the median latency.

    In the place of the queries stands what the experiment is about, where that is a figure with a `ratio`.
    """
    latency = Aspect(
        "latency",
        "latency, ms",
        "median, 95 % interval",
        lambda each: each.median_ms,
        lambda each: each.interval,
    )
    return _of_ratio(ratio) if ratio else Aspect("queries", "queries", "", lambda each: each.queries), latency


def _of_ratio(name: str) -> Aspect:
    """A figure that sets a variant's times against another's."""

    def compared(measurement) -> Comparison | None:
        found = measurement.figures.get(name)
        return found if isinstance(found, Comparison) else None

    return Aspect(
        name,
        name,
        "95 % interval",
        lambda each: (found := compared(each)) and found.ratio,
        lambda each: (found := compared(each)) and found.interval,
    )


def of_traffic(compares: str) -> tuple[Aspect, Aspect]:
    """What traffic has: the rate, and the percentile that is compared (the median where the rate is)."""
    name = "p50" if compares == "rate" else compares
    return (
        Aspect(
            "rate",
            "answers/s",
            "mean, 95 % interval",
            lambda each: each.rate_per_s,
            lambda each: each.rate,
        ),
        Aspect(
            "latency",
            f"{name}, ms",
            "95 % interval",
            lambda each: getattr(each, f"{name}_ms"),
            lambda each: getattr(each, name),
        ),
    )
