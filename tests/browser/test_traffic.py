"""A panel of traffic as people use it: real servers, real requests, JupyterLab, Chromium, mouse, keyboard."""

import re

import pytest
from playwright.sync_api import expect

SECONDS = 1000
LEVELS = """from labapp.experiments.caching.cache_levels import cache_levels
for name in set(cache_levels.variants) - {"none", "view"}:
    cache_levels.forget(name)"""
PANEL = f"{LEVELS}\ncache_levels.panel(users=10, think_time=0.5, budget=5)"
QUEUE = """from labapp.experiments.perceived.defer import defer
for name in set(defer.variants) - {"inline", "Django Tasks"}:
    defer.forget(name)
defer.panel(followers=0, picture=0.2, users=5, budget=5)"""
BROKEN = "@cache_levels.variant\ndef broken(request, photo_id):\n    raise LookupError('no such board')\n"
DOTS = """() => {
    const strip = '.dsl-panel .dsl-strip:not(.dsl-sample)';
    const drawn = selector => [...document.querySelectorAll(`${strip} ${selector}`)];
    const count = paths => paths.reduce((sum, path) => sum + path.getAttribute('d').split('M').length - 1, 0);
    const before = count(drawn('.dsl-before .dsl-disc'));
    return {before, now: count(drawn('.dsl-disc')) - before};
}"""


def dots(notebook):
    """How many discs are drawn: those of the setting before, and those of now."""
    return notebook.page.evaluate(DOTS)


def until(notebook, condition):
    """Wait until this holds of ``dots`` (JavaScript, with "before" and "now")."""
    notebook.page.wait_for_function(
        f"() => {{ const {{before, now}} = ({DOTS})(); return {condition}; }}", timeout=60 * SECONDS
    )


def ready(notebook):
    """Wait until the measurement is over."""
    expect(notebook.panel.locator(".dsl-said.dsl-is-done")).to_be_visible(timeout=90 * SECONDS)


def requests(notebook, variant):
    """The number of requests in the row of a variant."""
    return int(notebook.row(variant).locator("td").first.inner_text().split()[0].replace(",", ""))


def users(notebook):
    """The handle of the slider "users"; other sliders have the word in their labels."""
    label = notebook.page.get_by_text("users", exact=True)
    return notebook.panel.locator(".widget-hslider", has=label).get_by_role("slider")


def drag(notebook, handle, pixels):
    """Take hold of a slider and move it."""
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    notebook.page.mouse.move(x, y)
    notebook.page.mouse.down()
    for step in range(1, 5):
        notebook.page.mouse.move(x + pixels * step / 4, y)
    notebook.page.mouse.up()


def test_dots_appear_and_a_slider_dragged_in_mid_run_changes_the_load(open_notebook):
    notebook = open_notebook(PANEL)
    ready(notebook)
    few = requests(notebook, "none")
    notebook.panel.get_by_role("button", name="Measure again").click()
    until(notebook, "before > 0 && now > 0")
    expect(notebook.panel.locator(".dsl-said")).to_contain_text(re.compile(r"Turn \d+: .*requests so far"))
    expect(notebook.panel.get_by_role("button", name="Stop")).to_be_enabled()
    drag(notebook, users(notebook), 30)
    expect(notebook.panel.locator(".dsl-strip .dsl-words").last).to_contain_text("users 10 →")
    until(notebook, "before > 0 && now > 0")
    ready(notebook)
    assert requests(notebook, "none") > 2 * few


def test_stop_ends_the_traffic_and_leaves_the_picture(open_notebook):
    notebook = open_notebook(PANEL.replace("budget=5", "budget=60"), "1")
    until(notebook, "now > 0")
    notebook.panel.get_by_role("button", name="Stop").click()
    expect(notebook.panel.locator(".dsl-said")).to_contain_text("Stopped.")
    expect(notebook.panel.get_by_role("button", name="Stop")).to_be_disabled()
    drawn = dots(notebook)
    notebook.run("from labapp.services.traffic import generator\nprint('still', generator().lag(), 'here')")
    notebook.idle()
    assert dots(notebook) == drawn


