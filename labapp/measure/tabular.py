"""Results as rows of plain values, for DataFrames and CSV."""

import csv
import io
import math

from .columns import rate
from .interval import median
from .measurement import Measurement


def summary(result) -> list[dict]:
    """One row for each variant; the columns are those of Result.to_frame()."""
    return [
        {**_setting(result), **_of_variant(measurement), **_of_experiment(result, measurement)}
        for measurement in result.measurements
    ]


def rounds(result) -> list[dict]:
    """One row for each round of each variant."""
    return [
        {**_setting(result), "variant": measurement.variant, "round": number, "wall_ms": wall, "cpu_ms": cpu}
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


def _setting(result) -> dict:
    """The experiment and its settings; one that is called like a column of ours gets "_setting" behind."""
    taken = OURS | {figure["name"] for figure in result.figures}
    names = {name: f"{name}_setting" if name in taken else name for name in result.settings}
    return {"experiment": result.experiment, **{names[name]: result.settings[name] for name in names}}


def _of_variant(measurement: Measurement) -> dict:
    interval, compared = measurement.interval, measurement.comparison
    ratio = compared and compared.interval
    return {
        "variant": measurement.variant,
        "queries": measurement.queries,
        "rows": measurement.rows,
        "rounds": len(measurement.samples_ms),
        "latency_ms": measurement.median_ms,
        "low_ms": interval and interval.low,
        "high_ms": interval and _finite(interval.high),
        "cpu_ms": median(measurement.cpu_ms) if measurement.cpu_ms else None,
        "db_ms": measurement.db_ms,
        "wait_ms": measurement.wait_ms,
        "python_ms": measurement.python_ms,
        "peak_kib": measurement.peak_kib,
        "times_faster": compared and compared.ratio,
        "times_faster_low": ratio and ratio.low,
        "times_faster_high": ratio and _finite(ratio.high),
        "verdict": compared and compared.verdict,
        "same": measurement.same,
        "difference": measurement.difference,
        "error": measurement.error,
        "unavailable": measurement.unavailable,
    }


def _of_experiment(result, measurement: Measurement) -> dict:
    """The experiment's own figures and its rate; a figure called like one of ours gets "_figure" behind."""
    names = [figure["name"] for figure in result.figures]
    found = {f"{name}_figure" if name in OURS else name: measurement.figures.get(name) for name in names}
    if not result.rate:
        return found
    known = rate(measurement, result.rate["amount"])
    limits = known if measurement.interval else None
    return found | {
        "rate": known and known.middle,
        "rate_low": limits and limits.low,
        "rate_high": limits and _finite(limits.high),
        "rate_unit": f"{result.rate['unit']}/s",
    }


RATE = {"rate", "rate_low", "rate_high", "rate_unit"}
OURS = {"experiment", "round", "wall_ms", *RATE, *_of_variant(Measurement(""))}


def _finite(limit: float) -> float | None:
    return None if math.isinf(limit) else limit
