"""What a task worker is: a process in the world of one turn, that does what others hand over."""

import os
from contextlib import nullcontext
from pathlib import Path
from time import sleep

import django

django.setup()

from labapp import probe  # noqa: E402
from labapp.experiments import registry  # noqa: E402
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
    with _delayed(turn.delay_ms):
        turn.queue.kind.work(turn.queue, ready)


def _delayed(ms):
    return probe.before_statement(lambda: sleep(ms / 1000)) if ms else nullcontext()


assert os.environ.get("LAB_FOLDER"), "a worker belongs to a site"