def test_an_error_is_said_in_the_panel_and_the_picture_stays(open_notebook):
    notebook = open_notebook(PANEL, "1")
    ready(notebook)
    before = dots(notebook)
    notebook.run(
        "def fail(*given, **named): raise OSError('the disk is gone')\ncache_levels.measure = fail"
    )
    notebook.idle()
    users(notebook).focus()
    notebook.page.keyboard.press("ArrowRight")
    expect(notebook.panel.get_by_role("alert")).to_contain_text("OSError: the disk is gone")
    assert dots(notebook) == before


def test_a_view_that_raises_has_a_row_that_says_so(open_notebook):
    notebook = open_notebook(PANEL, BROKEN)
    expect(notebook.row("broken")).to_contain_text("LookupError", timeout=60 * SECONDS)


def test_nothing_jumps_while_traffic_runs(open_notebook):
    notebook = open_notebook(PANEL)
    until(notebook, "now > 0")
    height = notebook.panel.bounding_box()["height"]
    users(notebook).focus()
    for _ in range(3):
        notebook.page.keyboard.press("PageUp")
        until(notebook, "now > 0")
        assert notebook.panel.bounding_box()["height"] == pytest.approx(height, abs=0.5)
    ready(notebook)
    assert notebook.panel.bounding_box()["height"] == pytest.approx(height, abs=0.5)


def test_the_tabs_answer(open_notebook):
    notebook = open_notebook(PANEL)
    ready(notebook)
    panel = notebook.panel
    panel.get_by_role("tab", name="Answers").click()
    expect(panel.locator(".dsl-answers")).to_contain_text(re.compile(r"none.*\d %", re.S))
    panel.get_by_role("tab", name="Code").click()
    expect(panel.locator(".dsl-listing").first).to_contain_text("def none(request, photo_id")
    panel.get_by_role("tab", name="Growth").click()
    expect(panel.locator(".dsl-tools").last).to_contain_text(re.compile(r"\d values, at least \d+ s"))


@pytest.mark.parametrize(("theme", "dark"), [("JupyterLab Light", False), ("JupyterLab Dark", True)])
def test_words_can_be_read_in_both_themes(open_notebook, lab, theme, dark):
    lab.theme(theme)
    notebook = open_notebook(PANEL)
    lab.theme("JupyterLab Light")
    ready(notebook)
    lightness = notebook.page.evaluate(
        """() => ['.dsl-result td', '.dsl-strip .dsl-lane', '.dsl-strip > text', '.dsl-strip-legend'].map(
            selector => {
                const style = getComputedStyle(document.querySelector('.dsl-panel ' + selector));
                const colour = selector.includes('strip') && !selector.includes('legend') ? 'fill' : 'color';
                const [r, g, b] = style[colour].match(/[\\d.]+/g);
                return (Number(r) + Number(g) + Number(b)) / 765;
            })"""
    )
    assert all((each > 0.55) is dark for each in lightness), lightness


def test_work_that_is_put_off_has_a_queue_and_nothing_jumps_when_it_fills(open_notebook):
    notebook = open_notebook(QUEUE)
    panel = notebook.panel
    expect(notebook.row("Django Tasks")).to_be_visible(timeout=60 * SECONDS)
    height = panel.bounding_box()["height"]
    waited = panel.locator(".dsl-strip .dsl-rate title", has_text=re.compile(r"at most \d+ waited")).first
    expect(waited).to_be_attached(timeout=60 * SECONDS)
    expect(panel.locator(".dsl-strip .dsl-drain").first).to_be_attached(timeout=60 * SECONDS)
    assert panel.bounding_box()["height"] == pytest.approx(height, abs=0.5)
    panel.get_by_role("tab", name="Answers").click()
    expect(panel.locator(".dsl-put-off")).to_contain_text("Django Tasks")
