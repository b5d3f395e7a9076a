"""Tasks that requests handed over, and what became of them, joined from the entries of a ledger.

A task is known by an id. Whoever hands it over writes an entry "enqueued", a worker writes "begun" when it
begins and "task" when it has ended: one that is killed writes no end.
"""

from typing import NamedTuple

KINDS = ("enqueued", "begun", "task")


class Job(NamedTuple):
    """One task, as plain values. Moments are monotonic seconds.

    Handing it over lasted from ``asked`` to ``sent``. ``begins`` has the moment of each begin, more than one
    when it was delivered again; ``ended`` is the end of the first run that did not raise, or else of the last
    that did, None while none has ended, and ``status`` that run's: 0, or 500 when it raised. ``runs`` is how
    many ended, ``done`` whether one of these did not raise.
    """

    id: str
    asked: float
    sent: float
    begins: list[float]
    ended: float | None = None
    status: int = 0
    runs: int = 0
    done: bool = False


class Jobs:
    """The Jobs of one site, joined as their entries come, in whatever order."""

    def __init__(self):
        self._handed: dict[str, tuple] = {}  # (label, asked, sent) by id
        self._begins: dict[str, list[float]] = {}
        self._runs: dict[str, list[tuple[float, int]]] = {}

    def add(self, entries) -> None:
        """Take those of tasks; the others are somebody else's."""
        for entry in entries:
            if entry.kind == "enqueued":
                self._handed[entry.name] = entry.label, entry.began, entry.ended
            elif entry.kind == "begun":
                self._begins.setdefault(entry.name, []).append(entry.began)
            elif entry.kind == "task":
                self._runs.setdefault(entry.name, []).append((entry.ended, entry.status))

    def of(self, label: str) -> list[Job]:
        """Those that were handed over under this label, in that order."""
        found = [self._job(name) for name, handed in self._handed.items() if handed[0] == label]
        return sorted(found, key=lambda job: job.sent)

    def left(self, *labels: str) -> tuple[int, int]:
        """Of these labels: (how many wait for a worker, how many have begun and no run has ended)."""
        left = [name for name, each in self._handed.items() if each[0] in labels and name not in self._runs]
        begun = sum(name in self._begins for name in left)
        return len(left) - begun, begun

    def label(self, name: str) -> str | None:
        """The label under which this task was handed over; None where that is not known."""
        return self._handed[name][0] if name in self._handed else None

    def _job(self, name: str) -> Job:
        _, asked, sent = self._handed[name]
        runs = sorted(self._runs.get(name, []))
        well = [run for run in runs if run[1] == 0]
        ended, status = (well or runs[-1:] or [(None, 0)])[0]
        begins = sorted(self._begins.get(name, []))
        return Job(name, asked, sent, begins, ended, status, len(runs), bool(well))
