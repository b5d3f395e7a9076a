"""The queue of tasks in the picture, and the time in which it empties."""

import re
from xml.etree import ElementTree

import pytest

from labapp.panel.tabs.answers import tasks
from labapp.panel.traffic import layout, legend, strip, words
from labapp.panel.traffic.queue import DRAIN
from labapp.panel.traffic.trail import Trail
from tests.panel.streams import entry, job, putting_off, result, stream, turn
from tests.panel.traffic.test_strip import elements

PIXELS = (layout.WIDTH - layout.LEFT - layout.RIGHT) / 10  # of a second, in a picture of ten
JOBS = [job(100.5, [101.0], 102.0), job(100.6, [102.0], 102.5), job(100.7, [102.5], 102.9)]


def scene(*streams, now=104.0):
    """The Scene of this traffic."""
    trail = Trail(lambda: 100.0)
    trail.follow(result(streams))
    trail._clock = lambda: now
    return trail.scene()


def outline(svg, kind):
    """The corners of the only area of this kind: (seconds from the beginning, length)."""
    area, = (each for each in elements(svg, kind) if "waited" in _title(each) or kind == "dsl-working")
    found, x, y = [], 0.0, 0.0
    for letter, number in re.findall(r"([MHV ])([\d.]+)", area.get("d")):
        x, y = (float(number), y) if letter in "MH" else (x, float(number))
        found.append((round((x - layout.LEFT) / PIXELS, 2), y))
    return found


def _title(element):
    title = element.find("{*}title")
    return "" if title is None else title.text


def written(svg):
    """All words that stand in the picture."""
    return [each.text for each in ElementTree.fromstring(svg).iter() if each.tag.endswith("}text")]


def lengths(corners, high):
    """The heights of corners as lengths of the queue."""
    top, bottom = layout.WITH_QUEUE.queue
    return {second: round((bottom - y) / (bottom - top) * high) for second, y in corners}


def test_the_queue_is_drawn_step_by_step():
    svg = strip.svg(scene(putting_off("celery", jobs=JOBS)))
    assert lengths(outline(svg, "dsl-rate"), 5) == {
        0.0: 0, 0.5: 1, 0.6: 2, 0.7: 3, 1.0: 2, 2.0: 1, 2.5: 0, 2.9: 0, 3.0: 0
    }
    assert lengths(outline(svg, "dsl-working"), 5)[2.0] == 2, "one waits, and one is under way"


def test_what_lies_closer_than_a_pixel_keeps_its_peak():
    near = [job(101.0 + place / 1e5, [101.002 + place / 1e5], 101.003) for place in range(50)]
    corners = outline(strip.svg(scene(putting_off("celery", jobs=near))), "dsl-rate")
    assert min(y for second, y in corners if second) == layout.WITH_QUEUE.queue[0], "50 of 50"
    assert len(corners) < 12


def test_the_drain_is_shaded_and_says_what_it_is():
    made = scene(putting_off("celery", jobs=JOBS, drain=4.0), now=107.0)
    svg = strip.svg(made)
    shade, = elements(svg, "dsl-drain")
    left, right = (float(each) for each in re.findall(r"[MH]([\d.]+)", shade.get("d"))[:2])
    assert (left - layout.LEFT, right - layout.LEFT) == pytest.approx((2 * PIXELS, 6 * PIXELS), abs=0.1)
    assert DRAIN in svg
    assert DRAIN in written(svg)
    assert DRAIN in legend.legend(made)
    assert DRAIN not in legend.legend(scene(turn(stream("whole"), 1, 100.0)))


def test_a_short_drain_is_shaded_without_words():
    svg = strip.svg(scene(putting_off("celery", jobs=JOBS, drain=0.5)))
    assert len(elements(svg, "dsl-drain")) == 1
    assert DRAIN not in written(svg)
    assert not elements(strip.svg(scene(putting_off("celery", jobs=JOBS, drain=0.001))), "dsl-drain")


