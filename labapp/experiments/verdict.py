"""What a check says: what is right, what is wrong, where to look; never the solution."""

from dataclasses import dataclass, field
from html import escape

STYLE = (
    "<style>.dsl-verdict{border-left:4px solid;padding:6px 12px;margin:4px 0;max-width:900px;"
    "font:13px/1.5 var(--jp-ui-font-family,system-ui,sans-serif);color:var(--jp-ui-font-color1,inherit)}"
    ".dsl-verdict .dsl-look{margin-left:1.4em;color:var(--jp-ui-font-color2,inherit)}</style>"
)
GOOD, BAD = "#009e73", "#d55e00"


@dataclass
class Verdict:
    """The answer of a check. ``lines`` are pairs (right: bool, sentence); ``look`` says where to look."""

    exercise: str
    lines: list = field(default_factory=list)
    look: list = field(default_factory=list)

    @property
    def passed(self):
        """Whether every line is right (and there is one)."""
        return bool(self.lines) and all(right for right, _ in self.lines)

    def __bool__(self):
        return self.passed

    def say(self, right, sentence):
        """Add a line; gives back whether it was right."""
        self.lines.append((bool(right), sentence))
        return bool(right)

    @property
    def headline(self):
        return "Solved." if self.passed else "Not yet."

    def __str__(self):
        rows = [f"{_mark(right)} {sentence}" for right, sentence in self.lines]
        places = [f"    {place}" for place in self.look]
        return "\n".join([f"{self.exercise}: {self.headline}", *rows, *places])

    __repr__ = __str__

    def _repr_html_(self):
        colour = GOOD if self.passed else BAD
        rows = [f"<div>{_mark(right, colour=True)} {escape(said)}</div>" for right, said in self.lines]
        rows += [f'<div class="dsl-look">{escape(place)}</div>' for place in self.look]
        return (
            f'{STYLE}<div class="dsl-verdict" role="status" style="border-color:{colour}">'
            f"<b>{self.headline}</b>{''.join(rows)}</div>"
        )


class Words(str):
    """Text that shows itself without quotes at the end of a cell."""

    def __repr__(self):
        return str(self)


def _mark(right, colour=False):
    mark = "✓" if right else "✗"
    return f'<b style="color:{GOOD if right else BAD}">{mark}</b>' if colour else mark
