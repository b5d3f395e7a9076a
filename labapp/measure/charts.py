"""Pictures of growth and of distributions, as matplotlib Figures that suit a light or a dark page."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = {"light": "#1f2328", "dark": "#e6edf3"}
GRID = {"light": "#d0d7de", "dark": "#30363d"}


def growth_figure(growth, theme: str = "light") -> "Figure":
    """Queries and latency against the parameter: points, intervals, and the law as a line."""
    figure, (queries, latency) = _figure(theme, 1, 2, (9.6, 3.6))
    queries.set_title("queries", loc="left", color=INK[theme], fontsize=10)
    latency.set_title("latency, ms (median, 95 % interval)", loc="left", color=INK[theme], fontsize=10)
    for variant in growth.variants:
        points = [(value, each) for value, each in growth.points(variant) if isinstance(value, (int, float))]
        if points:
            _draw(queries, points, "queries", growth.laws[variant])
            _draw(latency, points, "median_ms", growth.latency_laws[variant])
    for axes in (queries, latency):
        axes.set_xlabel(growth.parameter)
        axes.set_ylim(bottom=0)
    return figure


def distribution_figure(result, theme: str = "light") -> "Figure":
    """Every round of every variant as a dot, with the median and its interval."""
    shown = [each for each in result.measurements if each.samples_ms]
    figure, (axes,) = _figure(theme, 1, 1, (9.6, 0.8 + 0.45 * max(1, len(shown))))
    for place, each in enumerate(shown):
        spread = [place + 0.3 * ((index * 0.618) % 1 - 0.5) for index in range(len(each.samples_ms))]
        axes.scatter(each.samples_ms, spread, s=9, color=each.colour, alpha=0.55, linewidths=0)
        if each.interval is not None:
            low, middle, high = each.interval.low, each.interval.middle, each.interval.high
            axes.errorbar(
                middle, place, xerr=[[middle - low], [high - middle]], fmt="|", color=INK[theme], capsize=3
            )
    axes.set_yticks(range(len(shown)), [each.variant for each in shown])
    axes.invert_yaxis()
    axes.set_xlabel("ms, one dot a round")
    axes.set_xlim(left=0)
    return figure


def _draw(axes: "Axes", points: list, name: str, law) -> None:
    known = [(value, getattr(each, name), each) for value, each in points if getattr(each, name) is not None]
    if not known:
        return
    xs, ys = [value for value, _, _ in known], [amount for _, amount, _ in known]
    colour, variant = known[-1][2].colour, known[-1][2].variant
    if name == "median_ms":
        _whiskers(axes, known, colour)
    axes.plot(xs, ys, "o", color=colour, markersize=5)
    axes.plot(*_line(law, xs, ys), color=colour, linewidth=1.4)
    axes.annotate(
        variant,
        (xs[-1], ys[-1]),
        xytext=(8, 0),
        textcoords="offset points",
        color=colour,
        va="center",
        fontsize=9,
    )


def _whiskers(axes: "Axes", known: list, colour: str) -> None:
    for value, amount, each in known:
        if each.interval is not None:
            low, high = amount - each.interval.low, each.interval.high - amount
            axes.errorbar(value, amount, yerr=[[low], [high]], color=colour, capsize=3, linewidth=1)


def _line(law, xs: list, ys: list) -> tuple[list, list]:
    """The law between the first and the last point; the points joined where there is none."""
    if law.formula is None:
        return xs, ys
    first, last = min(xs), max(xs)
    steps = [first + (last - first) * step / 200 for step in range(201)]
    return steps, [law.predict(step) for step in steps]


def _figure(theme: str, rows: int, columns: int, size: tuple[float, float]):
    from matplotlib.figure import Figure

    if theme not in INK:
        raise ValueError(f"theme is {theme!r}; it must be 'light' or 'dark'")
    figure = Figure(figsize=size, layout="constrained", facecolor="none")
    all_axes = figure.subplots(rows, columns, squeeze=False)[0]
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
