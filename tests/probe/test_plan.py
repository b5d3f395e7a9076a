"""SQLite's plans as trees, and what every plan can do."""

import json
import re

import pytest
from django.db import connection
from django.db.models import Count, Exists, OuterRef

from labapp.probe import Plan, PlanNode, explain, record
from labapp.probe.plan_sqlite import NO_ESTIMATES, read
from tests.cases.data import fill
from tests.cases.models import Maker, Placement, Product, Review


@pytest.fixture
def shop(shop_db):
    fill(6)


def plan_of(statement, params=None, **options):
    """The plan of one statement as it was recorded."""
    with record() as recording, connection.cursor() as cursor:
        cursor.execute(statement, params)
    return explain(recording.queries[-1], **options)


def planned(queryset):
    """The plan of a queryset's statement."""
    with record() as recording:
        list(queryset)
    return explain(recording.queries[-1])


def index(columns, name="by_that"):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX {name} ON shop_product ({columns})")


def test_a_table_read_whole(shop):
    plan = planned(Product.objects.filter(status="new"))
    assert plan.scans() == ["shop_product"]
    assert plan.indexes() == []
    assert [node.kind for node in plan.nodes] == ["SCAN"]
    assert plan.nodes[0].access == "whole table"


def test_a_search_by_an_index(shop):
    index("status, price")
    plan = planned(Product.objects.filter(status="new", price__gt=3))
    assert plan.scans() == []
    assert plan.indexes() == ["by_that"]
    assert plan.nodes[0].condition == "(status=? AND price>?)"
    assert plan.nodes[0].access == "search"


def test_all_of_an_index_is_no_scan_of_the_table(shop):
    index("status")
    plan = planned(Product.objects.values_list("status").annotate(Count("pk")).order_by("status"))
    assert plan.nodes[0].kind == "SCAN USING COVERING INDEX"
    assert plan.nodes[0].access == "whole index"
    assert plan.scans() == []
    assert plan.indexes() == ["by_that"]


def test_the_primary_key_is_a_search_without_an_index_name(shop):
    plan = planned(Product.objects.filter(pk=1))
    assert (plan.scans(), plan.indexes()) == ([], [])
    assert plan.nodes[0].kind == "SEARCH USING INTEGER PRIMARY KEY"


def test_an_alias_is_told_by_its_table(shop):
    busy = Review.objects.filter(product=OuterRef("pk"), stars=5)
    plan = planned(Product.objects.filter(Exists(busy)))
    assert re.search(r'"shop_review" "?U0', str(Product.objects.filter(Exists(busy)).query))
    assert {node.relation for _, node in plan.walk() if node.relation} == {"shop_product", "shop_review"}


def test_steps_below_steps(shop):
    busy = Review.objects.filter(product=OuterRef("pk"), stars=5)
    plan = planned(Product.objects.filter(Exists(busy)))
    subquery = next(node for node in plan.nodes if "SUBQUERY" in node.kind)
    assert [node.relation for node in subquery.children] == ["shop_review"]
    assert [depth for depth, _ in plan.walk()] == [0, 0, 1]


def test_a_common_table_is_no_table(shop):
    plan = plan_of(
        "WITH RECURSIVE digit(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM digit WHERE n < 9) "
        "SELECT d.n FROM digit d JOIN shop_product p ON p.price = d.n ORDER BY 1"
    )
    assert plan.scans() == ["shop_product"]


@pytest.mark.parametrize(("detail", "relation", "chosen", "access"), [
    ("SCAN TABLE shop_tag AS t", "shop_tag", "", "whole table"),
    ("SCAN shop_tag", "shop_tag", "", "whole table"),
    ("SCAN U0 USING INDEX by_that", "shop_tag", "by_that", "whole index"),
    ("SEARCH U0 USING AUTOMATIC COVERING INDEX (name=?)", "shop_tag", "", "whole table"),
    ("SEARCH U0 USING AUTOMATIC PARTIAL COVERING INDEX (name=?) LEFT-JOIN", "shop_tag", "", "whole table"),
    ("SEARCH U0 USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN", "shop_tag", "", "search"),
    ("SCAN words VIRTUAL TABLE INDEX 0:M1", "words", "", ""),
    ("SCAN (subquery-2)", "", "", ""),
    ("SCAN SUBQUERY 1 AS old", "", "", ""),
    ("SCAN CONSTANT ROW", "", "", ""),
    ("SCAN 3 CONSTANT ROWS", "", "", ""),
    ("USE TEMP B-TREE FOR ORDER BY", "", "", ""),
])  # fmt: skip
def test_what_sqlite_says_in_its_versions(detail, relation, chosen, access):
    node = read([(2, 0, 0, detail)], 'SELECT 1 FROM "shop_tag" U0').nodes[0]
    assert (node.relation, node.index, node.access) == (relation, chosen, access)
    assert node.text == detail


def test_sqlite_says_that_it_estimates_nothing(shop):
    plan = planned(Maker.objects.all())
    assert NO_ESTIMATES in plan.notes and NO_ESTIMATES in str(plan)
    assert plan.nodes[0].estimated_rows is None and plan.nodes[0].ratio is None and not plan.nodes[0].off


def test_analyzing_executes_nothing_on_sqlite(shop):
    with record() as recording:
        Review.objects.filter(stars=1).delete()
    Review.objects.update(stars=1)
    plan = explain(recording.queries[0], analyze=True)
    assert plan.nodes and not plan.analyzed
    assert Review.objects.filter(stars=1).exists()


def test_parameters_by_name(shop):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    plan = plan_of("SELECT * FROM shop_product WHERE price = %(price)s", {"price": 3})
    assert plan.scans() == ["shop_product"]


def test_of_many_sets_of_parameters_the_first_is_asked(shop):
    with record() as recording, connection.cursor() as cursor:
        cursor.executemany("UPDATE shop_product SET price = %s WHERE id = %s", [(3, 1), (4, 2)])
    plan = explain(next(query for query in recording.queries if query.kind == "update"))
    assert "Asked with the first of 2 sets of parameters." in plan.notes
    assert plan.nodes[0].kind == "SEARCH USING INTEGER PRIMARY KEY"


def test_plain_data_and_back(shop):
    plan = planned(Product.objects.select_related("maker"))
    again = Plan.from_dict(json.loads(json.dumps(plan.to_dict())))
    assert again == plan
    assert isinstance(again.nodes[0], PlanNode)
    assert Plan.from_dict(Plan("none").to_dict()) == Plan("none")


@pytest.mark.parametrize(("estimated", "actual", "loops", "partial", "off"), [
    (10, 100, 1, False, False),
    (10, 101, 1, False, True),
    (100, 10, 1, False, False),
    (110, 10, 1, False, True),
    (110, 10, 1, True, False),
    (10, 101, 1, True, True),
    (1, 0, 1, False, False),
    (5, 0, 1, False, False),
    (30, 0, 30, False, False),
    (4500, 0, 0, False, False),
    (None, 10, 1, False, False),
])  # fmt: skip
def test_an_estimate_that_is_off(estimated, actual, loops, partial, off):
    node = PlanNode("", "", estimated_rows=estimated, actual_rows=actual, loops=loops, partial=partial)
    assert node.off is off
    node.again = True
    assert node.off is (off and actual < estimated)


def test_a_statement_that_only_writes(shop):
    with record() as recording:
        Placement.objects.create(product_id=1, shelf_id=1)
    plan = explain(recording.queries[-1])
    assert str(plan) == "SQLite tells no steps for this statement: it writes and reads no table."
    assert plan.nodes == []
