"""How recordings, findings, timelines and plans show themselves."""

import re
from xml.etree import ElementTree

import pytest
from django.db import connection

from labapp.probe import Recording, explain, record
from labapp.probe.query import Query, Site
from labapp.probe.style import CSS, PALETTE, milliseconds
from labapp.probe.timeline import Lane, legend, svg
from tests.cases.data import fill
from tests.cases.models import Maker, Product, Tag

SVG = "{http://www.w3.org/2000/svg}"


def made(number, **more):
    """A recording of so many queries, one after the other, each half a millisecond of execute and fetch."""
    place = Site("views.py", 7, 0, "page", 'x = "<b>"', "views.py:7")
    told = {"execute_ms": 0.4, "fetch_ms": 0.1, "rows": 2, "kind": "select"} | more
    told |= {"site": place, "stack": [place], "key": "k"}
    texts = [f"SELECT a FROM t WHERE n = '<{n}>'" for n in range(number)]
    queries = [Query(text, None, "default", "sqlite", n * 1.0, **told) for n, text in enumerate(texts)]
    return Recording("a <page>", wall_ms=number * 1.0, queries=queries)


@pytest.fixture
def loop(shop_db):
    fill(6)
    with record("loop") as recording:
        for product in Product.objects.all():
            product.maker.name
    return recording


def test_html_says_what_text_says(loop):
    html, text = loop._repr_html_(), str(loop)
    plain = re.sub(r"<[^>]+>", "", html)
    for words in ("7 queries, 12 rows", 'select_related("maker")', "N+1", "test_render.py:"):
        assert words in text
        assert words in plain.replace("&quot;", '"')


def test_text_fits_a_terminal():
    assert max(map(len, str(made(300)).splitlines())) <= 100


def test_an_empty_recording_shows_itself():
    empty = Recording("nothing")
    assert "0 queries" in str(empty) and "0 queries" in empty._repr_html_()


def test_everything_is_escaped():
    recording = made(8)
    html = recording._repr_html_() + "".join(one._repr_html_() for one in recording.findings())
    assert "<b>" not in html.replace("<b>8 queries", "") and "a <page>" not in html
    assert "&lt;page&gt;" in html


def test_simulated_waiting_is_named_only_when_there_is_any():
    assert "simulated" not in str(made(3)) and "simulated" not in made(3)._repr_html_()
    assert "simulated" in str(made(3, wait_ms=0.2)) and "simulated" in made(3, wait_ms=0.2)._repr_html_()


def test_a_finding_shows_itself(loop):
    (finding,) = loop.findings()
    assert repr(finding).startswith("<N+1: 6 × SELECT id, name, country_id FROM shop_maker")
    assert "select_related" in finding._repr_html_()


def test_the_timeline_is_well_formed_and_says_what_it_shows():
    picture = svg([Lane("one & only", PALETTE[0], made(5)), Lane("other", None, made(2))])
    root = ElementTree.fromstring(picture)
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Timeline. one & only: 5 queries in 5.00 ms; other: 2 queries in 2.00 ms"
    assert len(root.findall(f"{SVG}g")) == 7
    assert "execute 0.40 ms, fetch 0.10 ms, 2 rows" in root.find(f"{SVG}g/{SVG}title").text


def test_waiting_execute_and_fetch_are_drawn_apart():
    root = ElementTree.fromstring(svg([Lane("", "#123456", made(1, wait_ms=0.5))]))
    fills = [path.get("fill") for path in root.findall(f"{SVG}g/{SVG}path")]
    assert fills[0].startswith("url(#") and fills[1:] == ["#123456", "#123456"]


@pytest.mark.parametrize("number", [2_000, 20_000])
def test_a_long_timeline_stays_small_and_keeps_every_query(number):
    picture = svg([Lane("many", PALETTE[0], made(number))])
    assert len(picture) < 60_000
    titles = [title.text for title in ElementTree.fromstring(picture).iter(f"{SVG}title")]
    counts = [title.split(" × ")[0].replace(",", "") if " × " in title else 1 for title in titles]
    assert sum(map(int, counts)) == number


def test_each_thread_has_a_row():
    recording = made(4)
    recording.queries[3].thread = "worker-1"
    assert "worker-1" in svg([Lane("page", PALETTE[0], recording)])


def test_a_timeline_of_nothing():
    ElementTree.fromstring(svg([]))
    ElementTree.fromstring(svg([Lane("nothing", PALETTE[0], Recording("nothing"))]))


def test_the_legend_and_the_style():
    assert "simulated" in legend() and "simulated" not in legend(waiting=False)
    assert "prefers-color-scheme:dark" in CSS and "--jp-" in CSS


def test_durations_have_three_figures():
    said = [milliseconds(ms) for ms in (0.123, 12.34, 123.4, 1234)]
    assert said == ["0.12 ms", "12.3 ms", "123 ms", "1,234 ms"]


def test_groups_add_up(loop):
    groups = loop.groups()
    assert sorted(group.count for group in groups) == [1, 6]
    assert sum(group.rows for group in groups) == loop.rows == 12
    assert sorted(position for group in groups for position in group.queries) == list(range(7))
    assert groups[0].to_dict()["where"].startswith("test_render.py:")


def test_a_plan_from_sqlite(loop):
    plan = explain(loop.queries[1])
    assert "SEARCH shop_maker" in plan.text and plan.rows
    assert "SEARCH" in plan._repr_html_()


def test_a_plan_executes_nothing_and_is_recorded_by_nobody(shop_db):
    fill(2)
    with record() as recording:
        Tag.objects.filter(name="tag 1").update(name="other")
        Tag.objects.create(name="new")
    with record() as outer:
        assert all(explain(query).text for query in recording.queries if query.kind != "transaction")
    assert outer.count == 0
    assert Tag.objects.count() == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sql": "BEGIN", "kind": "transaction"}, "Only SELECT, INSERT, UPDATE and DELETE have a plan."),
        ({"sql": "SELECT 1; DELETE FROM shop_tag", "kind": "select"}, "Several statements in one text"),
        ({"vendor": "postgresql"}, "was written for postgresql, and the database asked is sqlite"),
        ({"alias": "nowhere"}, "There is no database 'nowhere'"),
        ({"sql": "SELECT * FROM missing", "params": None}, "gives no plan for this statement: no such table"),
    ],
)
def test_what_cannot_be_explained_says_why(loop, change, sentence):
    query = loop.queries[1]
    for name, value in change.items():
        setattr(query, name, value)
    assert sentence in explain(query).text


def test_shortened_parameters_are_mentioned(shop_db):
    with record() as recording:
        Maker.objects.filter(name="x" * 5000).exists()
    assert "shortened" in explain(recording.queries[0]).text


def test_a_plan_from_postgresql(postgres_db):
    with connection.schema_editor() as editor:
        editor.create_model(Tag)
    with record() as recording:
        list(Tag.objects.filter(name="one", id__in=[1, 2]))
    assert "Scan" in explain(recording.queries[0]).text
