"""What a task worker is: a process in the world of one turn, that does what others hand over."""

from pathlib import Path

import django

django.setup()

from labapp.experiments import registry  # noqa: E402
from labapp.experiments.distance import delayed  # noqa: E402
from labapp.experiments.traffic.parcel import unpacked  # noqa: E402
from labapp.probe.tasks import report, report_no_more  # noqa: E402
from labapp.services.crew.parent import at_the_end  # noqa: E402

registry.every()  # once, before the workers are forked, so that no task waits for an import


def work(what, ready):
    """Be a worker of the turn in the file ``what["turn"]``; the ledger is ``what["ledger"]``."""
    turn = unpacked(Path(what["turn"]).read_bytes())
    outside = report(what["ledger"], str(turn.number))
    at_the_end(lambda: report_no_more(outside))
    turn.enter()
    with delayed(turn.delay_ms):
        turn.queue.kind.work(turn.queue, ready)
