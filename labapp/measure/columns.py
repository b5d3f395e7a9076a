"""The columns that only some results have: a rate, the experiment's own figures, the peak of memory."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from .comparison import NO_DIFFERENCE, Comparison
from .figures import decimals, ratio_figure, ratio_range
from .interval import Interval
from .measurement import Measurement
from .table import WAITING, Cell

MOST = 4  # columns that fit beside the others
MIB = 1024  # KiB
MEMORY = (
    "the most that the variant's Python objects took at once, in a run of its own that is not timed; what "
    "the database takes is not seen"
)


@dataclass(frozen=True)
class Column:
    """A column: its name, its unit ("" for counts), one sentence on what it counts, and a variant's cell."""

    name: str
    unit: str
    help: str
    cell: Callable[[Measurement], Cell]

    @property
    def head(self) -> str:
        """Its name with its unit, for where cells have only the figure."""
        return f"{self.name}, {self.unit}" if self.unit else self.name


def extra(result) -> list[Column]:
    """The columns of this result besides those that every result has."""
    columns = [_rate(result.rate)] if result.rate else []
    columns += [_figure(**figure) for figure in result.figures]
    return [*columns, _memory(result)] if result.weighed else columns


def rate(measurement: Measurement, amount: float) -> Interval | None:
    """How much of `amount` is done in a second: the median with its limits (inf where a limit is open)."""
    middle, interval = measurement.median_ms, measurement.interval
    if not middle:
        return None
    if interval is None:
        return Interval(0.0, 1000 * amount / middle, math.inf)
    low = 0.0 if math.isinf(interval.high) else 1000 * amount / interval.high
    return Interval(low, 1000 * amount / middle, 1000 * amount / interval.low if interval.low else math.inf)


def number(value: float) -> str:
    """A count as it is, with thousands: "1,204"; other figures with three that count: "12.1", "0.04"."""
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.{_decimals(value)}f}"


def rounded(value: float) -> str:
    """Three figures that count: "412,000", "41.2"."""
    if abs(value) >= 1000:
        value = round(value, -len(str(int(abs(value)))) + 3)
    return f"{value:,.{_decimals(value)}f}"


def _decimals(value: float) -> int:
    return max(0, 2 - math.floor(math.log10(abs(value)))) if 0 < abs(value) < 100 else 0


def _rate(said: dict) -> Column:
    unit, amount = f"{said['unit']}/s", said["amount"]

    def cell(measurement):
        per_second = rate(measurement, amount)
        if per_second is None or measurement.unavailable or measurement.error:
            return _unknown(measurement)
        limits = f"{rounded(per_second.low)} to {rounded(per_second.high)}" if measurement.interval else ""
        title = f"{rounded(per_second.middle)} {unit}{f', 95 %: {limits}' if limits else ''}"
        return Cell(rounded(per_second.middle), unit, "quiet" if measurement.wrong else "", title)

    return Column("rate", unit, f"{number(amount)} {said['unit']} in one call, by its median time", cell)


def _figure(name: str, unit: str = "", help: str = "", against: dict | None = None) -> Column:
    def cell(measurement):
        if against is not None:
            return _ratio(measurement, name, against.get(measurement.variant))
        value = measurement.figures.get(name)
        if value is None:
            return _unknown(measurement, name in measurement.figures)
        if isinstance(value, Interval):
            return _with_limits(value, unit)
        return Cell(number(value), unit)

    return Column(name, unit, help, cell)


def _ratio(measurement: Measurement, name: str, other: str | None) -> Cell:
    """How many times another variant's time it takes, with the limits; words where that may be once."""
    compared = measurement.figures.get(name)
    if not isinstance(compared, Comparison) or measurement.error:
        return _unknown(measurement, other is None or measurement.wrong)
    if compared.interval is None:
        return Cell(WAITING, f"{ratio_figure(compared.ratio)} so far", "quiet")
    limits = ratio_range(compared.interval)
    title = f"{ratio_figure(compared.ratio)} the time of {other}, 95 %: {limits}"
    if compared.verdict == NO_DIFFERENCE:
        return Cell("none seen", f"{limits}×", "quiet", f"No difference from {other} is seen: {title}")
    return Cell(ratio_figure(compared.ratio), limits, "", title)


def _with_limits(value: Interval, unit: str) -> Cell:
    """The figure and a ± that covers its interval; which of the limits is farther away is in the title."""
    places = decimals(value.middle)
    low, middle, high = (f"{each:,.{places}f}" for each in (value.low, value.middle, value.high))
    said = f"{middle} {unit}".rstrip()
    spread = f"over {low}" if math.isinf(value.high) else f"±{value.half:,.{places}f}"
    return Cell(said, spread, "", f"{said}, 95 %: {low} to {high}")


def _memory(result) -> Column:
    """In KiB, or in MiB when one of them takes many."""
    most = max((each.peak_kib or 0 for each in result.measurements), default=0)
    unit, size = ("MiB", MIB) if most >= 10 * MIB else ("KiB", 1)

    def cell(measurement):
        if measurement.peak_kib is None:
            return _unknown(measurement)
        return Cell(rounded(measurement.peak_kib / size), unit)

    return Column("memory peak", unit, MEMORY, cell)


def _unknown(measurement: Measurement, asked: bool = False) -> Cell:
    """A dash where there will be nothing, else that it is awaited."""
    if asked:
        return Cell("–", mood="quiet", title="not known here")
    gone = measurement.unavailable or measurement.error
    return Cell("–" if gone else WAITING, mood="quiet")
