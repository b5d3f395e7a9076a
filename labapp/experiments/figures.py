"""Figures besides queries, rows and time: WAL bytes, columns sent, the size of an index."""

from dataclasses import dataclass

from labapp import probe


@dataclass(frozen=True)
class Figure:
    """A column of its own in the table.

    With ``read()`` it is what that gives after the recorded call less what it gave before; with
    ``of(recording, value, **parameters)`` it is computed from the recorded call and what it returned.
    An Interval is shown with its limits. With ``against`` it is a ratio of times, of the rounds and with its
    interval: {variant: another one} says whose time is divided by whose. None means that it is not known
    here. ``help`` is one sentence on what it counts. Under traffic, one that ``grows`` is drawn in a sweep.
    """

    name: str
    unit: str = ""
    help: str = ""
    read: object = None
    of: object = None
    against: dict | None = None
    grows: bool = False

    def to_dict(self):
        """What a Result keeps of it."""
        kept = {"name": self.name, "unit": self.unit, "help": self.help}
        kept |= {"grows": True} if self.grows else {}
        return kept | {"against": dict(self.against)} if self.against else kept


class Reading:
    """The figures of one recorded call: made before it, asked after it."""

    def __init__(self, figures):
        self._figures = figures
        self._before = self._read()

    def after(self, recording, value, parameters):
        """{name: number, Interval or None}, now that the call is over."""
        after = self._read()
        found = {name: _less(after[name], self._before[name]) for name in after}
        with probe.unrecorded():
            for each in self._figures:
                if each.of is not None:
                    found[each.name] = each.of(recording, value, **parameters)
        return {each.name: found[each.name] for each in self._figures if each.name in found}

    def _read(self):
        with probe.unrecorded():
            return {each.name: each.read() for each in self._figures if each.read is not None}


def _less(after, before):
    return None if after is None or before is None else after - before
