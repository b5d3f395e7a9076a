"""The strip as SVG text."""

import re
from xml.etree import ElementTree

import pytest

from labapp.panel.traffic import dots, legend, strip
from labapp.panel.traffic.layout import PLAIN
from labapp.panel.traffic.scene import Mark, Scene, Stretch
from labapp.panel.traffic.trail import Trail
from tests.panel.streams import request, result, stream, turn


def drawn(*streams, settings=None, now=103.0):
    """The Scene of one result."""
    trail = Trail(lambda: 100.0)
    trail.follow(result(streams, settings=settings or {"users": 20}))
    trail._clock = lambda: now
    return trail.scene()


def elements(svg, kind):
    """All elements with this class."""
    return [each for each in ElementTree.fromstring(svg).iter() if kind in each.get("class", "").split()]


def points(path):
    """Where the dots of a path stand."""
    return [tuple(map(float, pair)) for pair in re.findall(r"M([\d.]+) ([\d.]+)", path.get("d"))]


@pytest.fixture
def two():
    """Two variants, one after the other."""
    whole = turn(stream("whole"), 1, 100.2)
    return drawn(whole, turn(stream("<cached>", 1), 2, 102.4, seconds=0.5, each_s=36, hits=0.9))


def test_each_dot_is_in_the_colour_of_its_variant_and_inside_of_the_picture(two):
    svg = strip.svg(two)
    discs = elements(svg, "dsl-disc")
    assert {each.get("stroke") for each in discs} == {"#d55e00", "#0072b2"}
    assert sum(len(points(each)) for each in discs) == len(two.dots)
    assert all(
        strip.LEFT <= x <= strip.WIDTH - strip.RIGHT and strip.LATENCY[0] <= y <= strip.LATENCY[1]
        for each in discs for x, y in points(each)
    )


def test_who_answered_is_a_shape():
    made = stream("whole")
    made.begin(1, 100.0)
    answers = [("origin", "disc"), ("application", "hole"), ("edge", "diamond"), ("browser", "square")]
    for who, _ in answers:
        made.add([request(101.0, 5.0, turn=1, who=who)])
    made.add([request(101.0, 5.0, turn=1, who="", error="HTTP 500", status=500)])
    svg = strip.svg(drawn(made))
    assert all(len(elements(svg, f"dsl-{shape}")) == 1 for _, shape in [answers[1], *answers[2:]])
    assert len(elements(svg, "dsl-cross")) == 1


def test_a_dot_stands_where_its_time_is_and_a_slower_one_above():
    made = stream("whole")
    made.begin(1, 100.0)
    made.add([request(101.0, 10.0, turn=1), request(104.0, 100.0, turn=1)])
    (first, slower), = (points(each) for each in elements(strip.svg(drawn(made, now=106.0)), "dsl-disc"))
    assert slower[0] - first[0] == pytest.approx(3 * (strip.WIDTH - strip.LEFT - strip.RIGHT) / 10, abs=0.2)
    assert slower[1] < first[1]


def test_percentiles_and_rates_are_drawn_for_each_second(two):
    svg = strip.svg(two)
    assert len(points(elements(svg, "dsl-p50")[0])) == 2
    assert len(elements(svg, "dsl-p95")) == 1  # half a second has too few requests for it
    assert [each.find("{*}title").text for each in elements(svg, "dsl-rate")] == [
        "whole: requests a second", "<cached>: requests a second",
        "whole: queries a second", "<cached>: queries a second",
    ]


def test_what_was_before_is_dimmed():
    old = Stretch("whole", "#d55e00", 100.0, 102.0, True, [(101.0, 10.0, "origin")])
    new = Stretch("whole", "#d55e00", 103.0, 105.0, False, [(104.0, 10.0, "origin")])
    svg = strip.svg(Scene(100.0, 110.0, 100.0, [old, new]))
    dimmed = elements(svg, "dsl-before")
    assert len([each for group in dimmed for each in group.iter() if each.get("class") == "dsl-disc"]) == 1


def test_marks_stand_in_rows_when_they_are_close_and_stay_inside():
    marks = [Mark(101.0, "users 20 → 40", True), Mark(101.2, "Redis killed"), Mark(109.9, "Redis is back")]
    svg = strip.svg(Scene(100.0, 110.0, 100.0, [], [*marks, Mark(99.0, "long ago")]))
    words = {each.text: each for each in elements(svg, "dsl-words")}
    assert set(words) == {"users 20 → 40", "Redis killed", "Redis is back"}
    assert words["users 20 → 40"].get("y") != words["Redis killed"].get("y")
    assert words["Redis is back"].get("text-anchor") == "end"
    assert len(elements(svg, "dsl-change")) == 1
    assert len(elements(svg, "dsl-event")) == 2


def test_thousands_of_requests_are_thinned_evenly_and_that_is_said():
    scene = drawn(turn(stream("whole"), 1, 100.0, seconds=5, each_s=1000), now=106.0)
    places = [place for each in elements(strip.svg(scene), "dsl-disc") for place in points(each)]
    assert len(places) == dots.MOST
    xs = sorted(x for x, _ in places)
    half = (xs[0] + xs[-1]) / 2
    assert 0.45 < sum(x < half for x in xs) / len(xs) < 0.55
    assert "1,500 of 5,000 requests drawn, evenly chosen" in legend.legend(scene)


def test_a_few_errors_are_not_thinned_out():
    many = [(place / 100, 5.0, "origin") for place in range(4000)]
    errors = [(20.0, 5.0, "")] * 7
    kept = dots.thinned(many + errors)
    assert len(kept) == dots.MOST
    assert kept.count((20.0, 5.0, "")) == 7


def test_the_legend_says_what_was_seen(two):
    said = legend.legend(two)
    assert "origin" in said
    assert "application cache" in said
    assert "edge" not in said
    assert "p50 of a second" in said
    assert "98 requests, each a dot at the moment it was due" in said


def test_the_picture_says_itself_in_a_sentence(two):
    said = ElementTree.fromstring(strip.svg(two)).get("aria-label")
    assert re.match(r"Latency over 10 seconds. whole: 80 requests, half of them within [\d.]+ ms; <", said)
    assert "No request yet" in legend.description(Scene(0.0, 10.0, 0.0))


def test_names_are_cut_where_there_is_no_room():
    long = Stretch("a variant with quite a name", "#d55e00", 100.0, 101.0)
    tiny = [Stretch("whole", "#d55e00", began, began + 0.1) for began in (102.0, 102.2)]
    svg = strip.svg(Scene(100.0, 110.0, 100.0, [long, *tiny]))
    name, last = (each.text for each in elements(svg, "dsl-lane"))
    assert last == "whole"
    assert long.variant.startswith(name.removesuffix("…"))
    assert 3 < len(name) < len(long.variant)


def test_the_size_never_changes(two):
    views = {ElementTree.fromstring(strip.svg(each)).get("viewBox") for each in (two, Scene(0.0, 1.0, 0.0))}
    assert views == {f"0 0 {strip.WIDTH} {PLAIN.height}"}


def test_a_name_reaches_to_where_the_next_begins():
    first = Stretch("edge-side includes", "#d55e00", 100.0, 101.0)
    near, far = (Stretch("whole", "#0072b2", began, began + 1) for began in (101.2, 104.0))
    scenes = (Scene(100.0, 110.0, 100.0, [first, second]) for second in (near, far))
    shown = [elements(strip.svg(scene), "dsl-lane")[0].text for scene in scenes]
    assert shown == ["edge-side in…", "edge-side includes"]
