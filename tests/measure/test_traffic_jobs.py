"""Work that was put off: queue lengths, waits of which some are open, what was not done."""

import csv
import html
import math
import re

import pytest

from labapp.measure import load
from labapp.measure.quantile import quantile
from labapp.measure.traffic import TrafficResult, charts, render_html, table
from labapp.measure.traffic.queue import longest, queue
from tests.measure import served
from tests.measure.machine import seeded
from tests.measure.served import deferring, job

LIMIT = re.compile("_(low|high)_ms$")


def lengths(stream, now=None):
    """The steps of a queue, in seconds from the beginning of the first turn."""
    return [(round(step.second - 10.0, 3), step.waiting, step.working) for step in queue(stream, now)]


def cells(stream):
    """{head: text of the cell} of the only row of a table."""
    made = TrafficResult("posting", measurements=[stream], checked=False)
    made.refresh()
    table = render_html.table(made)
    heads, row = (part.split("</t")[:-1] for part in table.partition("<tbody>")[::2])
    texts = [[html.unescape(_text(cell)) for cell in cells] for cells in (heads, row)]
    names, shown = ([each for each in row if each is not None] for row in texts)
    return dict(zip(names, shown, strict=False))


def _text(cell):
    """The words in a piece of HTML."""
    return "".join(part.partition(">")[2] for part in cell.split("<")).strip()


# The queue


def test_the_length_of_a_queue_is_exact():
    made = deferring(jobs=[job(10.2, [10.5], 10.8), job(10.3, [10.8], 11.0), job(10.4, [11.0], 12.5)])
    assert lengths(made) == [
        (0.0, 0, 0), (0.2, 1, 0), (0.3, 2, 0), (0.4, 3, 0),
        (0.5, 2, 1), (0.8, 1, 1), (1.0, 0, 1), (2.5, 0, 0),
    ]  # fmt: skip
    assert longest(queue(made)) == made.tasks.longest == 3


def test_what_is_begun_before_handing_over_has_returned_never_waited():
    made = deferring(jobs=[job(10.5, [10.45], 10.6)])
    assert lengths(made) == [(0.0, 0, 0), (0.45, 0, 1), (0.6, 0, 0)]
    assert made.tasks.waiting["p50"].ms == 0


def test_tasks_of_the_warm_up_lengthen_the_queue_and_count_nowhere_else():
    made = deferring(jobs=[job(10.2, [10.6], 10.7)], early=[job(9.8, [10.4], 10.6), job(9.7, [9.75], 9.9)])
    assert lengths(made) == [(0.0, 1, 0), (0.2, 2, 0), (0.4, 1, 1), (0.6, 0, 1), (0.7, 0, 0)]
    assert (made.tasks.count, made.tasks.longest) == (1, 2)


def test_what_is_left_when_the_queue_is_no_longer_watched_is_in_no_later_turn():
    made = deferring(jobs=[job(10.2), job(10.3, [10.4])])
    assert lengths(made)[-2:] == [(0.4, 1, 1), (4.0, 0, 0)]
    made.begin(2, 20.0)
    made.jobs.append(job(20.5, [20.6], 20.7))
    assert lengths(made)[-5:] == [(4.0, 0, 0), (10.0, 0, 0), (10.5, 1, 0), (10.6, 0, 1), (10.7, 0, 0)]


def test_a_turn_under_way_lasts_until_now():
    made = deferring(jobs=[job(10.5, [10.6])])
    made.drains[-1] = (12.0, None)
    assert lengths(made, now=13.0)[-2:] == [(0.6, 0, 1), (3.0, 0, 0)]
    assert lengths(made)[-1] == (2.0, 0, 0), "of which nothing later is known"


def test_a_task_that_is_delivered_again_is_under_way_from_its_first_begin():
    made = deferring(jobs=[job(10.2, [10.4, 11.4], 11.9)])
    assert lengths(made) == [(0.0, 0, 0), (0.2, 1, 0), (0.4, 0, 1), (1.9, 0, 0)]
    assert (made.tasks.again, made.tasks.done) == (1, 1)


def test_without_tasks_there_is_no_queue():
    made = served.stream(requests=served.steady(20), seconds=1.0)
    assert queue(made) == []
    assert made.tasks.longest == 0


# Waits


def test_a_task_that_still_waits_has_waited_at_least_so_long():
    jobs = [job(10.0 + place / 100, [10.01 + place / 100], 10.02 + place / 100) for place in range(40)]
    made = deferring(jobs=[*jobs, *(job(11.0) for _ in range(60))])
    wait = made.tasks.waiting["p50"]
    assert (wait.over, wait.ms) == (True, pytest.approx(3000.0))
    assert wait.interval is None or wait.interval.high == math.inf
    quick = deferring(jobs=[*jobs, job(11.0)])
    assert not quick.tasks.waiting["p50"].over
    assert quick.tasks.waiting["p50"].ms == pytest.approx(10.0)


