"""How far the reader is: every exercise with its tries, as a table."""

from html import escape

from labapp.experiments import exercises, progress


class Standing:
    """Which exercises are solved and how many predictions were written down, at this moment.

    ``solved`` and ``open`` are names of exercises; ``predictions`` how many predictions were answered.
    """

    def __init__(self):
        state = progress.load()
        self.tries = {
            name: state["exercises"].get(name, {"passed": False, "tries": 0}) for name in exercises.every()
        }
        self.solved = [name for name, each in self.tries.items() if each["passed"]]
        self.open = [name for name, each in self.tries.items() if not each["passed"]]
        self.predictions = sum(value is not None for value in state["predictions"].values())

    @property
    def sentence(self):
        """Both counts in one sentence."""
        guesses = "1 prediction" if self.predictions == 1 else f"{self.predictions} predictions"
        return f"{len(self.solved)} of {len(self.tries)} exercises solved, {guesses} written down."

    def __repr__(self):
        rows = [f"{mark} {name:<28} {tries}" for mark, name, tries in self._rows()]
        return "\n".join([self.sentence, *rows])

    def _repr_html_(self):
        rows = "".join(
            f"<tr><td>{mark}</td><td style='text-align:left'>{escape(name)}</td><td>{tries}</td></tr>"
            for mark, name, tries in self._rows()
        )
        return f"<p>{self.sentence}</p><table>{rows}</table>"

    def _rows(self):
        for name, each in self.tries.items():
            tries = (
                "1 try" if each["tries"] == 1 else f"{each['tries']} tries" if each["tries"] else "not tried"
            )
            yield "✓" if each["passed"] else "○", name, tries
