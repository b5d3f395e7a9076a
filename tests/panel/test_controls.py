"""Controls: what stands beside them, below them, and what they look like when there are many."""

from contextlib import nullcontext
from dataclasses import dataclass

import ipywidgets as widgets
import pytest

from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Choice, Condition, Integer, Number
from labapp.experiments.saying import say
from labapp.panel.controls import Controls

HOW = "pip install <postgresql>"


@dataclass(frozen=True)
class Offered(Choice):
    hint: str = ""


def entering(value):
    return nullcontext()


def place(hint="", choices=("near", "far", "far & slow")):
    return Condition(Offered("place", choices[0], choices=choices, hint=hint), entering)


def distance():
    def mark(settings):
        return "simulated" if settings.get("place") == "near" else ""

    return Condition(Number("distance", 0.0, low=0.0, high=5.0, step=0.5, unit="ms"), entering, mark=mark)


def controls(*more, parameters=()):
    experiment = Experiment("test", question="?", parameters=parameters, conditions=more)
    return Controls(experiment.controls(), experiment.defaults(), lambda: None)


def words(widget):
    """All HTML below a widget, in its order."""
    if isinstance(widget, widgets.HTML):
        return [widget.value]
    return [text for child in getattr(widget, "children", ()) for text in words(child)]


def test_a_mark_follows_the_other_settings(front_end):
    made = controls(place(), distance())
    assert any("simulated" in text for text in words(made.widget))
    front_end.update(made["place"], index=1)
    assert not any("simulated" in text for text in words(made.widget))
    front_end.update(made["place"], index=0)
    assert any("simulated" in text for text in words(made.widget))


def test_a_unit_stands_beside_its_control(front_end):
    assert "ms" in words(controls(distance()).widget)


def test_how_to_get_what_is_missing_stands_below_even_where_nothing_is_left_to_choose(front_end):
    made = controls(place(hint=HOW, choices=("near",)), place_too(hint=HOW))
    assert words(made.widget) == ["pip install &lt;postgresql&gt;"]
    assert made.names == ["other"]
    assert words(controls(place()).widget) == []


def place_too(hint):
    return Condition(Offered("other", "a", choices=("a", "b"), hint=hint), entering)


@pytest.mark.parametrize(("others", "kind"), [(3, widgets.ToggleButtons), (6, widgets.Dropdown)])
def test_where_there_are_many_controls_choices_take_less_room(front_end, others, kind):
    more = [Integer(f"number_{each}", 1, low=1, high=9) for each in range(others)]
    made = controls(place(), place_too(""), parameters=more)
    assert isinstance(made["place"], kind)
    assert isinstance(made["other"], widgets.ToggleButtons)
    front_end.update(made["place"], index=2)
    assert made.settings["place"] == "far & slow"


def test_what_is_waited_for_is_said_in_the_panel(authors, opened, front_end, gate):
    def setting(**parameters):
        say("Starting the database.")
        gate.passing()
        return nullcontext()

    authors.setting = setting
    panel = opened(authors)
    front_end.look(panel)
    front_end.wait_text(panel._picture.state, "Starting the database.")
    gate.open.set()
    front_end.wait(lambda: panel.result is not None and panel.result.final)


def test_saying_where_nobody_listens_does_no_harm():
    say("Starting the database.")


def test_the_heading_is_of_the_measured_database(authors, opened, front_end):
    panel = opened(authors)
    front_end.look(panel)
    front_end.wait(lambda: panel.result is not None and panel.result.final)
    panel.result.environment["database"] = "PostgreSQL 15.18"
    panel._head()
    front_end.wait_text(panel._heading, "PostgreSQL 15.18")
