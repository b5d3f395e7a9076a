"""What a figure of an experiment under traffic is worked out from."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Log:
    """All that is known of one variant so far.

    ``requests``, ``work`` (the ledger's entries) and ``marks`` are those of the counted parts, ``turns`` when
    these began and ended (monotonic seconds), ``seconds`` how long they were together. ``warm`` are the
    requests of the warm-up parts, each ``warm_seconds`` long. ``settings`` are all of them. ``jobs`` are the
    Jobs that counted requests handed over. Of each turn ``truths`` has what the method's ``truth`` found
    after it, and ``effort`` the seconds of processor time by kind of process, its drain included.
    """

    requests: list
    work: list
    marks: list
    turns: list
    warm: list
    warm_seconds: float
    settings: dict
    jobs: list = field(default_factory=list)
    truths: list = field(default_factory=list)
    effort: list = field(default_factory=list)

    @property
    def seconds(self):
        """How long the counted parts were together."""
        return sum(ended - began for began, ended in self.turns if ended is not None)
