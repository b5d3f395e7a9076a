"""write_cost: reads and writes are what they are called, and each write is a real one."""

from contextlib import contextmanager

import pytest
from django.db import connection

from labapp import probe
from labapp.experiments.perceived import write_cost_commit
from labapp.experiments.perceived.write_cost import FACTOR, READ, TALK, write_cost, writes_elsewhere
from labapp.experiments.perceived.write_cost_rows import added, bystanders, keys, said_by, texts
from labapp.experiments.world import parameters, stage, world
from labapp.measure.comparison import Comparison
from labapp.measure.interval import Interval
from labapp.pinsta.models import Comment
from labapp.services.postgresql import ROLE, server
from tests.experiments.writing import calls, count, everything, figures, on  # noqa: F401
from tests.requires import needs

VARIANTS = list(write_cost.variants)
UPDATES = ["update()", "atomic update()", "UPDATE", "atomic UPDATE"]
INSERTS = ["create()", "INSERT"]
READS = ["get()", "SELECT"]


@pytest.mark.parametrize("durability", write_cost.conditions["durability"].parameter.choices)
def test_every_variant_on_every_durability(on, durability):
    result = count(write_cost, database=on, durability=durability, rows=3)
    for each in result:
        assert each.error is None, f"{each.variant}: {each.error}"
        assert each.same is True, f"{each.variant}: {each.difference}"
        assert each.queries == (5 if each.variant.startswith("atomic") else 3), each.variant


@pytest.mark.parametrize("rows", [1, 100])
def test_few_rows_and_many(on, rows):
    result = count(write_cost, database=on, rows=rows)
    assert {each.variant: each.error or each.difference for each in result if each.same is not True} == {}


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_is_recorded_is_what_sqlite_has_run(pinsta_db, variant):
    sent = []
    with staged(variant, rows=4) as call:
        connection.connection.set_trace_callback(sent.append)
        try:
            with probe.record(variant) as recording:
                call()
        finally:
            connection.connection.set_trace_callback(None)
    assert recording.count == len(sent) == (6 if variant.startswith("atomic") else 4)
    assert [query.sql.split()[0].upper() for query in recording.queries] == [sql.split()[0] for sql in sent]


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_is_recorded_is_what_postgresql_has_run(pinsta_db, variant):
    needs("pg_stat_statements")
    with staged(variant, database="PostgreSQL", rows=4) as call, server().admin() as admin:
        admin.execute("SELECT pg_stat_statements_reset()")
        with probe.record(variant) as recording:
            call()
        counted = admin.execute(COUNTED, [ROLE]).fetchone()[0]
    assert recording.count == counted == (6 if variant.startswith("atomic") else 4)


# Not what PostgreSQL asks itself to check the foreign keys of a new row.
COUNTED = """
    SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
    WHERE rolname = %s AND query NOT LIKE 'SELECT %% FROM ONLY %% FOR KEY SHARE%%'
"""


