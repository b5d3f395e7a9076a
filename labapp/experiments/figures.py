"""Figures besides queries, rows and time: WAL bytes, columns sent, the size of an index."""

from dataclasses import dataclass

from labapp import probe


@dataclass(frozen=True)
class Figure:
    """A column of its own in the table.

    With ``read()`` it is what that gives after the recorded call less what it gave before; with
    ``of(recording, value, **parameters)`` it is computed from the recorded call and what it returned.
    None means that it is not known here. ``help`` is one sentence on what it counts.
    """

    name: str
    unit: str = ""
    help: str = ""
    read: object = None
    of: object = None

    def to_dict(self):
        """What a Result keeps of it."""
        return {"name": self.name, "unit": self.unit, "help": self.help}


class Reading:
    """The figures of one recorded call: made before it, asked after it."""

    def __init__(self, figures):
        self._figures = figures
        self._before = self._read()

    def after(self, recording, value, parameters):
        """{name: number or None}, now that the call is over."""
        after = self._read()
        found = {name: _less(after[name], self._before[name]) for name in after}
        with probe.unrecorded():
            for each in self._figures:
                if each.of is not None:
                    found[each.name] = each.of(recording, value, **parameters)
        return {each.name: found[each.name] for each in self._figures}

    def _read(self):
        with probe.unrecorded():
            return {each.name: each.read() for each in self._figures if each.read is not None}


def _less(after, before):
    return None if after is None or before is None else after - before
