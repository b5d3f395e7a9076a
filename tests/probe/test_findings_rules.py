"""The rules one by one, on recordings made by hand; and what the source says about loops."""

import pytest

from labapp.probe import Recording
from labapp.probe.findings.source import constant_turns
from labapp.probe.query import EagerLoad, Query, Site


def site(line=3, file="views.py"):
    return Site(file, line, 0, "page", "", f"{file}:{line}")


def recording(*queries, eager=()):
    for number, query in enumerate(queries):
        query.started_ms = float(number)
    return Recording("made by hand", queries=queries, eager=eager)


def query(sql, params=None, *, line=3, rows=1, kind="select", via=(), **more):
    place = {"site": site(line), "stack": [site(line)], "key": str(line), "via": list(via)}
    return Query(sql, params, "default", "sqlite", 0.0, execute_ms=1.0, rows=rows, kind=kind, **place, **more)


def rows_of(number, **more):
    return query("SELECT id FROM photo", line=1, rows=number, **more)


def authors(number, **more):
    return [query("SELECT name FROM person WHERE id = %s", [turn], **more) for turn in range(number)]


def kinds(*queries, **more):
    return [finding.kind for finding in recording(*queries, **more).findings()]


def test_nothing_is_found_in_nothing():
    assert recording().findings() == []


def test_one_for_each_row():
    (found,) = recording(rows_of(3), *authors(3)).findings()
    assert (found.kind, found.times, found.where, found.cost_ms) == ("N+1", 3, "views.py:3", 3.0)
    assert found.to_dict()["queries"] == [1, 2, 3]


def test_a_few_without_rows_are_no_loop():
    assert kinds(*authors(3)) == []
    assert kinds(*authors(4)) == ["N+1"]


def test_relations_of_instances_need_no_rows():
    assert kinds(*authors(3, via=["related"])) == ["N+1"]


def test_each_request_is_judged_alone():
    assert kinds(*[one for request in range(3) for one in authors(1, request=request)]) == []


def test_session_queries_are_never_a_loop():
    assert kinds(rows_of(6), *authors(6, via=["session"])) == []


def test_chunks_are_a_batch_but_a_list_for_each_row_is_not():
    def chunk(*ids, rows=2):
        holes = ", ".join(["%s"] * len(ids))
        return query(f"SELECT a FROM photo WHERE id IN ({holes})", list(ids), rows=rows)

    chunks = [chunk(n, n + 1) for n in range(0, 10, 2)]
    assert kinds(query("SELECT id FROM photo", line=1, rows=10), *chunks, chunk(11, rows=1)) == []
    ragged = [chunk(*range(n % 3 + 1)) for n in range(6)]
    assert kinds(rows_of(6), *ragged) == ["N+1"]


def test_keyset_pages_are_no_loop_unless_one_for_each_row():
    def page(after, rows=2):
        sql = "SELECT id FROM photo WHERE id > %s ORDER BY id LIMIT 2"
        return query(sql, [after], rows=rows)

    pages = [page(after) for after in range(0, 12, 2)] + [page(12, rows=1), page(13, rows=0)]
    assert kinds(*pages) == []
    assert kinds(rows_of(8, template=None), *[page(after) for after in range(8)]) == ["N+1"]


def test_offset_pages_are_no_loop():
    assert kinds(*[query(f"SELECT id FROM t ORDER BY id LIMIT 5 OFFSET {n}") for n in range(0, 30, 5)]) == []


def test_writes_in_a_loop_and_batches():
    single = [query("INSERT INTO t (a) VALUES (%s)", [n], kind="insert") for n in range(5)]
    assert kinds(*single) == ["write in a loop"]
    batches = [query("INSERT INTO t (a) VALUES (%s), (%s)", [n, n], kind="insert") for n in range(5)]
    assert kinds(*batches) == []
    many = [query("INSERT INTO t (a) VALUES (%s)", kind="insert", statements=9) for _ in range(5)]
    assert kinds(*many) == []


def test_the_same_question_twice_is_a_duplicate_until_a_write():
    ask = "SELECT a FROM t WHERE id = %s"
    assert kinds(query(ask, [1]), query(ask, [1], line=9)) == ["duplicate"]
    assert kinds(query(ask, [1]), query(ask, [2], line=9)) == []
    write = query("UPDATE t SET a = 1", kind="update", line=5)
    assert kinds(query(ask, [1]), write, query(ask, [1], line=9)) == []
    elsewhere = query("UPDATE other SET a = 1", kind="update", line=5)
    assert kinds(query(ask, [1]), elsewhere, query(ask, [1], line=9)) == ["duplicate"]


def test_an_eager_load_is_unused_only_when_nobody_can_use_it_any_more():
    def load(**more):
        return EagerLoad(**{"kind": "select_related", "model": "Photo", "relation": "author", "instances": 3,
                            "used": 0, "alive": 0, "site": site()} | more)  # fmt: skip

    assert kinds(eager=[load()]) == ["unused eager load"]
    assert kinds(eager=[load(used=1), load(alive=3), load(instances=1)]) == []


def test_thousands_of_rows_at_once():
    assert kinds(query("SELECT a FROM t", rows=5000)) == ["unbounded result"]
    assert kinds(query("SELECT a FROM t LIMIT 9000", rows=5000)) == []
    assert kinds(query("SELECT a FROM t", rows=5000, via=["iterator"])) == []


@pytest.mark.parametrize(
    ("code", "turns"),
    [
        ("for s in ('a', 'b', 'c'):\n    ask()", 3),
        ("NAMES = ['a', 'b']\nfor s in NAMES:\n    ask()", 2),
        ("for n in range(4):\n    ask()", 4),
        ("for n, s in enumerate(['a', 'b']):\n    for t in 'xyz':\n        ask()", 6),
        ("[ask() for s in (1, 2)]", 2),
        ("list(map(lambda s: ask(), [1, 2, 3]))", 3),
        ("for row in rows:\n    ask()", 0),
        ("for row in rows:\n    for s in (1, 2):\n        ask()", 0),
        ("while True:\n    ask()", 0),
        ("ask()", 0),
        ("for row in ask():\n    pass", 0),
        ("for n in (5, 10):\n    with record() as r:\n        ask()", 0),
        ("rows = []\nfor n in rows:\n    ask()", 0),
    ],
)
def test_how_often_a_constant_loop_turns(tmp_path, code, turns):
    file = tmp_path / "code.py"
    file.write_text(code)
    lines = code.split("\n")
    line = next(number for number, text in enumerate(lines, 1) if "ask()" in text)
    place = Site(str(file), line, lines[line - 1].index("ask()"), "<module>", "", "code.py")
    assert constant_turns([place]) == turns
