"""Figures that were measured elsewhere and kept in data/reference/, always shown with where and when."""

import html
import json
from dataclasses import dataclass, field
from pathlib import Path

LABEL = "Not measured here"


class NoReference(LookupError):
    """A reference that is missing or cannot be read; the message is one sentence."""


@dataclass(frozen=True)
class Column:
    """A column: the name in the rows, what stands above it, its unit, and whether it is drawn as bars."""

    name: str
    label: str
    unit: str = ""
    bar: bool = False

    @property
    def head(self):
        """The label with the unit."""
        return f"{self.label}, {self.unit}" if self.unit else self.label

    def text(self, value):
        """The figure as people read it; a dash where there is none."""
        if value is None:
            return "–"
        if not isinstance(value, (int, float)):
            return str(value)
        return f"{value:,.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}"


@dataclass(frozen=True)
class Reference:
    """A table of figures from another time or machine: shows itself, and says that in its second line.

    ``origin`` has machine, date (ISO) and how, all text; ``rows`` are dicts by column name, and may hold
    more than the columns that are shown: ``to_frame()`` has all.
    """

    title: str
    origin: dict
    columns: list[Column]
    rows: list[dict]
    notes: list[str] = field(default_factory=list)

    @property
    def label(self):
        """Where and when, in one sentence."""
        return f"{LABEL}: {self.origin['machine']}, {self.origin['date']}."

    def row(self, **wanted):
        """The first row with these values; NoReference if there is none."""
        for row in self.rows:
            if all(row.get(name) == value for name, value in wanted.items()):
                return row
        raise NoReference(f"{self.title!r} has no row with {wanted}.")

    def to_frame(self):
        """A DataFrame with all rows; ``frame.attrs["origin"]`` says where they are from."""
        from pandas import DataFrame

        frame = DataFrame(self.rows)
        frame.attrs["origin"] = dict(self.origin)
        return frame

    def __str__(self):
        cells = [[column.head for column in self.columns]]
        cells += [[column.text(row.get(column.name)) for column in self.columns] for row in self.rows]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)) for line in cells
        ]
        return "\n".join([self.title, self.label, "", *lines, "", *self.notes, f"How: {self.origin['how']}."])

    __repr__ = __str__

    def _repr_html_(self):
        from labapp.measure.look import CSS

        heads = "".join(f'<th scope="col">{html.escape(column.head)}</th>' for column in self.columns)
        body = "".join(f"<tr>{self._cells(row)}</tr>" for row in self.rows)
        notes = html.escape(" ".join([*self.notes, f"How: {self.origin['how']}."]))
        return (
            f'<style>{CSS}{STYLE}</style><div class="dsl-result dsl-reference">'
            f'<b>{html.escape(self.title)}</b><br>{html.escape(self.label)}'
            f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
            f'<p class="dsl-notes">{notes}</p></div>'
        )

    def _cells(self, row):
        return "".join(f"<td>{self._cell(column, row.get(column.name))}</td>" for column in self.columns)

    def _cell(self, column, value):
        text = html.escape(column.text(value))
        if isinstance(value, str):
            return text
        figure = f'<span class="dsl-figure">{text}</span>'
        if not column.bar or value is None:
            return figure
        longest = max(each[column.name] for each in self.rows if each.get(column.name) is not None)
        width = f"{100 * value / longest:.3g}%"
        return f'{figure}<span class="dsl-length"><span style="width:{width}"></span></span>'


STYLE = """
.dsl-result.dsl-reference table{table-layout:auto;width:auto;min-width:0}
.dsl-result.dsl-reference th,.dsl-result.dsl-reference td{height:26px;padding:0 12px 0 0}
.dsl-result.dsl-reference .dsl-figure{display:inline-block;min-width:52px;text-align:right}
.dsl-reference .dsl-length{display:inline-block;width:90px;height:10px;margin-left:8px;vertical-align:middle}
.dsl-reference .dsl-length>span{display:block;height:10px;min-width:2px;border-radius:1px;
background:var(--dsl-r-soft)}
"""


def reference(name):
    """The Reference of data/reference/NAME.json; NoReference says what is wrong with it."""
    from django.conf import settings

    path = Path(settings.DATA_DIR) / "reference" / f"{name}.json"
    try:
        data = json.loads(path.read_text("utf-8"))
        data["columns"] = [Column(**column) for column in data["columns"]]
        return Reference(**data)
    except FileNotFoundError:
        raise NoReference(f"There is no {path}: take it from the repository.") from None
    except (ValueError, TypeError, KeyError) as error:
        raise NoReference(f"{path} is damaged ({error}): take it from the repository again.") from error