@contextmanager
def staged(name, **settings):
    """A block in which what it yields runs the variant, where and as the experiment would."""
    variant, settings = write_cost.variants[name], write_cost.check({"durability": "relaxed", **settings})
    own = parameters(write_cost, settings)
    with world(write_cost, settings), stage(write_cost, variant, own):
        yield lambda: variant.call(own)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_call_has_the_same_work_to_do(on, variant):
    def comments():
        return said_by(keys(5)), [comment.text for comment in added()]

    seen = calls(write_cost, variant, comments, times=3, database=on, rows=5)
    for (before, new_before), (after, new) in seen:
        assert new_before == []
        assert new == (texts(5) if variant in INSERTS else [])
        if variant in UPDATES:
            assert after == texts(5)
            assert all(old != text and len(old) == len(text) for old, text in zip(before, after, strict=True))
        else:
            assert before == after
        if variant in READS:
            assert before == texts(5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_write_changes_bytes_of_the_file(pinsta_db, variant):
    """Once for each commit; SQLite leaves a page alone into which the same would be written."""
    commits = 0 if variant in READS else 1 if variant.startswith("atomic") else 5
    seen = calls(write_cost, variant, changes_of_the_file, times=2, durability="full", rows=5)
    assert [after - before for before, after in seen] == [commits, commits]


def test_no_other_comment_changes(on):
    def others():
        ours = keys(5)
        rows = Comment.objects.exclude(pk__in=ours).order_by("pk")
        return list(rows.values_list("pk", "text", "created"))

    for variant in UPDATES:
        for before, after in calls(write_cost, variant, others, times=1, database=on, rows=5):
            assert before == after


@pytest.mark.parametrize(("name", "work"), [
    ("writes nothing", lambda rows: None),
    ("writes one row less", lambda rows: write(rows - 1)),
    ("reads one row less", lambda rows: said_by(keys(rows - 1))),
    ("says that it has written", lambda rows: ["a text"] * rows),
])  # fmt: skip
def test_who_does_less_is_found_out(pinsta_db, name, work):
    part = write_cost.only("get()")
    part.variant(work, name=name, around=write_cost.variants["update()"].around)
    result = count(part, rows=5)
    assert (result["get()"].same, result[name].same) == (True, False)


def write(rows):
    for pk, text in zip(keys(rows), texts(rows), strict=True):
        Comment.objects.filter(pk=pk).update(text=text)


def test_the_factor_and_the_talks(pinsta_db):
    result = write_cost.run(budget_ms=1, rows=2, durability="none")
    assert figures(result, "the talk") == {name: None if name in READS else TALK for name in VARIANTS}
    for write, read in READ.items():
        found = result[write].figures[FACTOR]
        assert found == Comparison.of(result[write].samples_ms, result[read].samples_ms)
    assert not any(FACTOR in result[read].figures for read in READS)
    assert "a sync of 4 kB in its folder takes " in result.includes[-1]


def test_along_the_durability_it_stands_beside_the_talks(pinsta_db):
    growth = write_cost.grow("durability", budget_ms=1, rows=1)
    assert growth.values == ["full", "WAL", "relaxed", "none"]
    factor, _ = growth.aspects
    assert factor.key == FACTOR
    assert growth.prediction(factor) == {"update()": [TALK] * 4}
    assert all(factor.of(each) > 0 for _, each in growth.points("UPDATE"))
    assert {growth.law(name).text for name in growth.variants} == {"–"}


def test_a_commit_is_measured_of_rows_that_nobody_compares(pinsta_db, monkeypatch):
    sizes = []
    monkeypatch.setattr(write_cost_commit, "bystanders", lambda rows: sizes.append(rows) or bystanders(rows))
    found = figures(count(write_cost, rows=5), "a COMMIT")
    assert {name for name, took in found.items() if isinstance(took, Interval)} == set(UPDATES)
    assert all(0 < found[name].low <= found[name].middle <= found[name].high for name in UPDATES)
    times = write_cost_commit.TIMES
    assert sizes == [1] * times + [5] * times + [1] * times + [5] * times
    with staged("get()"):
        assert not set(bystanders(100)) & set(keys(100)) and len(bystanders(100)) == len(keys(100)) == 100


def test_a_statement_is_said_to_come_from_its_variant(pinsta_db):
    (site,) = {str(query.site) for query in count(write_cost, rows=2)["update()"].recording.queries}
    assert "write_cost.py" in site


def test_a_round_trip_is_paid_by_each_statement(pinsta_db):
    result = count(write_cost, rows=2, round_trip=0.5)
    assert result["update()"].wait_ms >= 1.0 and result["atomic update()"].wait_ms >= 2.0


def test_the_figures_of_another_machine_have_the_talks_beside_them():
    assert writes_elsewhere.row(database="SQLite", key="full")["low"] > TALK
    assert "The talk, in 2012: ten times." in str(writes_elsewhere)


def test_the_users_own_data_is_untouched(on):
    before = everything()
    count(write_cost, database=on, rows=5)
    assert everything() == before


def changes_of_the_file():
    """SQLite's own count of the transactions that changed the file, from its header."""
    with open(connection.settings_dict["NAME"], "rb") as file:
        return int.from_bytes(file.read(28)[24:], "big")
