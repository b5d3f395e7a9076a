"""An experiment whose traffic is made up, one half of a turn after the other."""

import threading

import pytest

from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Condition, Integer
from labapp.measure.traffic import Stream
from tests.panel.conftest import waiting_room
from tests.panel.streams import entry, request, result

HALF = 40  # requests in half a turn


class Script:
    """A method of the kind "traffic": each variant has a turn of 80 requests that were never sent.

    ``held`` are the moments at which it waits, as (users, variant); ``reached`` is set when one is. ``now``
    is the time, which passes when the requests of half a turn have come.
    """

    kind = "traffic"
    includes = ()

    def __init__(self):
        self.held, self.reached, self._go = set(), threading.Event(), threading.Event()
        self.error, self.now = None, 100.0

    def accept(self, variant, parameters):
        """All are served."""

    def value(self, name, settings):
        return {"warm": 0.5, "turn": 2.0}[name]

    def measure(self, experiment, settings, stop, observe, *, budget_ms, target):
        """What the real method does, without traffic."""
        streams = [
            Stream(each.name, each.caption, each.colour, each.source, baseline=each.baseline,
                   unavailable=each.unavailable or None)
            for each in experiment.variants.values()
        ]
        made = result(
            streams, settings=settings, experiment=experiment.name, question=experiment.question,
            figures=[each.to_dict() for each in experiment.figures],
        )
        observe(made)
        if self.error:
            raise self.error
        for number, stream in enumerate(streams):
            if not stream.unavailable:
                self._turn(number, stream, settings["users"], made, stop, observe)
        made.status, made.final, made.rounds = "1 turn of each variant, 2 s each.", True, 1
        made.refresh()
        observe(made)
        return made

    def _turn(self, number, stream, users, made, stop, observe):
        began = self.now + 0.5
        stream.begin(number, began)
        for half in range(2):
            stop.check()
            stream.add(*_half(number, began + half))
            self.now = began + half + 1.0
            made.refresh()
            observe(made)
            if not half and (users, stream.variant) in self.held:
                self.reached.set()
                assert self._go.wait(30)
        stream.end(began + 2.0)

    def go_on(self):
        """Nothing is held any more."""
        self._go.set()


def _half(number, began):
    dues = [began + place / HALF for place in range(HALF)]
    return (
        [request(due, 30.0 + place % 7, turn=number) for place, due in enumerate(dues)],
        [entry(due, queries=20) for due in dues],
    )


@pytest.fixture
def script():
    """The method of ``levels``, which holds nothing at the end, whatever happens."""
    script = Script()
    yield script
    script.go_on()


@pytest.fixture
def levels(pinsta_db, script):
    """Two variants that are served, and how many users there are."""
    from contextlib import nullcontext

    users = Condition(Integer("users", 20, low=1, high=100), lambda value: nullcontext())
    experiment = Experiment(
        "levels", question="What does a cache buy?", claims=["2.1"], conditions=[users, waiting_room()],
        method=script,
    )

    @experiment.variant(baseline=True)
    def whole(request):
        """Everything anew."""

    @experiment.variant
    def cached(request):
        """Kept for a while."""

    return experiment
