"""Fingerprints: what stays of a statement, and what its values are for."""

import pytest

from labapp.probe.fingerprint import fingerprint, main_table, split, tables
from labapp.probe.statement import slots, values

READABLE = {
    'SELECT "t"."id", "t"."a", "t"."b", "t"."c" FROM "t" WHERE "t"."id" = %s': "SELECT … FROM t WHERE id = ?",
    "select name from t where id=-5 and x = 'O''Brien'": "select name from t where id=? and x = ?",
    "SELECT name FROM t WHERE id IN (1, 2, 3)": "SELECT name FROM t WHERE id IN (…)",
    'SELECT name FROM t WHERE id IN (%s)': "SELECT name FROM t WHERE id IN (…)",
    'SELECT a FROM t WHERE ("t"."id" = %s OR "t"."id" = %s)': "SELECT a FROM t WHERE id IN (…)",
    'INSERT INTO "t" ("a", "b") VALUES (%s, %s), (%s, %s)': "INSERT INTO t VALUES (…)",
    'INSERT INTO "t" ("a") VALUES (%s) RETURNING "t"."id"': "INSERT INTO t VALUES (…) RETURNING id",
    'INSERT INTO "t" ("a") SELECT * FROM UNNEST((%s)::text[])': "INSERT INTO t VALUES (…)",
    'SELECT 1 AS "a" FROM "t" LIMIT 1': "SELECT 1 AS a FROM t LIMIT ?",
    'SELECT COUNT(*) AS "__count" FROM "t"': "SELECT COUNT(*) AS __count FROM t",
    "SELECT a -- why\nFROM t /* here */ WHERE b = 1": "SELECT a FROM t WHERE b = ?",
    'SELECT "a"."x" FROM "a" INNER JOIN "b" ON ("a"."id" = "b"."a_id")': (
        "SELECT a.x FROM a INNER JOIN b ON (a.id = b.a_id)"
    ),
    'UPDATE "t" SET "a" = CASE WHEN "t"."id" = %s THEN %s WHEN "t"."id" = %s THEN %s ELSE NULL END': (
        "UPDATE t SET a = CASE WHEN … ELSE NULL END"
    ),
    'SAVEPOINT "s1_x1"': "SAVEPOINT s1_x1",
}  # fmt: skip


@pytest.mark.parametrize("sql", READABLE)
def test_a_fingerprint_is_what_one_would_read(sql):
    assert fingerprint(sql) == READABLE[sql]


def test_values_in_the_text_do_not_matter():
    one = "SELECT a FROM t WHERE d > '2024-01-01' AND n = -3"
    other = "SELECT a FROM t WHERE d > '2025-12-31' AND n = 4.5e3"
    assert one != other and fingerprint(one) == fingerprint(other)


def test_digits_in_names_stay():
    assert split('SELECT "u0"."x1" FROM t2 "u0"') == ('SELECT "u0"."x1" FROM t2 "u0"', ())


def test_tables():
    sql = 'SELECT * FROM "public"."a" JOIN b ON (a.id = b.id) WHERE EXISTS(SELECT 1 FROM `c`)'
    assert tables(sql) == {"a", "b", "c"}
    assert main_table(sql) == "a"
    assert main_table("SELECT (SELECT x FROM inner_one), b, c, d FROM outer_one") == "outer_one"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT a FROM t WHERE t.id = %s LIMIT 5", [("id", "=", "WHERE"), ("", "", "LIMIT")]),
        ("SELECT a FROM t WHERE (d, id) > (%s, %s)", [("id", ">", "WHERE")] * 2),
        ("SELECT a FROM t WHERE x BETWEEN %s AND %s", [("x", ">=", "WHERE"), ("x", "<=", "WHERE")]),
        ("SELECT a FROM t WHERE id = ANY(%s)", [("id", "IN", "WHERE")]),
        ("SELECT a FROM t WHERE UPPER(n) LIKE UPPER(%s)", [("n", "LIKE", "WHERE")]),
        ("UPDATE t SET a = %s, b = %s WHERE id IN (%s)",
         [("a", "=", "SET"), ("b", "=", "SET"), ("id", "IN", "WHERE")]),
        ("SELECT a FROM t WHERE d > %s OR (d = %s AND id > %s)",
         [("d", ">", "WHERE"), ("d", "=", "WHERE"), ("id", ">", "WHERE")]),
    ],
)  # fmt: skip
def test_what_a_value_is_for(sql, expected):
    assert [(slot.column, slot.operator, slot.clause) for slot in slots(sql)] == expected


def test_parameters_and_literals_in_one_order():
    pairs = values("SELECT a FROM t WHERE x = 3 AND y = %s AND z = 'q'", [7])
    assert [(slot.column, value) for slot, value in pairs] == [("x", 3), ("y", 7), ("z", "'q'")]


def test_named_parameters_and_lists():
    assert [value for _, value in values("SELECT a FROM t WHERE x = %(one)s", {"one": 5})] == [5]
    assert [value for _, value in values("SELECT a FROM t WHERE x = ANY(%s)", [[1, 2]])] == [1, 2]


def test_fewer_parameters_than_placeholders_do_no_harm():
    assert [value for _, value in values("SELECT a FROM t WHERE x = %s AND y = %s", [1])] == [1, None]