def test_until_done_is_from_when_it_was_handed_over():
    made = deferring(jobs=[job(10.0, [10.1], 10.5), job(10.2, [10.5], None), job(10.3, [10.6], 11.0)])
    assert made.tasks.finishing["p50"].ms == pytest.approx(700.0)
    assert made.tasks.finishing["p95"].over


def test_a_task_that_raised_was_begun_and_never_done():
    made = deferring(jobs=[job(10.0, [10.1], 10.5, done=False, status=500), job(10.0, [10.2], 10.4)])
    found = made.tasks
    assert (found.count, found.done, found.failed, found.unfinished) == (2, 1, 1, 0)
    assert found.undone == ""
    assert lengths(made)[-1] == (0.5, 0, 0)


def crowded(seed, turns, each_s=20.0, busy_s=0.095):
    """The jobs of so many turns with two workers, whose queue begins empty in each."""
    chance, made = seeded(seed), served.stream()
    for number in range(turns):
        began = 10.0 * number
        free, now = [began - 0.5, began - 0.5], began - 0.5
        made.begin(number, began)
        while (now := now + chance.expovariate(each_s)) < began + 2.0:
            first = min(range(2), key=free.__getitem__)
            begun = max(now, free[first])
            free[first] = begun + busy_s * chance.lognormvariate(0, 0.3)
            if now >= began:
                made.jobs.append(job(now, [begun], free[first]))
        made.end(began + 2.0)
        yield made


@pytest.mark.parametrize("busy_s", [0.05, 0.095, 0.2])
def test_an_interval_of_waits_holds_however_often_one_looks(busy_s):
    """One wait follows from the other, so that a whole turn may be worth a single one."""
    *_, long = crowded("truth", 600, busy_s=busy_s)
    waits = sorted(1000 * (each.begins[0] - each.sent) for each in long.jobs)
    true = {name: quantile(waits, q) for name, q in (("p50", 0.5), ("p95", 0.95))}
    wrong = 0
    for run in range(60):
        missed = False
        for made in crowded(f"run {run}", 8, busy_s=busy_s):
            made.refresh()
            known = {name: found.interval for name, found in made.tasks.waiting.items() if found.interval}
            missed |= any(not each.low <= true[name] <= each.high for name, each in known.items())
        wrong += missed
    assert wrong / 60 <= 0.05


# What was not done, and where it is said


def test_what_was_not_done_is_said_with_how_long_one_waited():
    made = deferring(jobs=[job(10.2, [10.3], 10.4), job(10.5), job(10.6, [10.7])], drained=5.0)
    assert (made.tasks.done, made.tasks.unfinished) == (1, 2)
    assert made.tasks.undone == "2 of 3 tasks were not done 5 s after the traffic"
    assert "celery: 2 of 3 tasks were not done 5 s after the traffic." in str(result(made))
    assert cells(made)["tasks"] == "32 not done"
    at_once = deferring(jobs=[job(10.2)], drained=0.0)
    assert at_once.tasks.undone == "1 of 1 task was not done when the traffic ended"


def test_as_long_as_the_workers_are_at_it_there_is_something_to_do():
    made = deferring(jobs=[job(10.2, [10.3], 10.4), job(10.5)])
    made.drains[-1] = (12.0, None)
    made.refresh()
    assert made.tasks.undone == ""
    assert cells(made)["tasks"] == "21 to do"


def test_columns_of_tasks_stand_only_where_there_are_any():
    made = cells(deferring(jobs=[job(10.2 + place / 50, [10.25 + place / 50], 11.5) for place in range(3)]))
    assert made["longest queue"] == "3"
    assert made["tasks wait, p50"].startswith("50.0 ms")
    assert "hit ratio" not in made
    plain = cells(served.stream(requests=served.steady(20), seconds=1.0))
    assert "hit ratio" in plain
    assert not {"tasks", "tasks wait, p50", "longest queue"} & plain.keys()
    assert "tasks" not in result(served.stream(requests=served.steady(20))).to_frame().columns


def test_where_pages_may_differ_there_is_no_column_for_them():
    assert "pages" not in cells(deferring(jobs=[job(10.2, [10.25], 11.5)]))
    compared = result(deferring(jobs=[job(10.2, [10.25], 11.5)]))
    compared.checked = True
    assert "pages" in render_html.table(compared)


