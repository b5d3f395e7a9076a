"""What stands below the table: built when opened, from the last result."""

import re

from django.core.cache import cache

from tests.panel.test_panel import measured

TIMELINE, QUERIES, PLAN, GROWTH, CODE = range(5)


def test_only_the_open_tab_is_built(open_tab, front_end):
    panel, _ = open_tab(TIMELINE)
    front_end.wait_text(panel._tabs[TIMELINE].picture, "<svg")
    assert [front_end.text(panel._tabs[each].picture) for each in (QUERIES, PLAN, GROWTH, CODE)] == [""] * 4


def test_timeline_has_a_lane_for_each_variant_and_says_what_was_found(open_tab, front_end):
    _, tab = open_tab(TIMELINE)
    front_end.wait_text(tab.picture, "<svg")
    html = front_end.text(tab.picture)
    assert all(name in html for name in ("one_by_one", "joined"))
    assert "N+1" in html
    assert "select_related" in html


def test_the_timeline_says_what_caches_did_where_they_are_asked(authors, opened, front_end):
    panel = opened(authors)
    front_end.look(panel)
    measured(front_end, panel)
    timeline = panel._tabs[TIMELINE].picture
    front_end.wait(lambda: "execute" in front_end.text(timeline) and "hit" not in front_end.text(timeline))

    @authors.variant
    def kept(photos):
        return cache.get("nothing", [])

    front_end.wait_text(timeline, "hit")


def test_a_panel_opens_on_the_tab_that_is_named(authors, opened, front_end):
    panel = opened(authors, tab="Code")
    front_end.look(panel)
    front_end.wait_text(panel._tabs[CODE].picture, "one_by_one")


def test_queries_are_grouped_with_their_origin(open_tab, front_end):
    _, tab = open_tab(QUERIES)
    front_end.wait_text(tab.picture, "<b>3</b> ×")
    html = front_end.text(tab.picture)
    assert re.search(r"conftest.py:\d+ <code>return \[photo.author.username", html)


def test_queries_of_another_variant(open_tab, front_end):
    _, tab = open_tab(QUERIES)
    front_end.update(tab._variant, index=1)
    front_end.wait_text(tab.picture, "<b>1</b> ×")
    front_end.wait(lambda: "<b>3</b> ×" not in front_end.text(tab.picture))


def test_growth_is_measured_on_request_and_keeps_its_picture(open_tab, front_end):
    panel, tab = open_tab(GROWTH)
    assert "Measure growth" in front_end.text(tab.picture)
    front_end.click(tab._start)
    front_end.wait_text(panel._picture.state, "6 of 6 values of photos measured")
    picture = front_end.text(tab.picture)
    assert "<svg" in picture
    assert "1 + n" in picture
    assert "with order id, delay 0.0" in front_end.text(tab._where)
    front_end.update(panel._controls["order"], index=1)
    front_end.wait_text(tab._where, "measured for other settings")
    assert front_end.text(tab.picture) == picture


def test_a_slider_ends_a_growth_measurement(open_tab, front_end, authors, gate):
    panel, tab = open_tab(GROWTH)

    @authors.variant
    def slow(photos):
        if photos > 10:
            gate.passing()

    measured(front_end, panel)
    front_end.click(tab._start)
    assert gate.reached.wait(30)
    front_end.update(panel._controls["photos"], value=2)
    gate.open.set()
    front_end.wait(lambda: panel.result.settings["photos"] == 2 and panel.result.final)
    assert len(tab.growth.values) < 6


def test_code_shows_each_source_with_the_variants_colour(open_tab, front_end, authors):
    _, tab = open_tab(CODE)
    html = front_end.text(tab.picture)
    for variant in authors.variants.values():
        assert f"background:{variant.colour}" in html
    assert '<span class="nf">joined</span>' in html
