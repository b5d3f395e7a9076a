"""What the table of a TrafficResult says of the work that was put off, for every renderer alike."""

from ..figures import count, milliseconds
from ..table import Cell
from ..wording import plural
from .latency import Percentile
from .stream import Stream
from .table import known, nothing
from .tasks import Tasks

HEADS = (
    "tasks", "wait, p50", "wait, p95", "done after, p50", "done after, p95", "longest queue", "not done",
    "failed", "begun again",
)  # fmt: skip
NOTE = (
    "Times count from when a task was handed over. Of one that never came so far only the lower limit is "
    "known (“≥”)."
)


def tasks(stream: Stream) -> Cell:
    """How many tasks were handed over, and how many of them were not done, or done more than once."""
    found = stream.tasks
    if not found.count:
        return _none(stream)
    over = found.drained_s is not None
    said = [f"{found.unfinished:,} {'not done' if over else 'to do'}"] if found.unfinished else []
    said += [f"{found.failed:,} failed"] if found.failed else []
    said += [f"{found.again:,} again"] if found.again else []
    bad = found.failed or over and found.unfinished
    return Cell(count(found.count), ", ".join(said), "bad" if bad else "", _whole(found))


def waiting(stream: Stream) -> Cell:
    """The median time from when a task was handed over until it was begun."""
    name = "waiting, p50"
    found = stream.tasks.waiting["p50"]
    return _none(stream) if found is None else known(found, name, "still wait", "tasks were never begun")


def longest(stream: Stream) -> Cell:
    """How many tasks waited at most."""
    found = stream.tasks
    if not found.count:
        return _none(stream)
    return Cell(count(found.longest), title=f"at most {plural(found.longest, 'task')} waited at a time")


def unfinished(stream: Stream) -> Cell:
    """How many tasks were not done."""
    return Cell(count(stream.tasks.unfinished)) if stream.tasks.count else _none(stream)


def texts(found: Tasks) -> list[str]:
    """All figures of tasks, in the order of HEADS."""
    times = [found.waiting["p50"], found.waiting["p95"], found.finishing["p50"], found.finishing["p95"]]
    counts = [found.longest, found.unfinished, found.failed, found.again]
    return [count(found.count), *map(_at_least, times), *map(count, counts)]


def _at_least(found: Percentile | None) -> str:
    if found is None:
        return "–"
    return f"{'≥' if found.over else ''}{milliseconds(found.ms)}"


def _whole(found: Tasks) -> str:
    """All that is known of them, in a sentence."""
    said = [f"{plural(found.count, 'task')} handed over", f"{found.done:,} done"]
    said += [f"{found.failed:,} raised"] if found.failed else []
    said += [f"{found.again:,} begun more than once"] if found.again else []
    return f"{', '.join(said)}{f'; {found.undone}' if found.undone else ''}"


def _none(stream: Stream) -> Cell:
    """A dash where there are none, else that it is awaited."""
    return Cell("–", mood="quiet", title="it put nothing off") if stream.count else nothing(stream)
