"""The tab Plan: asked for in the worker, in the variant's own world."""

import re
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from labapp import databases
from labapp.pinsta.models import Photo
from tests.panel.test_panel import measured
from tests.panel.test_tabs import PLAN
from tests.postgres import postgres  # noqa: F401  (a fixture)


def test_the_plans_of_the_costliest_statements(open_tab, front_end):
    panel, tab = open_tab(PLAN)
    before = panel.result
    front_end.wait_text(tab.picture, "dsl-tree")
    html = front_end.text(tab.picture)
    assert html.count("dsl-tree") == 2
    assert re.search(r"<b>SEARCH</b> auth_user USING INTEGER PRIMARY KEY", html)
    assert panel.result is before


def test_sqlite_has_no_columns_for_what_it_does_not_tell(open_tab, front_end):
    _, tab = open_tab(PLAN)
    front_end.wait_text(tab.picture, "dsl-tree")
    html = front_end.text(tab.picture)
    assert "neither estimates nor counts of rows" in html
    assert "rows estimated" not in html and "once more" not in html


def test_a_table_read_whole_is_marked(open_tab, front_end, authors):
    @authors.variant
    def searching(photos):
        return list(Photo.objects.filter(caption__contains="z"))

    _, tab = open_tab(PLAN)
    front_end.update(tab._variant, index=2)
    front_end.wait_text(tab.picture, "table scan")


def test_another_variant_and_another_setting_are_asked_anew(open_tab, front_end):
    panel, tab = open_tab(PLAN)
    front_end.wait_text(tab.picture, "dsl-tree")
    front_end.update(tab._variant, index=1)
    front_end.wait_text(tab.picture, "INNER JOIN")
    front_end.update(panel._controls["order"], index=1)
    front_end.wait_text(tab.picture, "DESC")
    measured(front_end, panel)


def test_it_is_asked_while_the_rounds_go_on(authors, opened, front_end):
    panel = opened(authors, tab="Plan")
    front_end.look(panel)
    front_end.wait_text(panel._tabs[PLAN].picture, "dsl-tree")


def test_a_variant_without_a_plan(open_tab, front_end, authors):
    @authors.variant
    def idle(photos):
        return []

    @authors.variant
    def broken(photos):
        raise LookupError("no such board")

    _, tab = open_tab(PLAN)
    front_end.update(tab._variant, index=2)
    front_end.wait_text(tab.picture, "no statement that has a plan")
    front_end.update(tab._variant, index=3)
    front_end.wait_text(tab.picture, "No queries of broken: LookupError: no such board")


def test_an_error_is_shown_in_the_tab_and_the_table_stays(open_tab, front_end, authors, monkeypatch):
    panel, tab = open_tab(PLAN)
    front_end.wait_text(tab.picture, "dsl-tree")

    def fail(*given, **named):
        raise OSError("the disk is gone")

    monkeypatch.setattr("labapp.panel.tabs.plan.explain", fail)
    front_end.update(tab._variant, index=1)
    front_end.wait_text(tab.picture, "OSError: the disk is gone")
    monkeypatch.undo()
    front_end.update(tab._variant, index=0)
    front_end.wait_text(tab.picture, "dsl-tree")
    assert panel.result.final


def test_an_error_of_the_world_is_shown_in_the_tab(open_tab, front_end, authors, monkeypatch):
    _, tab = open_tab(PLAN)
    front_end.wait_text(tab.picture, "dsl-tree")

    def fail(**parameters):
        raise OSError("no room left")

    monkeypatch.setattr(authors, "setting", fail)
    front_end.update(tab._variant, index=1)
    front_end.wait_text(tab.picture, "OSError: no room left")


@pytest.fixture
def elsewhere(authors, postgres):
    """``authors`` with variants that run on PostgreSQL; two columns of its table say the same."""
    @contextmanager
    def there(**parameters):
        with databases.database(postgres.entry):
            yield

    with there(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS parcel")
        cursor.execute(
            "CREATE TABLE parcel AS SELECT n % 50 AS town, n % 50 AS code FROM generate_series(1, 9000) n"
        )
        cursor.execute("ANALYZE parcel")

    @authors.variant(around=there)
    def reading(photos):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM parcel WHERE town = 7 AND code = 7")
            return cursor.fetchall()

    @authors.variant(around=there)
    def writing(photos):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO parcel VALUES (99, 99)")
            transaction.set_rollback(True)

    yield authors
    with there(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM parcel WHERE town = 99")
        assert cursor.fetchone() == (0,), "a plan has written"
        cursor.execute("DROP TABLE parcel")


def test_estimates_stand_beside_what_came(elsewhere, open_tab, front_end):
    _, tab = open_tab(PLAN)
    front_end.update(tab._variant, index=2)
    front_end.wait_text(tab.picture, "rows estimated")
    html = front_end.text(tab.picture)
    assert "<b>Seq Scan</b> on parcel" in html and "table scan" in html
    estimated, came = re.findall(r'<td class="dsl-number">([\d,]+)', html)
    assert int(came) == 180 > 10 * int(estimated)
    assert f"▲ {180 / int(estimated):.0f}×" in html
    assert "rolled back what it wrote" in html


def test_the_plan_of_a_write_writes_nothing(elsewhere, open_tab, front_end):
    _, tab = open_tab(PLAN)
    front_end.update(tab._variant, index=3)
    front_end.wait_text(tab.picture, "<b>Insert</b> on parcel")
    assert "on the data as they are before it" in front_end.text(tab.picture)


def test_what_takes_long_is_not_executed_again(elsewhere, open_tab, front_end, monkeypatch):
    monkeypatch.setattr("labapp.panel.tabs.plan.LONGEST_MS", 0)
    _, tab = open_tab(PLAN)
    front_end.update(tab._variant, index=2)
    front_end.wait_text(tab.picture, "its plan has estimates only")
    html = front_end.text(tab.picture)
    assert "rows estimated" in html and "time in the step" not in html and "once more" not in html
