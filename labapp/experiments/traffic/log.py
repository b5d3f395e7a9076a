"""What a figure of an experiment under traffic is worked out from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Log:
    """All that is known of one variant so far.

    ``requests``, ``work`` (the ledger's entries) and ``marks`` are those of the counted parts, ``turns`` when
    these began and ended (monotonic seconds), ``seconds`` how long they were together. ``warm`` are the
    requests of the warm-up parts, each ``warm_seconds`` long. ``settings`` are all of them.
    """

    requests: list
    work: list
    marks: list
    turns: list
    warm: list
    warm_seconds: float
    settings: dict

    @property
    def seconds(self):
        """How long the counted parts were together."""
        return sum(ended - began for began, ended in self.turns if ended is not None)
