"""What the table of a TrafficResult says in each cell, for every renderer alike."""

import math
from collections import Counter
from collections.abc import Iterable

from ..columns import number, rounded
from ..comparison import NO_DIFFERENCE
from ..figures import around, count, milliseconds
from ..interval import Interval
from ..table import WAITING, Cell
from .latency import Percentile, is_censored
from .stream import Stream
from .tasks import undone

MOST_ERROR = 60  # letters of an error in its cell


def requests(stream: Stream) -> Cell:
    """How many requests count, and how many of them have no proper answer."""
    if not stream.count:
        return nothing(stream)
    if not stream.errors:
        return Cell(count(stream.count))
    errors = sum(_errors(stream).values())
    given_up = stream.errors - errors
    said = [f"{errors:,} {'error' if errors == 1 else 'errors'}"] if errors else []
    said += [f"{given_up:,} given up"] if given_up else []
    mood = "bad" if errors else ""
    return Cell(count(stream.count), ", ".join(said), mood, f"{stream.count:,} requests; {stream.top_error}")


def percentile(stream: Stream, name: str) -> Cell:
    """A percentile with its ±; "≥1,103 ms" where it falls among requests that were given up."""
    found = stream.percentile(name)
    if found is None:
        return nothing(stream)
    return known(found, name, "given up", "requests were not answered", stream.wrong)


def known(found: Percentile, name: str, short: str, why: str, dimmed: bool = False) -> Cell:
    """A percentile with its ±; where it is a lower limit `short` and `why` say what had not come."""
    if found.over:
        title = f"{name}: at least {milliseconds(found.ms)}, {why}"
        return Cell(f"≥{milliseconds(found.ms)}", short, "", title)
    if found.interval is None:
        return Cell(milliseconds(found.ms), "so far", "quiet", f"{name}: {milliseconds(found.ms)} so far")
    limits = f"95 %: {_limits(found.interval)}"
    title = f"{name}: {milliseconds(found.ms)}, {limits}"
    return Cell(milliseconds(found.ms), around(found.interval), "quiet" if dimmed else "", title)


def rate(stream: Stream) -> Cell:
    """Answers a second."""
    if stream.rate is not None:
        half = stream.rate.half
        return Cell(rounded(stream.rate.middle), f"±{rounded(half)}" if half else "")
    if not stream.count or not stream.rate_per_s:
        return nothing(stream)
    return Cell(rounded(stream.rate_per_s), "so far", "quiet")


def queries(stream: Stream) -> Cell:
    """Statements for each request of a client that was answered, wherever that was."""
    each = stream.queries_per_request
    if each is None:
        return nothing(stream)
    title = f"{stream.origin_queries:,} queries for {stream.answered:,} answers, {stream.db_ms:.2f} ms each"
    return Cell(number(each) if each >= 1 or not each else f"{each:.2f}", title=title)


def hits(stream: Stream) -> Cell:
    """Of what was asked of the application's caches, the share that was there."""
    if stream.hit_ratio is None:
        return Cell("–", mood="quiet", title="no cache was asked") if stream.count else nothing(stream)
    return Cell(f"{100 * stream.hit_ratio:.0f} %")


def figure(stream: Stream, name: str, unit: str) -> Cell:
    """One of the experiment's own."""
    value = stream.figures.get(name)
    if value is None:
        known = name in stream.figures
        return Cell("–", mood="quiet", title="not known here") if known else nothing(stream)
    return Cell(rounded(value) if value % 1 else number(value), unit)


def against(stream: Stream, baseline: Stream | None) -> Cell:
    """Times faster than the baseline (or times as many a second), or why that is not said."""
    compared = stream.comparison
    if stream.baseline:
        return Cell("baseline")
    if baseline is None or stream.wrong:
        return Cell("not compared", mood="quiet")
    if stream.failing or baseline.failing:
        which = "it" if stream.failing else "the baseline"
        return Cell("not compared", "errors", "quiet", f"not compared: of {which}, too many requests failed")
    if compared is None:
        return nothing(stream)
    if compared.verdict == NO_DIFFERENCE:
        return Cell("no difference", f"seen, {compared.detail.replace('more than', 'over')}", "quiet")
    return Cell(compared.text, compared.detail, "" if compared.verdict in ("faster", "slower") else "quiet")


def outcome(stream: Stream) -> Cell:
    """Whether it showed the same pages, and to everybody their own; or what stopped it."""
    if stream.unavailable:
        return Cell(stream.unavailable, mood="quiet")
    if stream.error:
        return Cell(f"✗ {stream.error}", mood="bad")
    if stream.leaks:
        pieces = f"✗ {stream.leaks:,} {'leak' if stream.leaks == 1 else 'leaks'}"
        return Cell(pieces, mood="bad", title=f"{pieces}: answers with a piece of somebody else's page")
    if stream.wrong:
        return Cell(f"✗ {stream.fault or stream.difference or 'other pages'}", mood="bad")
    if stream.baseline:
        return Cell("reference" if stream.count else WAITING, mood="" if stream.count else "quiet")
    if stream.same:
        return Cell("✓ same", mood="good")
    return Cell("not compared", mood="quiet") if stream.count else Cell(WAITING, mood="quiet")


def footnotes(result) -> str:
    """What the figures include, in sentences."""
    streams = result.measurements
    notes = [f"{each.variant}: {each.note}" for each in streams if each.note]
    notes += _of_errors(each for each in streams if not each.note)
    if any(is_censored(request) for each in streams for request in each.requests):
        notes.append("Who was given up waited at least so long, and counts with that")
    notes += undone(streams)
    notes += [result.limit] if result.limit else []
    return " ".join(f"{note.rstrip('.')}." for note in [*notes, *result.includes])


def _errors(stream: Stream) -> Counter:
    """What went wrong, and how often; who was given up is not among them."""
    return Counter(each.error for each in stream.requests if each.error and not is_censored(each))


def _of_errors(streams: Iterable[Stream]) -> list[str]:
    """What went wrong most often with each; what did with several is said once."""
    found: dict[str, list[str]] = {}
    for stream in streams:
        if errors := _errors(stream):
            (error, often), *_ = errors.most_common(1)
            short = error if len(error) <= MOST_ERROR else f"{error[: MOST_ERROR - 1]}…"
            more = "" if often == errors.total() else ", and other errors"
            found.setdefault(f"{short}{more}", []).append(f"{stream.variant}: {often:,} ×")
    return [f"{', '.join(whose)} {error}" for error, whose in found.items()]


def _limits(interval: Interval) -> str:
    if math.isinf(interval.high):
        return f"over {milliseconds(interval.low)}"
    return f"{milliseconds(interval.low)} to {milliseconds(interval.high)}"


def nothing(stream: Stream) -> Cell:
    """A dash where there will be nothing, else that it is awaited."""
    return Cell("–" if stream.unavailable or stream.error else WAITING, mood="quiet")
