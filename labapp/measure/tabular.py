"""Results as rows of plain values, for DataFrames and CSV."""

import csv
import io
import math

from .columns import rate
from .comparison import Comparison
from .interval import Interval, median
from .measurement import Measurement


def summary(result) -> list[dict]:
    """One row for each variant; the columns are those of Result.to_frame()."""
    setting = setting_columns(result, OURS)
    return [
        {**setting, **_of_variant(measurement), **_of_experiment(result, measurement)}
        for measurement in result.measurements
    ]


def rounds(result) -> list[dict]:
    """One row for each round of each variant."""
    setting = setting_columns(result, OURS)
    return [
        {**setting, "variant": measurement.variant, "round": number, "wall_ms": wall, "cpu_ms": cpu}
        for measurement in result.measurements
        for number, (wall, cpu) in enumerate(zip(measurement.samples_ms, measurement.cpu_ms, strict=True), 1)
    ]


def csv_text(rows: list[dict]) -> str:
    """Rows as CSV with a header; empty where a value is not known."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows({name: "" if value is None else value for name, value in row.items()} for row in rows)
    return text.getvalue()


def with_environment(rows: list[dict], environment: dict) -> list[dict]:
    """The rows with the columns env_machine, env_python and so on behind them."""
    columns = {f"env_{name}": value for name, value in environment.items()}
    return [{**row, **columns} for row in rows]


def setting_columns(result, ours: set[str]) -> dict:
    """The experiment and its settings; one called like a column in `ours` gets "_setting" behind."""
    taken = ours | {figure["name"] for figure in result.figures}
    names = {name: f"{name}_setting" if name in taken else name for name in result.settings}
    return {"experiment": result.experiment, **{names[name]: result.settings[name] for name in names}}


def figure_columns(result, measurement, ours: set[str]) -> dict:
    """The experiment's own figures; one called like a column in `ours` gets "_figure" behind."""
    columns = {}
    for figure in result.figures:
        value = measurement.figures.get(figure["name"])
        name = f"{figure['name']}_figure" if figure["name"] in ours else figure["name"]
        columns |= _limited(name, value) if _has_limits(result, figure) else {name: value}
    return columns


def _has_limits(result, figure: dict) -> bool:
    """Whether any of the values of this figure may have an interval."""
    values = (each.figures.get(figure["name"]) for each in result.measurements)
    return "against" in figure or any(isinstance(value, Interval) for value in values)


def _limited(name: str, value: Interval | Comparison | None) -> dict:
    """A value and its limits."""
    limits = value.interval if isinstance(value, Comparison) else value
    middle = value.ratio if isinstance(value, Comparison) else limits and limits.middle
    return {
        name: middle,
        f"{name}_low": limits and limits.low,
        f"{name}_high": limits and finite(limits.high),
    }


def ratio_columns(compared) -> dict:
    """times_faster, its limits and the verdict of a Comparison; None all of them without one."""
    ratio = compared and compared.interval
    return {
        "times_faster": compared and compared.ratio,
        "times_faster_low": ratio and ratio.low,
        "times_faster_high": ratio and finite(ratio.high),
        "verdict": compared and compared.verdict,
    }


def _of_variant(measurement: Measurement) -> dict:
    interval = measurement.interval
    return {
        "variant": measurement.variant,
        "queries": measurement.queries,
        "rows": measurement.rows,
        "rounds": len(measurement.samples_ms),
        "latency_ms": measurement.median_ms,
        "low_ms": interval and interval.low,
        "high_ms": interval and finite(interval.high),
        "cpu_ms": median(measurement.cpu_ms) if measurement.cpu_ms else None,
        "db_ms": measurement.db_ms,
        "wait_ms": measurement.wait_ms,
        "python_ms": measurement.python_ms,
        "peak_kib": measurement.peak_kib,
        **ratio_columns(measurement.comparison),
        "same": measurement.same,
        "difference": measurement.difference,
        "error": measurement.error,
        "unavailable": measurement.unavailable,
    }


def _of_experiment(result, measurement: Measurement) -> dict:
    """The experiment's own figures and its rate."""
    found = figure_columns(result, measurement, OURS)
    if not result.rate:
        return found
    known = rate(measurement, result.rate["amount"])
    limits = known if measurement.interval else None
    return found | {
        "rate": known and known.middle,
        "rate_low": limits and limits.low,
        "rate_high": limits and finite(limits.high),
        "rate_unit": f"{result.rate['unit']}/s",
    }


RATE = {"rate", "rate_low", "rate_high", "rate_unit"}
OURS = {"experiment", "round", "wall_ms", *RATE, *_of_variant(Measurement(""))}


def finite(limit: float) -> float | None:
    """None for a limit that is open."""
    return None if math.isinf(limit) else limit
