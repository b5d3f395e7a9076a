"""The line above the table: what is going on, and how far it is."""

from dataclasses import dataclass
from html import escape

from labapp.probe.style import counted

MARKS = {"busy": "◌", "done": "●", "still": "○", "wrong": "✗"}


@dataclass(frozen=True)
class Status:
    """One sentence with its kind ("busy", "done", "still", "wrong") and how far the work is (0 to 1)."""

    kind: str
    sentence: str
    progress: float = 0.0

    def html(self):
        """The sentence; an error is announced to screen readers."""
        role = ' role="alert"' if self.kind == "wrong" else ""
        return (
            f'<div class="dsl-said dsl-is-{self.kind}"{role} title="{escape(self.sentence)}">'
            f'<span class="dsl-dot" aria-hidden="true">{MARKS[self.kind]}</span> '
            f"{escape(self.sentence)}</div>"
        )

    def bar(self):
        """How far it is, as a thin line."""
        width = round(100 * min(max(self.progress, 0.0), 1.0), 1)
        return f'<div class="dsl-progress dsl-is-{self.kind}"><i style="width:{width}%"></i></div>'


def of(result, budget_ms):
    """The status of a measurement under way or done."""
    if result.final:
        return Status("done", result.status, 1.0)
    every = len(result.measurements) or 1
    seen = sum(known(each) for each in result.measurements)
    progress = 0.2 * seen / every + 0.8 * min(result.elapsed_ms / budget_ms, 1.0)
    return Status("busy", result.status or f"{counted(result.rounds, 'round')} so far.", progress)


def known(measurement):
    """Whether its recorded run is over: it has counts, or says why it has none."""
    return bool(measurement.recording or measurement.error or measurement.unavailable)
