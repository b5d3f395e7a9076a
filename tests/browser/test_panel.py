"""The panel as people use it: JupyterLab, Chromium, mouse and keyboard."""

import re

import pytest
from playwright.sync_api import expect

SECONDS = 1000
PANEL = "feed.panel(photos=10, budget=0.5)"


def watch(notebook, variant):
    """Keep every number of queries that stands in a variant's row from now on; read it with ``seen()``."""
    notebook.page.evaluate(
        """variant => {
            window.seen = [];
            const read = () => {
                for (const row of document.querySelectorAll('.dsl-panel .dsl-result tbody tr')) {
                    if (row.querySelector('b').textContent !== variant) continue;
                    const count = row.querySelector('td').textContent;
                    if (count !== window.seen.at(-1)) window.seen.push(count);
                }
            };
            const panel = document.querySelector('.dsl-panel');
            new MutationObserver(read).observe(panel, {childList: true, subtree: true, characterData: true});
            read();
        }""",
        variant,
    )


def seen(notebook):
    """What ``watch`` has kept."""
    return [int(text.replace(",", "")) for text in notebook.page.evaluate("window.seen")]


def ready(notebook):
    """Wait until the measurement is over."""
    expect(notebook.panel.locator(".dsl-said.dsl-is-done")).to_be_visible(timeout=60 * SECONDS)


def test_a_slow_drag_shows_the_count_climb_in_one_variant_and_stand_still_in_another(open_notebook):
    notebook = open_notebook(PANEL)
    ready(notebook)
    first, still = notebook.queries("naive"), notebook.queries("raw SQL")
    watch(notebook, "naive")
    handle = notebook.slider("photos on the page")
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    notebook.page.mouse.move(x, y)
    notebook.page.mouse.down()
    for step in range(1, 5):
        before = len(seen(notebook))
        notebook.page.mouse.move(x + 12 * step, y)
        notebook.page.wait_for_function("before => window.seen.length > before", arg=before)
    notebook.page.mouse.up()
    ready(notebook)
    counts = seen(notebook)
    assert len(counts) >= 5, "the settings in between were not shown"
    assert counts == sorted(counts)
    assert notebook.queries("naive") > first
    assert notebook.queries("raw SQL") == still


def test_arrow_keys_move_the_slider(open_notebook):
    notebook = open_notebook(PANEL)
    ready(notebook)
    first = notebook.queries("naive")
    notebook.slider("photos on the page").focus()
    notebook.page.keyboard.press("ArrowRight")
    expect(notebook.row("naive").locator("td").first).not_to_have_text(str(first))
    ready(notebook)
    notebook.page.keyboard.press("ArrowLeft")
    expect(notebook.row("naive").locator("td").first).to_have_text(str(first))


def test_a_fast_drag_ends_on_the_last_setting_and_queues_nothing(open_notebook):
    notebook = open_notebook(PANEL)
    ready(notebook)
    watch(notebook, "naive")
    notebook.slider("photos on the page").focus()
    for _ in range(40):
        notebook.page.keyboard.press("ArrowRight")
    expect(notebook.panel.locator(".widget-readout").first).to_have_text("50")
    ready(notebook)
    expect(notebook.panel.locator(".dsl-heard")).to_contain_text("feed with photos 50")
    assert len(seen(notebook)) < 40


def test_nothing_jumps_while_figures_change(open_notebook):
    notebook = open_notebook(PANEL)
    ready(notebook)
    height = notebook.panel.bounding_box()["height"]
    notebook.slider("photos on the page").focus()
    for _ in range(5):
        notebook.page.keyboard.press("PageUp")
        assert notebook.panel.bounding_box()["height"] == pytest.approx(height, abs=0.5)
    ready(notebook)
    assert notebook.panel.bounding_box()["height"] == pytest.approx(height, abs=0.5)


def test_an_error_is_said_in_the_panel_and_the_picture_stays(open_notebook):
    notebook = open_notebook(PANEL, "1")
    ready(notebook)
    first = notebook.queries("naive")
    notebook.run("def fail(*given, **named): raise OSError('the disk is gone')\nfeed.measure = fail")
    notebook.idle()
    notebook.slider("photos on the page").focus()
    notebook.page.keyboard.press("ArrowRight")
    expect(notebook.panel.get_by_role("alert")).to_contain_text("OSError: the disk is gone")
    assert notebook.queries("naive") == first


def test_a_variant_from_a_cell_appears_and_stop_ends_one_that_never_ends(open_notebook):
    notebook = open_notebook(PANEL, "1")
    ready(notebook)
    notebook.run("@feed.variant\ndef mine(photos):\n    while True: pass\n")
    stop = notebook.panel.get_by_role("button", name="Stop")
    expect(stop).to_be_enabled()
    stop.click()
    expect(notebook.panel.locator(".dsl-said")).to_contain_text("Stopped.", timeout=15 * SECONDS)
    notebook.run("@feed.variant\ndef mine(photos):\n    return []\n")
    expect(notebook.row("mine")).to_contain_text("✗")
    ready(notebook)


def test_the_tabs_answer(open_notebook):
    notebook = open_notebook(PANEL)
    ready(notebook)
    panel = notebook.panel
    expect(panel.locator(".dsl-finding").first).to_contain_text(re.compile("N\\+1.*Cure", re.S))
    panel.get_by_role("tab", name="Queries").click()
    expect(panel.locator(".dsl-queries")).to_contain_text("pinsta/_card.html")
    panel.get_by_role("tab", name="Plan").click()
    expect(panel.locator(".dsl-tree").first).to_contain_text(re.compile("SEARCH|SCAN"))
    panel.get_by_role("tab", name="Code").click()
    expect(panel.locator(".dsl-listing").first).to_contain_text("def naive(photos):")
    panel.get_by_role("tab", name="Growth").click()
    panel.get_by_role("button", name="Measure growth").click()
    expect(panel.locator(".dsl-laws")).to_contain_text(re.compile(r"\dn"), timeout=60 * SECONDS)


def test_running_the_cell_again_leaves_one_panel_alive(open_notebook):
    notebook = open_notebook(PANEL, "listening = len(feed.listeners)")
    ready(notebook)
    notebook.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    notebook.idle()
    ready(notebook)
    expect(notebook.page.locator(".dsl-panel")).to_have_count(1)
    notebook.run("print('listening', len(feed.listeners))")
    expect(notebook.page.locator(".jp-OutputArea-output").last).to_contain_text("listening 1")


@pytest.mark.parametrize(("theme", "dark"), [("JupyterLab Light", False), ("JupyterLab Dark", True)])
def test_words_can_be_read_in_both_themes(open_notebook, lab, theme, dark):
    lab.theme(theme)
    notebook = open_notebook(PANEL)
    lab.theme("JupyterLab Light")
    ready(notebook)
    lightness = notebook.page.evaluate(
        """() => ['.dsl-question', '.dsl-result td', '.dsl-timeline .dsl-lane', '.dsl-said'].map(selector => {
            const style = getComputedStyle(document.querySelector('.dsl-panel ' + selector));
            const [r, g, b] = (selector.includes('timeline') ? style.fill : style.color).match(/[\\d.]+/g);
            return (Number(r) + Number(g) + Number(b)) / 765;
        })"""
    )
    assert all((each > 0.6) is dark for each in lightness), lightness
