"""A panel driven as a browser drives it: by messages, from other threads."""

import threading

import pytest

from labapp.experiments.parameters import BadSetting
from labapp.measure.worker import worker
from labapp.panel.panel import Panel


def shown(front_end, panel, variant):
    """The figures of a variant's row as the browser has them."""
    from html.parser import HTMLParser

    class Cells(HTMLParser):
        words = ()

        def handle_data(self, data):
            self.words = (*self.words, data.strip())

    for row in front_end.text(panel._picture.table).split("<tr")[1:]:
        parser = Cells()
        parser.feed("<tr" + row)
        words = [word for word in parser.words if word]
        if variant in words:
            return words
    return []


def queries(front_end, panel, variant):
    """The number of queries in its row."""
    words = shown(front_end, panel, variant)
    return int(words[2]) if len(words) > 2 and words[2].isdigit() else None


def measured(front_end, panel):
    """Wait until the measurement is over."""
    front_end.wait(lambda: "dsl-is-done" in front_end.text(panel._picture.state))


def test_measures_once_somebody_looks(authors, opened, front_end):
    panel = opened(authors)
    assert panel.result is None
    assert not worker.busy
    front_end.look(panel)
    measured(front_end, panel)
    assert queries(front_end, panel, "one_by_one") == 4
    assert queries(front_end, panel, "joined") == 1
    assert "rounds in" in front_end.text(panel._picture.state)


def test_a_slider_moves_the_count_of_one_variant_and_not_of_the_other(authors, opened, front_end):
    panel = opened(authors)
    front_end.look(panel)
    front_end.wait(lambda: queries(front_end, panel, "joined") == 1)
    front_end.update(panel._controls["photos"], value=20)
    front_end.wait(lambda: queries(front_end, panel, "one_by_one") == 21)
    assert queries(front_end, panel, "joined") == 1
    assert panel.settings == {"photos": 20, "only": "this", "order": "id", "delay": 0.0}


def test_the_callback_notes_the_wish_and_the_newest_wins(authors, opened, front_end, gate):
    seen = []

    @authors.variant
    def slow(photos):
        seen.append(photos)
        gate.passing()

    panel = opened(authors)
    front_end.look(panel)
    assert gate.reached.wait(30)
    for photos in range(5, 15):  # each returns although the first measurement still runs
        front_end.update(panel._controls["photos"], value=photos)
    gate.open.set()
    front_end.wait(lambda: queries(front_end, panel, "one_by_one") == 15)
    assert set(seen) <= {3, 14}


def test_the_picture_stays_while_the_next_is_measured(authors, opened, front_end, gate):
    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)

    @authors.variant
    def slow(photos):
        gate.passing()

    front_end.wait(lambda: queries(front_end, panel, "joined") == 1 and gate.reached.is_set())
    assert queries(front_end, panel, "one_by_one") == 4


def test_an_error_of_the_worker_is_said_and_the_picture_stays(authors, opened, front_end, monkeypatch):
    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)

    def fail(*arguments, **options):
        raise OSError("the disk is gone")

    monkeypatch.setattr(authors, "measure", fail)
    front_end.update(panel._controls["photos"], value=9)
    front_end.wait_text(panel._picture.state, "OSError: the disk is gone")
    assert 'role="alert"' in front_end.text(panel._picture.state)
    assert queries(front_end, panel, "one_by_one") == 4


def test_an_error_in_a_callback_is_said(authors, opened, front_end, monkeypatch):
    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)
    with monkeypatch.context() as broken:
        broken.setattr("labapp.panel.measuring.worker.submit", lambda *arguments: 1 / 0)
        front_end.update(panel._controls["photos"], value=9)
    front_end.wait_text(panel._picture.state, "ZeroDivisionError")


def test_a_variant_that_raises_has_a_row_that_says_so(authors, opened, front_end):
    @authors.variant
    def broken(photos):
        raise LookupError("no such board")

    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)
    assert "LookupError: no such board" in " ".join(shown(front_end, panel, "broken"))
    assert queries(front_end, panel, "one_by_one") == 4


def test_stop_ends_a_variant_that_never_ends(authors, opened, front_end):
    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)
    started = threading.Event()

    @authors.variant
    def endless(photos):
        started.set()
        while True:
            pass

    assert started.wait(30)
    front_end.click(panel._actions.stop)
    front_end.wait_text(panel._picture.state, "Stopped.")
    authors.forget("endless")
    measured(front_end, panel)


def test_the_actions_measure_again_and_for_longer(authors, opened, front_end, monkeypatch):
    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)
    first = panel.result
    front_end.click(panel._actions.again)
    front_end.wait(lambda: panel.result is not first and panel.result.final)
    budgets = []
    monkeypatch.setattr(authors, "measure", lambda *given, budget_ms: budgets.append(budget_ms))
    front_end.update(panel._actions.budget, index=2)
    front_end.wait(lambda: budgets == [10_000])


def test_a_variant_added_from_a_cell_appears(authors, opened, front_end):
    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)

    @authors.variant
    def mine(photos):
        return []

    front_end.wait(lambda: "✗ 3 rows missing" in " ".join(shown(front_end, panel, "mine")))


def test_two_panels_have_settings_of_their_own(authors, opened, front_end):
    first, second = opened(authors), opened(authors, photos=8)
    front_end.look(first)
    front_end.look(second)
    front_end.wait(lambda: queries(front_end, second, "one_by_one") == 9)
    front_end.wait(lambda: queries(front_end, first, "one_by_one") == 4)


def test_nothing_runs_for_a_panel_that_nobody_sees(authors, opened, front_end, gate):
    ended = []

    @authors.variant
    def slow(photos):
        try:
            gate.passing()
        finally:
            ended.append(photos)

    panel = opened(authors)
    front_end.look(panel)
    assert gate.reached.wait(30)
    front_end.update(panel, _view_count=0)
    assert authors.listeners == []
    gate.open.set()
    front_end.wait_text(panel._picture.state, "Stopped.")
    assert not (panel.result and panel.result.final)


def test_closing_drops_listeners_and_closes_every_part(authors, opened, front_end):
    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)
    panel.close()
    panel.close()
    assert authors.listeners == []
    assert front_end.closed == set(front_end.states)


def test_a_choice_of_one_is_not_shown(authors, opened):
    assert opened(authors).adjustable == ["photos", "order", "delay"]


@pytest.mark.parametrize(("options", "sentence"), [
    ({"photos": 99}, "photos must be a whole number from 1 to 40, and 99 is not"),
    ({"tab": "Chart"}, "tab must be one of Timeline, Queries, Plan, Growth, Code, and 'Chart' is not"),
    ({"budget": 3}, "budget must be one of 0.5, 2, 10 (seconds), and 3 is not"),
])
def test_bad_input_is_refused_in_one_sentence(authors, front_end, options, sentence):
    with pytest.raises(BadSetting) as error:
        Panel(authors, **options)
    assert sentence in str(error.value)
