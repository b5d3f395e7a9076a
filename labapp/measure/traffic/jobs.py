"""Tasks that requests handed over, and what became of them, joined from the entries of a ledger.

A task is known by an id. Whoever hands it over writes an entry "enqueued", a worker writes "begun" when it
begins and "task" when it has ended: one that is killed writes no end.
"""

from dataclasses import dataclass, field

KINDS = ("enqueued", "begun", "task")


@dataclass(eq=False)
class Job:
    """One task. Moments are monotonic seconds.

    Handing it over lasted from ``asked`` to ``sent``. ``begins`` has the moment of each begin, more than one
    when it was delivered again; ``ended`` is the first end, None while there is none, and ``status`` that
    end's: 0, or 500 when it raised. ``runs`` are the ledger's entries of all ends.
    """

    id: str
    asked: float | None = None
    sent: float | None = None
    begins: list = field(default_factory=list)
    ended: float | None = None
    status: int = 0
    runs: list = field(default_factory=list)
    label: str | None = None

    @property
    def done(self) -> bool:
        """Whether a run of it has ended without raising."""
        return any(each.status == 0 for each in self.runs)

    def add(self, entry) -> None:
        """One more entry of the ledger that has its id."""
        if entry.kind == "enqueued":
            self.asked, self.sent, self.label = entry.began, entry.ended, entry.label
        elif entry.kind == "begun":
            self.begins.append(entry.began)
        else:
            self.runs.append(entry)
            if self.ended is None or entry.ended < self.ended:
                self.ended, self.status = entry.ended, entry.status


class Jobs:
    """The Jobs of one site, joined as their entries come, in whatever order."""

    def __init__(self):
        self._jobs: dict[str, Job] = {}

    def add(self, entries) -> None:
        """Take those of tasks; the others are somebody else's."""
        for entry in entries:
            if entry.kind in KINDS:
                self._jobs.setdefault(entry.name, Job(entry.name)).add(entry)

    def of(self, label: str) -> list[Job]:
        """Those that were handed over under this label, in that order."""
        known = [each for each in self._jobs.values() if each.label == label]
        return sorted(known, key=lambda each: each.sent)

    def left(self) -> list[Job]:
        """Those that were handed over and have not ended."""
        return [each for each in self._jobs.values() if each.label is not None and each.ended is None]