def test_what_put_nothing_off_has_no_workers_that_empty_a_queue():
    inline = putting_off("inline", drain=3.0)
    svg = strip.svg(scene(inline, putting_off("celery", 1, began=106.0, jobs=[job(107.0, [107.1], 107.2)])))
    assert "inline: no more requests<" in svg
    assert f"inline: {DRAIN}" not in svg
    alone = scene(putting_off("inline", drain=3.0))
    assert not elements(strip.svg(alone), "dsl-drain"), "nothing is put off in this experiment"


def test_a_drain_under_way_lasts_until_now():
    made, = scene(putting_off("celery", jobs=JOBS, drain=None), now=103.5).stretches
    assert (made.ended, made.until) == (102.0, 103.5)


def test_statements_of_the_workers_are_drawn_in_the_drain():
    made = putting_off("celery", jobs=JOBS)
    made.work = [entry(101.2, queries=7), entry(102.2, kind="task", queries=30)]
    drawn, = scene(made).stretches
    assert [each.queries for each in drawn.windows] == [0, 7, 30]
    assert not drawn.windows[-1].requests
    assert not drawn.windows[-1].quantiles


def test_without_tasks_the_picture_is_as_it_was():
    made = scene(turn(stream("whole"), 1, 100.0))
    assert f'viewBox="0 0 {layout.WIDTH} {layout.PLAIN.height}"' in strip.svg(made)
    assert strip.QUEUE not in strip.svg(made)


def test_the_queue_has_its_room_before_the_first_task():
    trail = Trail(lambda: 100.0, queues=True)
    trail.follow(result([stream("celery")]))
    svg = strip.svg(trail.scene())
    assert f'viewBox="0 0 {layout.WIDTH} {layout.WITH_QUEUE.height}"' in svg
    assert strip.QUEUE in svg


def test_what_has_left_the_picture_is_no_peak_at_its_edge():
    trail = Trail(lambda: 100.0)
    trail.follow(result([putting_off("celery", jobs=JOBS, seconds=25.0, drain=20.0)]))
    trail._clock = lambda: 132.5
    made = trail.scene()
    assert made.began == 102.5
    assert [step.waiting for step in made.stretches[0].queue][:1] == [0]


def test_all_of_the_drain_is_there_when_all_is_over():
    trail = Trail(lambda: 100.0)
    trail.follow(result([putting_off("celery", jobs=JOBS, seconds=8.0, drain=5.0)], final=True))
    made = trail.scene()
    assert made.ended >= 113.0
    assert made.stretches[0].until == 113.0


def test_the_picture_says_its_longest_queues():
    said = legend.description(scene(putting_off("celery", jobs=JOBS)))
    assert said.endswith("Tasks that waited at most: 3 with celery.")


def test_the_status_counts_what_is_left_to_do():
    made = turn(stream("celery"), 1, 100.0, ended=False)
    made.jobs = [*JOBS, job(101.5)]
    assert words.status(result([made]), 1000).sentence == "Turn 1: celery, 80 requests so far, 1 task to do."


def test_a_warning_stands_before_everything_else():
    nobody = "Nobody is listening: 12 tasks wait."
    made = result([turn(stream("celery"), 1, 100.0, ended=False)], warning=nobody)
    assert words.status(made, 1000).sentence == nobody


def test_what_was_not_done_is_heard():
    made = result([putting_off("celery", jobs=[*JOBS, job(101.5)], drain=5.0)])
    assert "1 of 4 tasks was not done 5 s after the traffic" in words.sentence(made)


def test_answers_have_a_row_of_tasks_for_each_variant_that_puts_work_off():
    inline = turn(stream("inline"), 1, 90.0)
    made = tasks(result([inline, putting_off("celery", 1, jobs=[*JOBS, job(101.5)])]))
    assert "celery" in made
    assert "inline" not in made
    assert "≥1,755 ms" in made, "the longest wait may be that of the task that was never begun"
    assert tasks(result([inline])) == ""
