"""An experiment small enough to think about, and a front end that shows it."""

import threading

import pytest

from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Choice, Condition, Integer, Number
from labapp.measure.worker import worker
from labapp.panel import display
from labapp.panel.panel import Panel
from labapp.pinsta.models import Photo
from tests.panel.front_end import FrontEnd


def waiting_room():
    """A condition that changes nothing."""
    from contextlib import nullcontext

    parameter = Number("delay", 0.0, low=0.0, high=5.0, step=0.5, unit="ms")
    return Condition(parameter, lambda value: nullcontext(), mark="simulated")


@pytest.fixture
def authors(pinsta_db):
    """How many queries for the authors of n photos? One each, or one JOIN."""
    experiment = Experiment(
        "authors", question="Who took these?", claims=["4.1"],
        parameters=[
            Integer("photos", 3, low=1, high=40), Choice("only", "this", choices=("this",)),
            Choice("order", "id", choices=("id", "-id")),
        ],
        conditions=[waiting_room()],
    )

    @experiment.variant(baseline=True)
    def one_by_one(photos, order):
        """Each photo asks."""
        return [photo.author.username for photo in Photo.objects.order_by(order)[:photos]]

    @experiment.variant
    def joined(photos, order):
        """One JOIN."""
        joined = Photo.objects.select_related("author").order_by(order)
        return [photo.author.username for photo in joined[:photos]]

    return experiment


@pytest.fixture
def front_end(monkeypatch, pinsta_db):
    """What the kernel's widgets talk to in this test."""
    front = FrontEnd()
    monkeypatch.setattr("comm.create_comm", front.create_comm)
    monkeypatch.setattr(display, "in_kernel", lambda: True)
    yield front
    worker.call(lambda stop: None)  # only then may the database be closed: SQLite crashes when it is in use


@pytest.fixture
def opened(front_end):
    """Makes panels, and closes them at the end."""
    panels = []

    def make(experiment, **options):
        panels.append(Panel(experiment, budget=options.pop("budget", 0.5), **options))
        return panels[-1]

    yield make
    for panel in panels:
        panel.close()


@pytest.fixture
def open_tab(authors, opened, front_end):
    """A panel that has measured, with one tab open."""
    def make(number, **options):
        panel = opened(authors, **options)
        front_end.look(panel)
        front_end.wait(lambda: "dsl-is-done" in front_end.text(panel._picture.state))
        front_end.update(panel._notebook, selected_index=number)
        return panel, panel._tabs[number]

    return make


class Gate:
    """Holds whoever passes until it is opened; says when someone stands before it."""

    def __init__(self):
        self.reached = threading.Event()
        self.open = threading.Event()

    def passing(self):
        """Called by the variant."""
        self.reached.set()
        if not self.open.wait(30):
            raise AssertionError("The gate was never opened.")


@pytest.fixture
def gate():
    """A Gate that is open at the end, whatever happens."""
    gate = Gate()
    yield gate
    gate.open.set()
