"""bulk_insert: rows that are really there, whichever way they came."""

import pytest

from labapp.experiments.optimization.inserting import bulk_insert
from labapp.experiments.optimization.inserting_tables import MODELS, NEW, incoming, inserted
from labapp.pinsta.models import Comment
from tests.experiments.writing import (  # noqa: F401
    calls,
    checkpoint,
    count,
    everything,
    figures,
    on,
    postgresql,
    whole_pages,
)


@pytest.mark.parametrize("table", MODELS)
@pytest.mark.parametrize("rows", [1, 120])
def test_the_same_rows_are_there_whichever_way_they_came(on, table, rows):
    result = count(bulk_insert, database=on, table=table, rows=rows, batch=50)
    for each in result:
        assert each.error is None, f"{each.variant}: {each.error}"
        assert each.unavailable or each.same is True, f"{each.variant}: {each.difference}"
    assert set(figures(result, "rows there").values()) == {rows}


def test_copy_needs_postgresql(on):
    unavailable = {each.variant: each.unavailable for each in count(bulk_insert, database=on, rows=1)}
    assert {name for name, why in unavailable.items() if why} == ({"COPY"} if on == "SQLite" else set())


def test_statements_are_the_databases_own(on):
    """executemany of n counts n, COPY one; batches count as they are cut."""
    result = count(bulk_insert, database=on, rows=100, batch=40)
    sent = {each.variant: each.queries for each in result if not each.unavailable}
    expected = {
        "save()": 100, "save(), atomic()": 102, "bulk_create": 3 + 2, "executemany": 102,
        "COPY": 1, "INSERT … SELECT": 1,
    }
    assert sent == {name: expected[name] for name in sent}


@pytest.mark.parametrize("variant", [name for name in bulk_insert.variants if name != "COPY"])
def test_every_call_begins_without_the_rows_of_the_one_before(on, variant):
    begins_anew(on, variant)


def test_so_does_copy(postgresql):
    begins_anew(postgresql, "COPY")


def begins_anew(on, variant):
    """Each call finds none of its rows and leaves all of them; other comments stay."""
    for table, model in MODELS.items():
        seeded = set()

        def look(model=model, seeded=seeded):
            seeded.add(model.objects.exclude(created=NEW).count())
            return [(photo, author, text) for photo, author, _, text in inserted(model)]

        expected = sorted(incoming(30), key=lambda row: row[-1])
        seen = calls(bulk_insert, variant, look, times=3, database=on, table=table, rows=30)
        assert seen == [([], expected)] * 3
        assert len(seeded) == 1


def test_nothing_is_left_in_the_table_afterwards(on):
    count(bulk_insert, database=on, rows=10)
    left = []
    original = bulk_insert.setting

    def look(**parameters):
        left.append(Comment.objects.filter(created=NEW).count())
        return original(**parameters)

    bulk_insert.setting = look
    try:
        count(bulk_insert, database=on, rows=10)
    finally:
        bulk_insert.setting = original
    assert left == [0]


def test_a_way_that_loses_a_row_or_changes_one_is_found_out(on):
    @bulk_insert.variant
    def one_too_few(rows):
        Comment.objects.bulk_create(
            Comment(photo_id=photo, author_id=author, text=text, created=NEW)
            for photo, author, text in incoming(rows)[1:]
        )

    @bulk_insert.variant
    def other_text(rows):
        Comment.objects.bulk_create(
            Comment(photo_id=photo, author_id=author, text=text.lower(), created=NEW)
            for photo, author, text in incoming(rows)
        )

    try:
        result = count(bulk_insert, database=on, rows=10)
    finally:
        bulk_insert.forget("one_too_few")
        bulk_insert.forget("other_text")
    assert result["one_too_few"].same is False and "9" in result["one_too_few"].difference
    assert result["other_text"].same is False and "checksum" in result["other_text"].difference


@pytest.mark.parametrize("table", MODELS)
def test_a_checkpoint_before_makes_no_difference(postgresql, table):
    """After one, the first change of a page writes it whole: the experiment has done that when it counts."""
    checkpoint()()
    assert whole_pages(bulk_insert, database=postgresql, table=table) <= {0, None}


def test_a_checkpoint_between_two_variants_makes_none_either(postgresql, monkeypatch):
    monkeypatch.setattr(bulk_insert, "before", checkpoint(bulk_insert.before))
    assert whole_pages(bulk_insert, database=postgresql, rows=20) <= {0, None}


def test_the_rate_is_in_rows(on):
    assert count(bulk_insert, database=on, rows=7).rate == {"unit": "rows", "amount": 7.0}


def test_the_users_own_data_is_untouched(on):
    before = everything()
    count(bulk_insert, database=on, rows=5)
    assert everything() == before
