"""What a check says: what is right, what is wrong, where to look; never the solution."""

from dataclasses import dataclass, field
from html import escape


@dataclass
class Verdict:
    """The answer of a check. ``lines`` are pairs (right: bool, sentence)."""

    exercise: str
    lines: list = field(default_factory=list)
    look: str = ""

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
        rows = [f"{'✓' if right else '✗'} {sentence}" for right, sentence in self.lines]
        look = [f"  Look at: {self.look}"] if self.look and not self.passed else []
        return "\n".join([f"{self.exercise}: {self.headline}", *rows, *look])

    __repr__ = __str__

    def _repr_html_(self):
        rows = "".join(
            f"<li class='dsl-{'ok' if right else 'bad'}'>{'✓' if right else '✗'} {escape(sentence)}</li>"
            for right, sentence in self.lines
        )
        look = f"<p>Look at: <code>{escape(self.look)}</code></p>" if self.look and not self.passed else ""
        from labapp.probe.style import CSS

        return (
            f"<style>{CSS}</style><div class='dsl-root dsl-verdict' role='status'><b>{self.headline}</b>"
            f"<ul style='list-style:none;padding-left:0'>{rows}</ul>{look}</div>"
        )
