"""A panel of traffic, driven as a browser drives it."""

import re

import pytest

from labapp.experiments.figures import Figure
from labapp.experiments.parameters import BadSetting
from labapp.measure.columns import MOST
from labapp.measure.traffic import TrafficResult
from labapp.panel.panel import Panel
from labapp.panel.traffic.trail import Trail
from tests.panel.test_panel import measured, shown

TRAFFIC, ANSWERS, GROWTH, CODE = range(4)


@pytest.fixture
def panel(levels, opened, script):
    """A panel that nobody has looked at yet; its time is the script's."""
    panel = opened(levels, budget=5)
    panel.kind.trail = Trail(lambda: script.now)
    return panel


def rows(front_end, panel):
    """{variant: whether its row is dimmed}."""
    found = front_end.text(panel._picture.table).split("<tr")[2:]
    return {re.search(r"<b>(.*?)</b>", row)[1]: "dsl-old" in row.partition(">")[0] for row in found}


def dots(html):
    """How many requests are drawn, and how many of them dimmed."""
    before, count = 0, 0
    for group in re.split(r"(?=<g)", html.partition("</svg>")[0]):  # after that, the legend
        here = sum(path.count("M") for path in re.findall(r'class="dsl-disc"[^>]* d="([^"]*)"', group))
        count += here
        before += here if "dsl-before" in group.partition(">")[0] else 0
    return count, before


def test_it_has_tabs_and_budgets_of_its_own(levels, opened):
    panel = opened(levels, budget=None)
    assert [each.title for each in panel._tabs] == ["Traffic", "Answers", "Growth", "Code"]
    assert panel._notebook.selected_index == TRAFFIC
    assert panel._actions.budget.options == (("5 s", 5000), ("20 s", 20_000), ("60 s", 60_000))
    assert panel._actions.budget.value == 20_000


def test_figures_that_have_no_room_in_the_table_have_a_tab(levels, opened, front_end):
    levels.figures.extend(Figure(f"figure {number}", "ms", help="what it counts") for number in range(MOST))
    assert "Figures" not in [each.title for each in opened(levels, budget=5)._tabs]
    levels.figures.append(Figure("last one", "s", help="what the last one counts"))
    panel = opened(levels, budget=5, tab="Figures")
    front_end.look(panel)
    measured(front_end, panel)
    front_end.wait_text(panel._tabs[2].picture, "what the last one counts")


@pytest.mark.parametrize(("options", "sentence"), [
    ({"tab": "Timeline"}, "tab must be one of Traffic, Answers, Growth, Code, and 'Timeline' is not"),
    ({"budget": 2}, "budget must be one of 5, 20, 60 (seconds), and 2 is not"),
    ({"users": 0}, "users must be a whole number from 1 to 100, and 0 is not"),
])
def test_bad_input_is_refused_in_one_sentence(levels, front_end, options, sentence):
    with pytest.raises(BadSetting) as error:
        Panel(levels, **options)
    assert sentence in str(error.value)


def test_dots_appear_and_the_status_counts_while_the_traffic_runs(panel, front_end, script):
    script.held = {(20, "whole")}
    front_end.look(panel)
    assert script.reached.wait(30)
    front_end.wait(lambda: dots(front_end.text(panel._tabs[TRAFFIC].picture)) == (40, 0))
    front_end.wait_text(panel._picture.state, "Turn 1: whole, 40 requests so far.")
    assert not panel.result.final
    script.go_on()
    measured(front_end, panel)
    front_end.wait(lambda: dots(front_end.text(panel._tabs[TRAFFIC].picture)) == (160, 0))
    front_end.wait_text(panel._picture.state, "1 turn of each variant, 2 s each.")


def test_a_slider_in_mid_run_leaves_what_was_there_dimmed_until_the_new_comes(panel, front_end, script):
    front_end.look(panel)
    measured(front_end, panel)
    script.held = {(40, "whole"), (40, "cached")}
    front_end.update(panel._controls["users"], value=40)
    assert script.reached.wait(30)
    front_end.wait(lambda: rows(front_end, panel) == {"whole": False, "cached": True})
    picture = panel._tabs[TRAFFIC].picture
    front_end.wait(lambda: dots(front_end.text(picture)) == (200, 160))
    front_end.wait_text(picture, "users 20 → 40")
    script.go_on()
    measured(front_end, panel)
    front_end.wait(lambda: rows(front_end, panel) == {"whole": False, "cached": False})


