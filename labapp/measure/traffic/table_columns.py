"""The columns of figures in the table of a TrafficResult: which there are, and how wide."""

from collections.abc import Callable
from dataclasses import dataclass

from ..columns import MOST
from ..table import Cell
from . import table as cells
from . import task_cells
from .stream import Stream

FEW = 2  # columns of the experiment's own that also fit half a screen, and leave room for both tails
WIDTHS = {
    "variant": "auto", "requests": "86px", "bar": "9%", "p50": "90px", "tail": "90px", "rest": "90px",
    "rate": "66px", "queries": "62px", "hits": "58px", "extra": "70px", "more": "70px", "against": "122px",
    "result": "84px",
}  # fmt: skip
NARROW_WIDTHS = WIDTHS | {
    "requests": "84px", "p50": "80px", "tail": "80px", "queries": "54px", "tasks": "84px", "wait": "80px",
    "longest": "54px", "extra": "62px", "more": "62px", "against": "124px", "result": "86px",
}  # fmt: skip
QUERIES = "Statements for each request that was answered, wherever that was"
QUERIES_OF_TASKS = f"{QUERIES}; those of tasks among them"
HITS = "Of what the application asked its caches for, the share that was there"
WAIT = "Half of the tasks were begun at most so long after they had been handed over"
LONGEST = "How many tasks waited at most, those of the warm-up among them"
TASKS = "Tasks that were handed over in the counted parts"


@dataclass(frozen=True)
class Column:
    """A column: its key in WIDTHS, its name, what is shown when one points at it, and a variant's cell."""

    key: str
    name: str
    title: str
    cell: Callable[[Stream], Cell]


def columns(result) -> list[Column]:
    """All between the bar and the comparison. Where work is put off, its columns take the room of others."""
    percentiles = [_percentile("p50", "p50"), *(_percentile(key, name) for key, name in _tails(result))]
    rate = Column("rate", "answers per s", "", cells.rate)
    queries = Column("queries", "queries each", QUERIES_OF_TASKS if result.defers else QUERIES, cells.queries)
    hits = Column("hits", "hit ratio", HITS, cells.hits)
    if not result.defers:
        return [*percentiles, rate, queries, hits, *_own(result)]
    cached = any(stream.hit_ratio is not None for stream in result.measurements)
    middle = [*([rate] if result.compares == "rate" else []), queries, *([hits] if cached else [])]
    return [*percentiles, *middle, *_of_tasks(), *_own(result)]


def _of_tasks() -> list[Column]:
    return [
        Column("tasks", "tasks", TASKS, task_cells.tasks),
        Column("wait", "tasks wait, p50", WAIT, task_cells.waiting),
        Column("longest", "longest queue", LONGEST, task_cells.longest),
    ]


def _percentile(key: str, name: str) -> Column:
    half = "Half of the requests" if name == "p50" else f"{name[1:]} of 100 requests"
    head = "p50, 95 %" if name == "p50" else name
    return Column(key, head, f"{half} took at most so long", lambda stream: cells.percentile(stream, name))


def _tails(result) -> list[tuple[str, str]]:
    """p95 and p99, each with its key: the one that is not compared gives way where room is short."""
    first = "p99" if result.compares == "p99" else "p95"
    return [("tail" if name == first else "rest", name) for name in ("p95", "p99")]


def _own(result) -> list[Column]:
    """The experiment's."""

    def column(place: int, figure: dict) -> Column:
        name, unit = figure["name"], figure.get("unit", "")
        title = f"{name}: {figure.get('help', '')}"
        key = "extra" if place < FEW else "more"
        return Column(key, name, title, lambda stream: cells.figure(stream, name, unit))

    return [column(place, figure) for place, figure in enumerate(result.figures[:MOST])]
