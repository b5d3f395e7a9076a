"""What stands in a notebook, in a terminal, and where there are no widgets."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from labapp.experiments.experiment import Experiment
from labapp.panel import attach, display, text
from labapp.panel.panel import Panel
from tests.panel.test_panel import measured


@pytest.fixture
def shell(monkeypatch):
    """An IPython to which nothing is attached yet."""
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr(display, "CELLS", display.Cells())
    monkeypatch.setitem(display.FACTS, "facts", "")
    monkeypatch.delattr(Experiment, "panel", raising=False)
    return shell


class Cell:
    """What IPython says of a cell that it is about to run."""

    def __init__(self, cell_id):
        self.cell_id = cell_id


def test_a_terminal_gets_text_and_no_widget(shell, authors, monkeypatch):
    monkeypatch.setattr(display, "in_kernel", lambda: False)
    attach()
    data, _ = shell.display_formatter.format(authors)
    assert set(data) == {"text/plain"}
    assert data["text/plain"].startswith("authors: Who took these?\n")
    assert "photos = 3  (a whole number from 1 to 40)" in data["text/plain"]
    assert "joined      One JOIN" in data["text/plain"]
    assert "labapp.experiments.get('authors').run()" in data["text/plain"]


def test_a_notebook_gets_the_widget_and_what_stands_in_for_it(shell, authors, front_end):
    attach("SQLite, 3,000 rows, your own copy")
    data, _ = shell.display_formatter.format(authors)
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/plain", "text/html"}
    assert "Who took these?" in data["text/html"]
    assert "Who took these?" in data["text/plain"]


def test_the_static_forms_show_the_last_result(authors, opened, front_end):
    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)
    data = Panel(authors)._repr_mimebundle_()
    assert "joined" in data["text/plain"].partition("against")[2]
    assert "<table" in data["text/html"]


def test_attached_twice_is_attached_once(shell):
    attach()
    attach()
    assert shell.events.callbacks["pre_run_cell"].count(display.CELLS.begin) == 1


def test_an_experiment_opens_its_panel_by_hand(shell, authors, front_end):
    attach()
    panel = authors.panel(tab="Queries", photos=7)
    assert panel.settings["photos"] == 7
    assert panel._notebook.selected_index == 1


def test_running_a_cell_again_closes_the_panel_it_showed(shell, authors, front_end):
    attach()
    display.CELLS.begin(Cell("a"))
    shell.display_formatter.format(authors)
    old, = [panel for panels in display.CELLS._shown.values() for panel in panels]
    front_end.look(old)
    display.CELLS.begin(Cell("b"))
    assert authors.listeners
    display.CELLS.begin(Cell("a"))
    assert not authors.listeners
    assert old.comm is None


def test_one_sentence_for_those_who_hear_it(authors):
    result = authors.run(budget_ms=0)
    said = text.sentence(result)
    assert said.startswith("authors with photos 3, only this, order id, delay 0.0: one_by_one 4 queries")


def test_the_line_that_measures_names_what_is_not_the_default(authors):
    settings = authors.check({"photos": 9})
    assert text.call(authors, settings) == "labapp.experiments.get('authors').run(photos=9)"
