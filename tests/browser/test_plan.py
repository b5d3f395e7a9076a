"""The feed on PostgreSQL, and its plans, as people see them: JupyterLab, Chromium, mouse and keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_panel import PANEL, SECONDS, ready, seen, watch
from tests.requires import needs


@pytest.fixture(autouse=True)
def patience():
    """A plan is made in the worker, after what it is busy with."""
    expect.set_options(timeout=30 * SECONDS)
    yield
    expect.set_options(timeout=5 * SECONDS)


def switch(notebook, choice):
    """Choose another database and wait until the heading says that it is measured there."""
    notebook.panel.get_by_role("button", name=choice, exact=True).click()
    expect(notebook.panel.locator(".dsl-facts")).to_contain_text("PostgreSQL", timeout=60 * SECONDS)
    ready(notebook)


def test_the_feed_on_postgresql_with_its_plans(open_notebook):
    needs("postgresql")
    notebook = open_notebook(PANEL)
    ready(notebook)
    on_sqlite = notebook.queries("naive")
    switch(notebook, "PostgreSQL")
    assert notebook.queries("naive") == on_sqlite
    expect(notebook.row("raw SQL")).to_contain_text("✓ same")

    watch(notebook, "naive")
    handle = notebook.slider("photos on the page")
    handle.focus()
    for _ in range(3):
        before = len(seen(notebook))
        notebook.page.keyboard.press("ArrowRight")
        notebook.page.wait_for_function("before => window.seen.length > before", arg=before)
    ready(notebook)
    assert notebook.queries("naive") > on_sqlite

    notebook.panel.get_by_role("tab", name="Plan").click()
    trees = notebook.panel.locator(".dsl-tree")
    expect(trees.first).to_contain_text(re.compile(r"rows estimated.*Scan.* on (pinsta|auth)_.* ms", re.S))
    notebook.panel.locator(".dsl-tab:visible").get_by_role("button", name="raw SQL").click()
    expect(trees.first).to_contain_text("Seq Scan")
    expect(trees.first.locator(".dsl-scan").first).to_have_text("table scan")


def test_a_plan_follows_the_slider_and_nothing_jumps(open_notebook):
    notebook = open_notebook("feed.panel(photos=10, budget=0.5, tab='Plan')")
    ready(notebook)
    trees = notebook.panel.locator(".dsl-tree")
    expect(trees.first).to_contain_text("SEARCH")
    height = notebook.panel.bounding_box()["height"]
    tab = notebook.panel.locator(".dsl-tab:visible")
    tab.get_by_role("button", name="raw SQL").click()  # two statements, so that both are shown
    expect(tab).to_contain_text("SCAN pinsta_photo")
    notebook.slider("photos on the page").focus()
    notebook.page.keyboard.press("PageUp")
    ready(notebook)
    assert notebook.panel.bounding_box()["height"] == height
