"""PostgreSQL's plans as trees, from a real server."""

import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from labapp.probe import Plan, explain, record
from tests.cases.models import Tag

ROWS = 20_000


@pytest.fixture
def parcels(postgres_db):
    """A table whose two columns say the same, which the planner does not know: it multiplies the shares."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE parcel (id int PRIMARY KEY, town int, code int, note text)")
        cursor.execute(
            "INSERT INTO parcel SELECT n, n %% 50, n %% 50, md5(n::text) FROM generate_series(1, %s) n",
            [ROWS],
        )
        cursor.execute("CREATE INDEX parcel_town ON parcel (town)")
        cursor.execute("CREATE TABLE town AS SELECT n AS id, 'here' AS name FROM generate_series(0, 49) n")
        cursor.execute("CREATE UNIQUE INDEX town_id ON town (id)")
        cursor.execute("ANALYZE parcel, town")
        cursor.execute("SET max_parallel_workers_per_gather = 0")


def plan_of(statement, params=None, analyze=True):
    with record() as recording, connection.cursor() as cursor:
        cursor.execute(statement, params)
    return explain(recording.queries[-1], analyze=analyze)


def step(plan, kind):
    return next(node for _, node in plan.walk() if node.kind.startswith(kind))


def count():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(town) FROM parcel")
        return cursor.fetchone()


def test_a_table_read_whole(parcels):
    plan = plan_of("SELECT * FROM parcel WHERE note LIKE %s", ["a%"], analyze=False)
    assert plan.scans() == ["parcel"]
    node = plan.nodes[0]
    assert (node.kind, node.relation, node.access) == ("Seq Scan", "parcel", "whole table")
    assert node.condition.startswith("Filter: ")
    assert node.estimated_rows > 0 and node.actual_rows is None and node.ms is None
    assert not plan.analyzed


def test_a_wrong_estimate_beside_what_came(parcels):
    plan = plan_of("SELECT * FROM parcel WHERE town = 7 AND code = 7 AND id > 0")
    node = plan.nodes[0]
    assert node.actual_rows == ROWS / 50
    assert node.estimated_rows < ROWS / 50 / 10
    assert node.off
    assert "off by more than 10 times" in str(plan)


def test_an_estimate_that_is_right_is_not_marked(parcels):
    plan = plan_of("SELECT * FROM parcel WHERE town = 7")
    assert not any(node.off for _, node in plan.walk())
    assert plan.indexes() == ["parcel_town"] and plan.scans() == []


def test_the_rows_of_all_loops(parcels):
    plan = plan_of(
        "SELECT t.name, p.id FROM town t, LATERAL (SELECT id FROM parcel WHERE town = t.id LIMIT 3) p "
        "WHERE t.id < 10"
    )
    inner = step(plan, "Limit")
    assert (inner.loops, inner.actual_rows) == (10, 30)
    assert inner.estimated_rows == 30
    assert "in 10 loops" in str(plan)


def test_a_limit_makes_no_estimate_wrong(parcels):
    plan = plan_of("SELECT * FROM parcel ORDER BY id LIMIT 5")
    scan = step(plan, "Index Scan")
    assert (scan.actual_rows, scan.estimated_rows) == (5, ROWS)
    assert scan.partial and not scan.off
    assert scan.access == "whole index"


def test_rows_that_a_merge_join_reads_again_make_no_estimate_wrong(parcels):
    with connection.cursor() as cursor:
        cursor.execute("SET enable_hashjoin = off")
        cursor.execute("SET enable_nestloop = off")
    plan = plan_of("SELECT * FROM parcel a JOIN parcel b ON a.town = b.code WHERE a.id < 999 AND b.id < 999")
    inner = step(plan, "Merge Join").children[1]
    assert inner.ratio > 10
    assert inner.again and not inner.off


def test_below_a_sort_every_row_was_asked_for(parcels):
    plan = plan_of("SELECT * FROM parcel WHERE town = 7 AND code = 7 AND id > 0 ORDER BY note LIMIT 5")
    assert step(plan, "Sort").partial
    assert not plan.nodes[0].children[0].children[0].partial


def test_times_add_up_where_a_step_is_run_from_elsewhere(parcels):
    plan = plan_of(
        "WITH busy AS MATERIALIZED (SELECT town, count(*) AS many FROM parcel GROUP BY town) "
        "SELECT * FROM busy WHERE many > (SELECT avg(code) FROM parcel)"
    )
    roles = sorted(node.role.split(" (")[0] for _, node in plan.walk() if node.role)
    assert roles == ["CTE busy", "InitPlan 2"]
    scan = step(plan, "CTE Scan")
    assert scan.ms == plan.nodes[0].ms
    assert scan.own_ms < step(plan, "HashAggregate").ms
    assert sum(node.own_ms for _, node in plan.walk()) == pytest.approx(scan.ms)


def test_workers_share_the_rows_and_the_time(parcels):
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 2")
        cursor.execute("SET parallel_setup_cost = 0")
        cursor.execute("SET parallel_tuple_cost = 0")
        cursor.execute("SET min_parallel_table_scan_size = 0")
    plan = plan_of("SELECT * FROM parcel WHERE note LIKE '%%7'", [])
    scan = step(plan, "Parallel Seq Scan")
    assert plan.scans() == ["parcel"]
    assert scan.loops == plan.nodes[0].details["Workers Launched"] + 1
    assert scan.actual_rows == pytest.approx(plan.nodes[0].actual_rows, abs=scan.loops)


def test_a_write_changes_nothing(parcels):
    before = count()
    with transaction.atomic(), record() as recording, connection.cursor() as cursor:
        cursor.execute("UPDATE parcel SET town = town + 1")
        transaction.set_rollback(True)
    update = next(query for query in recording.queries if query.kind == "update")
    plan = explain(update, analyze=True)
    assert plan.analyzed and plan.nodes[0].kind == "Update"
    assert plan.nodes[0].children[0].actual_rows == ROWS
    assert count() == before


def test_inside_a_transaction_only_the_plan_is_rolled_back(parcels):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM parcel WHERE id = 1")
        plan_of("DELETE FROM parcel WHERE town = 3")
        cursor.execute("SELECT count(*) FROM parcel WHERE town = 3")
        assert cursor.fetchone() == (0,)  # deleted by plan_of itself, once
        cursor.execute("SELECT count(*) FROM parcel WHERE id = 1")
        assert cursor.fetchone() == (0,)
    assert count()[0] == ROWS - 1 - ROWS // 50


def test_an_error_while_analyzing_is_told_and_leaves_the_transaction_usable(parcels):
    statement = "SELECT 1 / (id - id) FROM parcel"
    with record() as recording, pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(statement)
    with transaction.atomic():
        assert "division by zero" in str(explain(recording.queries[0], analyze=True))
        assert count()[0] == ROWS
    assert explain(recording.queries[0]).scans() == ["parcel"]


def test_parameters_by_name_and_lists(parcels):
    wanted = {"towns": [1, 2], "most": 99}
    plan = plan_of("SELECT * FROM parcel WHERE town = ANY(%(towns)s) AND id < %(most)s", wanted)
    assert plan.nodes[0].actual_rows == 4


def test_parameters_bound_by_the_server(parcels):
    connection.close()
    connection.settings_dict["OPTIONS"] = {"server_side_binding": True}
    plan = plan_of("SELECT * FROM parcel WHERE town = %s", [3])
    assert plan.nodes[0].actual_rows == ROWS / 50


def test_a_queryset(parcels):
    with connection.schema_editor() as editor:
        editor.create_model(Tag)
    Tag.objects.bulk_create(Tag(name=str(n)) for n in range(100))
    with record() as recording:
        Tag.objects.filter(pk__lte=10).update(name=F("name"))
    plan = explain(recording.queries[0], analyze=True)
    assert plan.nodes[0].kind == "Update"
    assert plan.nodes[0].children[0].actual_rows == 10


def test_plain_data_and_back(parcels):
    plan = plan_of("SELECT * FROM parcel JOIN town ON town.id = parcel.town")
    assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan
