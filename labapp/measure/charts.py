"""Pictures of growth and of distributions, as matplotlib Figures that suit a light or a dark page."""

import math
from typing import TYPE_CHECKING

from .aspect import Aspect

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = {"light": "#1f2328", "dark": "#e6edf3"}
GRID = {"light": "#d8dee4", "dark": "#30363d"}
LABEL_GAP = 0.07


def growth_figure(growth, theme: str = "light") -> "Figure":
    """Both figures against the parameter: points, intervals, the law as a line, predictions dashed."""
    figure, all_axes = blank(theme, 2, (9.6, 3.7))
    for axes, aspect in zip(all_axes, growth.aspects, strict=True):
        predicted = growth.prediction(aspect)
        axes.set_title(_title(aspect, predicted), loc="left", color=INK[theme], fontsize=10)
        _draw_predicted(axes, growth, predicted)
        _draw_all(axes, growth, aspect)
    return figure


def _title(aspect: Aspect, predicted: dict) -> str:
    """What is drawn, in words: "latency, ms (median, 95 % interval; dashed: predicted)"."""
    remarks = [aspect.remark] if aspect.remark else []
    remarks += ["dashed: predicted"] if predicted else []
    return f"{aspect.head} ({'; '.join(remarks)})" if remarks else aspect.head


def _draw_all(axes: "Axes", growth, aspect: Aspect) -> None:
    places, ends = _places(growth), []
    for variant in growth.variants:
        points = [(places[value], aspect.of(each), each) for value, each in growth.points(variant)]
        known = [point for point in points if point[1] is not None]
        if known:
            _draw(axes, known, growth.law_of(variant, aspect), aspect)
            mark = " ✗" if growth.wrong(variant) else ""
            ends.append((known[-1][1], variant[:24] + mark, growth.colour(variant)))
    axes.set_xlabel(growth.parameter)
    axes.set_ylim(bottom=0)
    if list(places.values()) != list(places):
        axes.set_xticks(list(places.values()), [str(value) for value in places])
    _label(axes, ends)


def distribution_figure(result, theme: str = "light") -> "Figure":
    """Every round of every variant as a dot, with the median and its interval as a whisker."""
    shown = [each for each in result.measurements if each.samples_ms]
    figure, (axes,) = blank(theme, 1, (9.6, 0.8 + 0.45 * max(1, len(shown))))
    for place, each in enumerate(shown):
        spread = [place + 0.5 * ((index * 0.618) % 1 - 0.5) for index in range(len(each.samples_ms))]
        axes.scatter(each.samples_ms, spread, s=9, color=each.colour, alpha=0.6, linewidths=0)
        if each.interval is not None:
            low, middle, high = each.interval.low, each.interval.middle, each.interval.high
            axes.errorbar(
                middle, place, xerr=[[middle - low], [high - middle]], fmt="|", color=INK[theme], capsize=3
            )
    axes.set_yticks(range(len(shown)), [each.variant for each in shown])
    axes.grid(visible=False, axis="y")
    axes.invert_yaxis()
    axes.set_xlabel("ms, one dot a round")
    axes.set_xlim(left=0)
    return figure


def _places(growth) -> dict:
    """Where each value stands on the axis: at itself, or side by side where values are not numbers."""
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in growth.values)
    return {value: value if numbers else index for index, value in enumerate(growth.values)}


def _draw(axes: "Axes", known: list, law, aspect: Aspect) -> None:
    """Points, whiskers and the law of one variant; `known` are (place, figure, measurement)."""
    xs, ys, colour = [place for place, _, _ in known], [figure for _, figure, _ in known], known[-1][2].colour
    for place, figure, each in known:
        interval = aspect.around(each)
        if interval is not None:
            above = interval.high - figure if math.isfinite(interval.high) else 0.0
            around = [[figure - interval.low], [above]]
            axes.errorbar(place, figure, yerr=around, color=colour, capsize=3, linewidth=1)
    axes.plot(xs, ys, "o", color=colour, markersize=4.5)
    axes.plot(*_line(law, xs, ys), color=colour, linewidth=1.4)


def _line(law, xs: list, ys: list) -> tuple[list, list]:
    """The law between the first and the last point; the points joined where there is none."""
    first, last = min(xs), max(xs)
    if law.formula is None or first == last:
        return xs, ys
    steps = [first + (last - first) * step / 200 for step in range(201)]
    return steps, [law.predict(step) for step in steps]


def _draw_predicted(axes: "Axes", growth, predicted: dict) -> None:
    places = list(_places(growth).values())
    for variant, expected in predicted.items():
        known = min(len(places), len(expected))
        axes.plot(
            places[:known], expected[:known], "--", color=growth.colour(variant), linewidth=1.2, alpha=0.8
        )


def _label(axes: "Axes", ends: list[tuple[float, str, str]]) -> None:
    """Names at the right, beside where their lines end, moved apart where those are close."""
    top, places = axes.get_ylim()[1], []
    for end, _, _ in sorted(ends):
        places.append(max(places[-1] + LABEL_GAP if places else 0.0, end / top))
    highest = 1.0
    for at in reversed(range(len(places))):
        highest = places[at] = min(places[at], highest)
        highest -= LABEL_GAP
    for place, (_, name, colour) in zip(places, sorted(ends), strict=True):
        axes.text(1.015, place, name, color=colour, transform=axes.transAxes, va="center", fontsize=9)


def blank(theme: str, columns: int, size: tuple[float, float]):
    """(Figure, its axes side by side), of so many inches, dressed for the theme."""
    from matplotlib.figure import Figure

    if theme not in INK:
        raise ValueError(f"theme is {theme!r}; it must be 'light' or 'dark'")
    figure = Figure(figsize=size, layout="constrained", facecolor="none")
    all_axes = figure.subplots(1, columns, squeeze=False)[0]
    for axes in all_axes:
        _dress(axes, theme)
    return figure, all_axes


def _dress(axes: "Axes", theme: str) -> None:
    axes.set_facecolor("none")
    axes.grid(color=GRID[theme], linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK[theme], labelsize=9, length=0)
    axes.xaxis.label.set_color(INK[theme])
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(GRID[theme])
