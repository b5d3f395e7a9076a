"""Pictures of traffic, as matplotlib Figures that suit a light or a dark page."""

from typing import TYPE_CHECKING

from ..charts import INK, blank
from .latency import is_timed
from .queue import Step, queue
from .summary import PERCENTILES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_DOTS = 3000


def time_figure(result, theme: str = "light") -> "Figure":
    """Each request as a dot, its latency over when it was due; errors are crosses."""
    figure, (axes,) = blank(theme, 1, (9.6, 3.6))
    shown, thinned = _thinned(result)
    began = min((began for stream in result.measurements for began, _ in stream.turns), default=0.0)
    for stream, requests in shown:
        for marker, timed in ((".", True), ("x", False)):
            dots = [each for each in requests if is_timed(each) is timed]
            axes.scatter(
                [each.due - began for each in dots],
                [1000 * (each.done - each.due) for each in dots],
                s=14, marker=marker, color=stream.colour, alpha=0.6, linewidths=0 if timed else 1,
                label=stream.variant if timed else None,
            )  # fmt: skip
    some = f", {MOST_DOTS:,} of {thinned:,} requests" if thinned > MOST_DOTS else ""
    _scale(axes, "y", result)
    axes.set_xlabel("s")
    _name(axes, theme, f"latency in ms over time{some}; × is an error")
    return figure


def slower_figure(result, theme: str = "light") -> "Figure":
    """The share of the requests that are slower than each latency, with the percentiles' 95 % intervals."""
    figure, (axes,) = blank(theme, 1, (9.6, 3.6))
    for stream in result.measurements:
        latencies = sorted(1000 * (each.done - each.due) for each in stream.requests if is_timed(each))
        if latencies:
            slower = [1 - (place + 0.5) / len(latencies) for place in range(len(latencies))]
            axes.step(
                latencies, slower, where="post", color=stream.colour, label=stream.variant, linewidth=1.4
            )
            _intervals(axes, stream)
    _scale(axes, "x", result)
    axes.set_yscale("log")
    axes.minorticks_off()
    axes.set_yticks([1 - q for q in PERCENTILES.values()], list(PERCENTILES))
    axes.set_xlabel("ms")
    _name(axes, theme, "how many requests took longer: half of them than the p50, 5 of 100 than the p95")
    return figure


def queue_figure(result, theme: str = "light") -> "Figure":
    """How many tasks waited at each moment; shaded while no more requests came and the queue emptied."""
    figure, (axes,) = blank(theme, 1, (9.6, 2.6))
    began = min((began for stream in result.measurements for began, _ in stream.turns), default=0.0)
    for stream in result.measurements:
        steps = queue(stream)
        drains = [drain for drain in stream.drains if drain[1] is not None]
        if steps:
            _draw_queue(axes, steps, drains, began, stream)
    axes.set_ylim(bottom=0)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("s")
    _name(axes, theme, "tasks that wait; shaded: no more requests, the workers empty the queue")
    return figure


def _draw_queue(axes: "Axes", steps: list[Step], drains: list, began: float, stream) -> None:
    seconds, waiting = [step.second - began for step in steps], [step.waiting for step in steps]
    axes.step(seconds, waiting, where="post", color=stream.colour, label=stream.variant, linewidth=1.4)
    for begins, ends in drains:
        axes.axvspan(begins - began, ends - began, color=stream.colour, alpha=0.12, linewidth=0)


def _scale(axes: "Axes", side: str, result) -> None:
    """A logarithmic axis of milliseconds, from what the quickest hundredth took."""
    latencies = sorted(
        1000 * (each.done - each.due) for stream in result.measurements for each in stream.requests
    )
    quick = max(0.01, latencies[len(latencies) // 100]) / 1.5 if latencies else 1.0
    axes.set(**{f"{side}scale": "log"})
    axes.set(**{f"{side}lim": (quick, None)})
    getattr(axes, f"{side}axis").set_major_formatter(lambda ms, _: f"{ms:,g}")


def _intervals(axes: "Axes", stream) -> None:
    for name, q in PERCENTILES.items():
        interval = getattr(stream, name)
        if interval is not None and interval.low > 0:
            high = min(interval.high, 1000 * max(each.done - each.due for each in stream.requests))
            axes.plot([interval.low, high], [1 - q, 1 - q], "|-", color=stream.colour, linewidth=1, alpha=0.8)


def _thinned(result) -> tuple[list, int]:
    """(stream, evenly thinned requests) of each stream that has any, and how many requests there were."""
    every = sum(stream.count for stream in result.measurements)
    step = max(1, -(-every // MOST_DOTS))
    return [(stream, stream.requests[::step]) for stream in result.measurements if stream.count], every


def _name(axes: "Axes", theme: str, title: str) -> None:
    """The title above, and beside the picture which colour is which variant."""
    axes.set_title(title, loc="left", color=INK[theme], fontsize=10)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9,
            labelcolor=INK[theme], markerscale=3,
        )  # fmt: skip