def test_the_rows_of_a_setting_that_was_passed_by_stay_too(panel, front_end, script):
    front_end.look(panel)
    measured(front_end, panel)
    script.held = {(40, "whole"), (41, "whole")}
    front_end.update(panel._controls["users"], value=40)
    assert script.reached.wait(30)
    front_end.update(panel._controls["users"], value=41)
    script.go_on()
    front_end.wait(lambda: panel.result.settings["users"] == 41 and panel.result.final)
    front_end.wait(lambda: rows(front_end, panel) == {"whole": False, "cached": False})


def test_stop_leaves_true_figures_that_can_be_saved(panel, front_end, script, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    script.held = {(20, "cached")}
    front_end.look(panel)
    assert script.reached.wait(30)
    front_end.click(panel._actions.save)
    front_end.wait_text(panel._picture.state, "Nothing is saved")
    front_end.click(panel._actions.stop)
    script.go_on()
    front_end.wait_text(panel._picture.state, "Stopped.")
    assert rows(front_end, panel) == {"whole": False, "cached": False}
    front_end.update(panel._actions.form, index=2)
    front_end.click(panel._actions.save)
    front_end.wait_text(panel._picture.state, "Saved as")
    path, = tmp_path.glob("levels-*.json")
    assert TrafficResult.load(path)["cached"].count == 40


def test_an_error_is_said_and_the_picture_stays(panel, front_end, script):
    front_end.look(panel)
    measured(front_end, panel)
    script.error = OSError("the disk is gone")
    front_end.update(panel._controls["users"], value=40)
    front_end.wait_text(panel._picture.state, "OSError: the disk is gone")
    assert 'role="alert"' in front_end.text(panel._picture.state)
    assert rows(front_end, panel) == {"whole": True, "cached": True}
    front_end.wait(lambda: dots(front_end.text(panel._tabs[TRAFFIC].picture)) == (160, 160))


def test_a_variant_that_cannot_be_served_has_a_row_that_says_so(levels, opened, front_end):
    @levels.variant(unavailable="needs Varnish")
    def edge(request):
        """Nothing."""

    panel = opened(levels, budget=5)
    front_end.look(panel)
    measured(front_end, panel)
    assert "needs Varnish" in " ".join(shown(front_end, panel, "edge"))


def test_a_screen_reader_hears_the_result(panel, front_end):
    front_end.look(panel)
    measured(front_end, panel)
    front_end.wait_text(panel._picture.heard, "levels with users 20, delay 0.0: whole 80 requests")


def test_the_static_forms_show_the_last_result(levels, panel, front_end):
    front_end.look(panel)
    measured(front_end, panel)
    data = Panel(levels)._repr_mimebundle_()
    assert "What does a cache buy?" in data["text/plain"]
    assert "cached" in data["text/plain"]
    assert "<table" in data["text/html"]


@pytest.mark.parametrize(("index", "ending"), [(0, "html"), (1, "csv"), (2, "json")])
def test_it_can_be_saved_in_every_form(panel, front_end, tmp_path, monkeypatch, index, ending):
    monkeypatch.chdir(tmp_path)
    front_end.look(panel)
    measured(front_end, panel)
    front_end.update(panel._actions.form, index=index)
    front_end.click(panel._actions.save)
    path, = tmp_path.glob(f"levels-*.{ending}")
    front_end.wait_text(panel._picture.state, f"Saved as {path}")
    assert "cached" in path.read_text(encoding="utf-8")


def test_answers_are_divided_by_who_gave_them(panel, front_end):
    front_end.look(panel)
    measured(front_end, panel)
    front_end.update(panel._notebook, selected_index=ANSWERS)
    html = front_end.text(panel._tabs[ANSWERS].picture)
    assert "origin" in html
    assert "<b>100 %</b>" in html
    assert "1,600 queries" in html


def test_growth_says_how_long_it_takes_and_how_far_it_is(panel, front_end, script):
    front_end.look(panel)
    measured(front_end, panel)
    front_end.update(panel._notebook, selected_index=GROWTH)
    tab = panel._tabs[GROWTH]
    count = len(panel.experiment.steps("users"))
    front_end.wait_text(tab._where, f"{count} values, at least {5 * count} s")
    first, second, *_ = panel.experiment.steps("users")
    script.held = {(second, "whole")}
    front_end.click(tab._start)
    assert script.reached.wait(30)
    front_end.wait_text(panel._picture.state, f"Growth: 1 of {count} values of users measured; at least")
    script.go_on()
    front_end.wait_text(panel._picture.state, f"Growth: {count} of {count} values of users measured.")
    assert "<svg" in front_end.text(tab.picture)


def test_code_shows_the_views(panel, front_end):
    front_end.look(panel)
    front_end.update(panel._notebook, selected_index=CODE)
    front_end.wait_text(panel._tabs[CODE].picture, '<span class="nf">cached</span>')