def test_what_is_wrong_is_said_whole_where_the_comparison_would_stand():
    first, wrong = deferring("first", baseline=True, jobs=[job(10.2)]), deferring("second", jobs=[job(10.2)])
    wrong.blame("3 posts without all effects, 3 with some twice")
    shown = render_html.table(result(first, wrong))
    assert '<span class="dsl-wrong">✗ 3 posts without all effects, 3 with some twice</span>' in shown


def test_what_is_said_of_several_variants_is_said_once():
    left = [deferring(name, jobs=[job(10.2)], drained=5.0) for name in ("once", "twice")]
    for each in left:
        each.add([served.failed(10.3)])
    notes = table.footnotes(result(*left))
    assert "once: 1 ×, twice: 1 × HTTP 500: Internal Server Error." in notes
    after = "1 of 1 (5 s after the traffic)"
    assert f"Tasks that were not done: once {after}, twice {after}." in notes


def test_where_work_may_be_put_off_the_columns_are_there_before_the_first_task():
    made = TrafficResult("posting", measurements=[served.stream("celery")], defers=True)
    made.refresh()
    assert "longest queue" in render_html.table(made)
    assert made.to_frame().tasks[0] == 0


def test_a_variant_that_puts_nothing_off_has_dashes():
    made = result(served.stream("inline", served.steady(20), seconds=1.0, baseline=True), posted())
    frame = made.to_frame().set_index("variant")
    assert (frame.tasks["inline"], frame.tasks["celery"]) == (0, 3)
    assert render_html.table(made).count("it put nothing off") == 3


# Exports and files


def posted():
    """A stream with a task of each sort."""
    return deferring(jobs=[job(10.2, [10.3], 10.4), job(10.5, [10.6, 11.6], 11.9), job(10.55)])


def result(*streams):
    made = TrafficResult("posting", measurements=list(streams), checked=False, final=True)
    made.refresh()
    return made


def test_frame():
    row = result(posted()).to_frame().iloc[0]
    assert (row.tasks, row.unfinished, row.failed, row.delivered_again, row.longest_queue) == (3, 1, 0, 1, 2)
    assert row.waiting_p50_ms == pytest.approx(100.0)
    assert row.tasks_over == "waiting_p95 finishing_p95"


def test_frame_of_jobs():
    frame = result(posted()).to_frame(jobs=True)
    assert list(frame.second.round(3)) == [0.2, 0.5, 0.55]
    assert list(frame.begins) == [1, 2, 0]
    assert frame.waiting_ms[0] == pytest.approx(100.0)
    assert frame.finishing_ms[1] == pytest.approx(1400.0)
    assert frame.finishing_ms.isna().tolist() == [False, False, True]


@pytest.mark.parametrize("jobs", [False, True])
def test_every_column_is_documented(jobs):
    described = TrafficResult.to_frame.__doc__
    names = [name for name in result(posted()).to_frame(jobs=jobs).columns if not LIMIT.search(name)]
    assert [name for name in names if name not in described] == []


def test_requests_and_jobs_are_rows_of_two_tables():
    with pytest.raises(ValueError, match="requests and jobs are both True"):
        result(posted()).to_frame(requests=True, jobs=True)


def test_csv_of_jobs(tmp_path):
    with open(result(posted()).to_csv(tmp_path / "jobs.csv", jobs=True), newline="") as file:
        assert [row["done"] for row in csv.DictReader(file)] == ["True", "True", "False"]


def test_save_and_load(tmp_path):
    made = result(deferring(jobs=posted().jobs, early=[job(9.9, [10.0], 10.1)]))
    again = load(made.save(tmp_path / "posting.json"))
    assert queue(again["celery"]) == queue(made["celery"])
    assert again["celery"].tasks == made["celery"].tasks
    assert again.rows("jobs") == made.rows("jobs")
    assert again.to_dict() == made.to_dict()


def test_a_file_from_before_there_were_tasks(tmp_path):
    made = result(served.stream(requests=served.steady(20), seconds=1.0))
    data = made.to_dict()
    for stream in data["measurements"]:
        for name in ("jobs", "early_jobs", "drains"):
            del stream[name]
    assert not TrafficResult.from_dict(data).defers


def test_the_page_has_the_queue_over_time(tmp_path):
    page = result(posted()).to_html(tmp_path / "page.html").read_text()
    assert "Queue length over time" in page
    assert page.count("<svg") == 3
    plain = result(served.stream(requests=served.steady(20))).to_html(tmp_path / "plain.html").read_text()
    assert "Queue length over time" not in plain


def test_the_chart_draws_each_step():
    (axes,) = charts.queue_figure(result(posted())).axes
    line = axes.lines[0]
    assert list(line.get_ydata()) == [step.waiting for step in queue(posted())]
