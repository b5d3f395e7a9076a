"""What a plan looks like in a notebook."""

import re

from labapp.probe import Plan, PlanNode
from labapp.probe.plan_html import html


def analyzed(*children, **fields):
    """A plan of one step, or of one above these, as PostgreSQL would tell it."""
    known = {"estimated_rows": 30, "actual_rows": 30, "loops": 1, "ms": 2.0, "own_ms": 0.5}
    root = PlanNode("Limit", "Limit", children=list(children), **known | fields)
    return Plan("text", nodes=[root], analyzed=True, planning_ms=0.021, execution_ms=12.3)


def scan(**fields):
    known = {"estimated_rows": 10, "actual_rows": 10, "loops": 1, "ms": 1.5, "own_ms": 1.5}
    return PlanNode("Seq Scan", "Seq Scan on photo p", access="whole table", **known | fields)


def plain(plan):
    return re.sub(r"<[^>]+>", " ", html(plan))


def test_estimates_stand_beside_what_came():
    text = plain(analyzed(scan(actual_rows=4500, loops=3)))
    assert re.search(r"rows estimated\s+rows", text)
    assert re.search(r"Seq Scan\s+on photo p\s+table scan\s+10\s+4,500\s+in 3 loops\s+▲ 450×", text)
    assert "Planned in 0.021 ms, executed in 12.3 ms." in text


def test_more_and_fewer_rows_are_told_apart():
    assert "10 times more rows" not in html(analyzed(scan(actual_rows=100)))
    assert 'title="11 times more rows than estimated">▲ 11×' in html(analyzed(scan(actual_rows=110)))
    few = scan(estimated_rows=4500, actual_rows=30)
    assert 'title="150 times fewer rows than estimated">▼ 150×' in html(analyzed(few))
    few.partial = True
    assert "▼" not in html(analyzed(few)) and "stopped early" in html(analyzed(few))


def test_bars_are_shares_of_the_whole_time():
    assert re.findall(r"width:([\d.]+)%", html(analyzed(scan()))) == ["25.0", "75.0"]
    assert "1.50 ms in this step, 1.50 ms with those below it" in html(analyzed(scan()))


def test_a_step_that_was_never_run_and_a_write_without_rows():
    assert "never run" in plain(analyzed(scan(actual_rows=0, loops=0, ms=0.0, own_ms=0.0)))
    assert "It returns no rows" in html(analyzed(estimated_rows=0, actual_rows=0))


def test_without_figures_there_are_no_columns_for_them():
    plan = Plan("text", nodes=[PlanNode("SCAN", "SCAN photo", access="whole table")], notes=["No times."])
    assert "<th " not in html(plan)
    assert "No times." in html(plan) and "No times." not in html(plan, notes=False)


def test_a_refusal_is_its_sentence():
    assert plain(Plan("Only SELECT has a <plan>.")).strip() == "Only SELECT has a &lt;plan&gt;."


def test_everything_is_escaped():
    nasty = "<script>alert(1)</script>"
    node = PlanNode(nasty, nasty, conditions=[nasty + "!"], role=nasty, estimated_rows=1)
    assert "<script" not in Plan(nasty, nodes=[node], notes=[nasty])._repr_html_()
