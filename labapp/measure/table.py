"""What a result's table says in each cell, for every renderer alike."""

from dataclasses import dataclass

from .figures import around, count, milliseconds
from .measurement import Measurement

WAITING = "…"
NO_WAIT_MS = 0.05  # of a query: less than any delay that can be set, more than asking for none takes


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure, the smaller text beside it, and how it is meant: "", "good", "bad" or "quiet".

    `title` is what to show when one points at it, if not both together.
    """

    text: str
    detail: str = ""
    mood: str = ""
    title: str = ""


def queries(measurement: Measurement) -> Cell:
    """How many statements one run sent."""
    return _counted(measurement, measurement.queries)


def rows(measurement: Measurement) -> Cell:
    """How many rows one run fetched."""
    return _counted(measurement, measurement.rows)


def latency(measurement: Measurement) -> Cell:
    """The median with its ±; before there are rounds the recorded run, named as such."""
    if measurement.unavailable or measurement.error and not measurement.samples_ms:
        return Cell("–", mood="quiet")
    if measurement.interval is not None:
        return Cell(
            milliseconds(measurement.interval.middle),
            around(measurement.interval),
            "quiet" if measurement.wrong else "",
        )
    if measurement.median_ms is not None:
        return Cell(milliseconds(measurement.median_ms), f"{len(measurement.samples_ms)} so far", "quiet")
    if measurement.recorded_ms is not None:
        return Cell(milliseconds(measurement.recorded_ms), "one run", "quiet")
    return Cell(WAITING, mood="quiet")


def against(measurement: Measurement, compares: bool) -> Cell:
    """Times faster than the baseline, or why that is not said."""
    compared = measurement.comparison
    if measurement.unavailable or measurement.error:
        return Cell("–", mood="quiet")
    if measurement.baseline:
        return Cell("baseline")
    unknown = measurement.same is None and measurement.recording is not None
    if not compares or measurement.wrong or compared is None and unknown:
        return Cell("not compared", mood="quiet")
    if compared is None:
        return Cell(WAITING, mood="quiet")
    return Cell(compared.text, compared.detail, "" if compared.verdict in ("faster", "slower") else "quiet")


def outcome(measurement: Measurement) -> Cell:
    """Whether it returned the same, or what stopped it."""
    if measurement.unavailable:
        return Cell(measurement.unavailable, mood="quiet")
    if measurement.error:
        return Cell(f"✗ {measurement.error}", mood="bad")
    if measurement.wrong:
        return Cell(f"✗ {measurement.difference or 'another result'}", mood="bad")
    if measurement.recording is None and not measurement.samples_ms:
        return Cell(WAITING, mood="quiet")
    if measurement.baseline:
        return Cell("reference")
    return Cell("✓ same", mood="good") if measurement.same else Cell("not compared", mood="quiet")


def footnotes(result) -> str:
    """What the times include, in sentences."""
    notes = list(result.includes) or ["Times are of a variant's whole work, reading its rows included"]
    notes += [f"{each.variant}: {each.note}" for each in result.measurements if each.note]
    if waits(result):
        notes.append("Simulated waiting is included")
    if any(each.samples_ms for each in result.measurements):
        collecting = "runs as it likes" if result.collecting else "is held off"
        notes.append(f"Garbage collection {collecting} while timing")
    if any(each.repeats > 1 for each in result.measurements):
        notes.append("Short variants run several times a round and show their mean")
    if any(each.recording and not each.samples_ms for each in result.measurements):
        notes.append("“One run” is the recorded run, its recorder included")
    return " ".join(f"{note.rstrip('.')}." for note in notes)


def waits(result) -> bool:
    """Whether simulated waiting is among the times."""
    return any((each.wait_ms or 0) > NO_WAIT_MS * (each.queries or 1) for each in result.measurements)


def setting_words(result) -> str:
    """ "feed: photos = 30, round_trip = 2.0"."""
    setting = ", ".join(f"{name} = {value}" for name, value in result.settings.items())
    return f"{result.experiment}: {setting}" if setting else result.experiment


def compares(result) -> bool:
    """Whether the variants are set against a baseline at all."""
    return result.baseline is not None


def _counted(measurement: Measurement, number: int | None) -> Cell:
    if number is None:
        gone = measurement.unavailable or measurement.error
        return Cell("–" if gone else WAITING, mood="quiet")
    return Cell(count(number))
