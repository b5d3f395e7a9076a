"""How cache calls show themselves in texts and timelines."""

from xml.etree import ElementTree

import pytest

from labapp.probe import CacheCall, Recording
from labapp.probe.query import Query
from labapp.probe.style import PALETTE
from labapp.probe.timeline import Lane, legend, svg
from labapp.probe.timeline_cache import MOST, caption

SVG = "{http://www.w3.org/2000/svg}"


def call(started, hits=0, misses=0, **more):
    return CacheCall("get", "default", ["key"], hits, misses, started, 0.5, **more)


def recording(*calls):
    return Recording("cached", wall_ms=10.0, cache=calls)


def marks(picture):
    """(title, paths) of each mark."""
    groups = ElementTree.fromstring(picture).iter(f"{SVG}g")
    cached = [group for group in groups if group.get("class") == "dsl-cached"]
    return [(group.find(f"{SVG}title").text, group.findall(f"{SVG}path")) for group in cached]


def test_a_recording_says_what_its_caches_did():
    shown = recording(call(1, 1), call(2, 0, 2), call(3, sets=1), call(4, error="ConnectionError: gone"))
    assert caption(shown) == "cache: 1 hit, 2 misses, 1 set, 1 error, 2.00 ms"
    assert caption(shown) in " ".join(str(shown).split()) and caption(shown) in shown._repr_html_()
    assert caption(recording()) == ""
    nothing = recording()
    nothing.label = "nothing"
    assert "cache" not in str(nothing) and "cache hit" not in nothing._repr_html_()


def test_hits_misses_and_writes_are_told_apart_by_shape():
    drawn = marks(svg([Lane("", PALETTE[0], recording(call(1, 1), call(3, 0, 1), call(5, sets=1)))]))
    assert [title for title, _ in drawn] == [
        "cache get: 1 hit, 0 misses, 0.50 ms",
        "cache get: 0 hits, 1 miss, 0.50 ms",
        "cache get: 0.50 ms",
    ]
    hit, miss, write = (paths for _, paths in drawn)
    assert [path.get("class") for path in hit] == [None, "dsl-hit"]
    assert [path.get("class") for path in miss] == [None]
    assert "z" in miss[0].get("d") and "z" not in write[0].get("d")


def test_calls_too_near_to_be_told_apart_are_one_mark_full_by_its_hits():
    near = [call(1 + number / 1000, int(number % 4 > 0), int(number % 4 == 0)) for number in range(8)]
    near[0].alias = "local"
    long = Recording("cached", wall_ms=2000.0, cache=near)
    ((title, (outline, full)),) = marks(svg([Lane("", PALETTE[0], long)]))
    assert title == "8 × cache get (several caches): 6 hits, 2 misses, 4.00 ms"
    assert "v4.0" in outline.get("d") and "v-3.00" in full.get("d")


@pytest.mark.parametrize("number", [500, 20_000])
def test_a_long_timeline_keeps_every_call_and_stays_small(number):
    many = Recording("many", wall_ms=number * 1.0, cache=[call(each * 1.0, 1) for each in range(number)])
    picture = svg([Lane("many", None, many)])
    titles = [title for title, _ in marks(picture)]
    counts = [title.split(" × ")[0].replace(",", "") if " × " in title else 1 for title in titles]
    assert sum(map(int, counts)) == number and len(titles) <= MOST
    assert len(picture) < 90_000


def test_threads_that_only_ask_the_cache_have_a_row_too():
    shown = recording(call(1, 1, thread="helper"))
    shown.queries = [Query("SELECT 1", None, "default", "sqlite", 1.0)]
    picture = svg([Lane("page", PALETTE[0], shown)])
    assert "helper" in picture
    assert "1 query in 10.0 ms, cache: 1 hit, 0 misses" in ElementTree.fromstring(picture).get("aria-label")


def test_the_legend_names_caches_where_there_are_any():
    assert "cache hit" in legend(cache=True) and "cache" not in legend()
