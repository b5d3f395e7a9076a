"""From a key press on the slider to new counts on the screen, beside the time of the work itself.

    .venv/bin/python -m bench.panel               # about two minutes; needs Chromium

A real JupyterLab and a real browser. The page's own clock counts from the key to the first frame that shows
another number of queries for the first variant. The work itself is one recorded run of every variant at the
same setting, in the same kernel, without a panel. Quiet: the measurement before was over. Busy: its rounds
still ran.

Traffic: from a key press on the users while requests come in to the first frame whose strip says that the
setting changed, and to the first that has a dot of the new setting. The work itself is the warm-up of a turn,
which is not counted and has no dots.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile

from playwright.sync_api import expect

from tests.browser.chromium import Notebook, chromium
from tests.browser.jupyter import jupyterlab
from tests.requires import find_chromium

PRESSES = 30
CHANGES = 15  # of the users, under traffic
PHOTOS = 30
MOST = 100  # ms over the work's own time
CELLS = (
    "import labapp\nlabapp.boot('workshop', quiet=True)\nfrom labapp.experiments.metrics.feed import feed",
    f"feed.panel(photos={PHOTOS})",
    "",
)
WORK = f"""
import json, time
def once():
    started = time.perf_counter()
    feed.run(budget_ms=0, photos={PHOTOS})
    return 1000 * (time.perf_counter() - started)
print("work", json.dumps([once() for _ in range({PRESSES})]))
"""
WATCH = """() => {
    const count = () => document.querySelector('.dsl-panel .dsl-result tbody td').textContent;
    let pressed = 0, before = '';
    window.times = [];
    addEventListener('keydown', () => { pressed = performance.now(); before = count(); }, true);
    new MutationObserver(() => {
        if (!pressed || count() === before) return;
        const from = pressed;
        pressed = 0;
        requestAnimationFrame(() => window.times.push(performance.now() - from));
    }).observe(document.querySelector('.dsl-panel'), {childList: true, subtree: true, characterData: true});
}"""

TRAFFIC = (
    "from labapp.experiments.caching.cache_levels import cache_levels\n"
    "cache_levels.panel(users=10, budget=60)"
)
WARM_UP = 'print("warm-up", cache_levels.method.value("warm", cache_levels.defaults()))'
WATCH_STRIP = """() => {
    const strip = '.dsl-panel .dsl-strip:not(.dsl-sample)';
    const all = selector => [...document.querySelectorAll(`${strip} ${selector}`)];
    const words = () => all('.dsl-words').map(each => each.textContent).join();
    const dots = () => all('.dsl-disc').filter(each => !each.closest('.dsl-before')).length;
    let pressed = 0, before = '', changed = 0;
    window.marks = [];
    window.times = [];
    addEventListener('keydown', () => { pressed = performance.now(); before = words(); changed = 0; }, true);
    new MutationObserver(() => {
        if (!pressed || (!changed && words() === before)) return;
        if (!changed) changed = performance.now() - pressed;
        if (!dots()) return;
        const from = pressed;
        pressed = 0;
        window.marks.push(changed);
        requestAnimationFrame(() => window.times.push(performance.now() - from));
    }).observe(document.querySelector('.dsl-panel'), {childList: true, subtree: true, characterData: true});
}"""


def presses(notebook, quiet):
    """Milliseconds of each key press, up and down around the same setting."""
    notebook.page.evaluate("window.times = []")
    notebook.slider("photos on the page").focus()
    for number in range(PRESSES):
        if quiet:
            expect(notebook.panel.locator(".dsl-said.dsl-is-done")).to_be_visible(timeout=60_000)
        else:
            expect(notebook.panel.locator(".dsl-said")).to_contain_text("round", timeout=60_000)
        notebook.page.keyboard.press("ArrowLeft" if number % 2 else "ArrowRight")
        notebook.page.wait_for_function("number => window.times.length > number", arg=number)
    return notebook.page.evaluate("window.times")


def work(notebook):
    """Milliseconds of the work itself, in the same kernel while the panel rests."""
    expect(notebook.panel.locator(".dsl-said.dsl-is-done")).to_be_visible(timeout=60_000)
    notebook.run(WORK)
    printed = notebook.page.locator(".jp-OutputArea-output", has_text="work [")
    printed.wait_for(timeout=120_000)
    return json.loads(re.search(r"\[.*\]", printed.inner_text())[0])


def changes(notebook):
    """Milliseconds from key presses under traffic to the mark and to the first new dot."""
    label = notebook.page.get_by_text("users", exact=True)
    notebook.panel.locator(".widget-hslider", has=label).get_by_role("slider").focus()
    for number in range(CHANGES):
        expect(notebook.panel.locator(".dsl-said")).to_contain_text("requests so far", timeout=60_000)
        notebook.page.wait_for_timeout(1000)  # dots of the setting before, as somebody would have who looks
        notebook.page.keyboard.press("ArrowLeft" if number % 2 else "ArrowRight")
        notebook.page.wait_for_function("number => window.times.length > number", arg=number, timeout=60_000)
    return notebook.page.evaluate("window.marks"), notebook.page.evaluate("window.times")


def warm_up(notebook):
    """Milliseconds of a turn that have no dots."""
    notebook.run(WARM_UP)
    printed = notebook.page.locator(".jp-OutputArea-output", has_text="warm-up ")
    printed.wait_for(timeout=60_000)
    return 1000 * float(printed.inner_text().split()[-1])


def line(name, times, base):
    """A row of the table."""
    median, p90 = statistics.median(times), statistics.quantiles(times, n=10)[-1]
    over = f"{median - base:8.0f}" if base else " " * 8
    print(f"{name:34}{median:8.0f}{p90:8.0f}{over}")
    return median - base


def main() -> int:
    """1 when the quiet key press takes longer than the work and MOST together."""
    executable = find_chromium()
    if executable is None:
        print("Chromium is missing (Debian and Ubuntu: apt-get install chromium).", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, jupyterlab(folder) as lab, chromium(executable) as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        notebook = Notebook(page, lab.notebook("bench.ipynb", *CELLS))
        notebook.run_all()
        own = work(notebook)
        page.evaluate(WATCH)
        quiet = presses(notebook, quiet=True)
        notebook.panel.get_by_role("button", name="10 s").click()
        busy = presses(notebook, quiet=False)
        page.close()
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        traffic = Notebook(page, lab.notebook("traffic.ipynb", CELLS[0], TRAFFIC, ""))
        traffic.run_all()
        warm = warm_up(traffic)
        page.evaluate(WATCH_STRIP)
        marks, new_dots = changes(traffic)
    print(f"{'ms':34}{'median':>8}{'p90':>8}{'over':>8}")
    base = statistics.median(own)
    line("the work itself, all variants", own, 0)
    over = line("key press to new counts, quiet", quiet, base)
    line("key press to new counts, busy", busy, base)
    line("traffic: key press to its mark", marks, 0)
    line("traffic: to the first new dot", new_dots, warm)
    return int(over > MOST)


if __name__ == "__main__":
    sys.exit(main())
