"""All figures of the experiment's own, where the table has no room for them."""

from html import escape

from labapp.measure.traffic import table as cells
from labapp.panel.tabs.tab import Tab


class Figures(Tab):
    """A row for each figure, with what it counts, and a column for each variant."""

    title = "Figures"

    def html(self, result):
        streams = [each for each in result.measurements if not each.unavailable]
        heads = "".join(f"<th>{chip(each)}<b>{escape(each.variant)}</b></th>" for each in streams)
        rows = "".join(row(figure, streams) for figure in result.figures)
        return (
            f'<table class="dsl-answers dsl-of-figures"><thead><tr><th>figure</th>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )


def row(figure, streams):
    """One figure: its name, what it counts, and its values."""
    unit = figure.get("unit", "")
    values = (cells.figure(stream, figure["name"], unit) for stream in streams)
    shown = "".join(f"<td>{escape(f'{cell.text} {cell.detail}'.rstrip())}</td>" for cell in values)
    help = f'<span class="dsl-below">{escape(figure.get("help", ""))}</span>'
    return f'<tr><th scope="row"><b>{escape(figure["name"])}</b>{help}</th>{shown}</tr>'


def chip(stream):
    """The variant's colour."""
    return f'<span class="dsl-chip" style="background:{stream.colour}"></span>'
