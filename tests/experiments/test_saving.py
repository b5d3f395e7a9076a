"""save_columns: what is written when one column changes."""

import pytest
from django.db import connection

from labapp.experiments.optimization.saving import assignments, save_columns
from labapp.experiments.optimization.story import MODELS, LongText, Narrow, text
from labapp.pinsta.models import Photo
from labapp.services.postgresql import server
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

VARIANTS = list(save_columns.variants)
COLUMNS = {width: len(model._meta.fields) - 1 for width, model in MODELS.items()}  # without the key


@pytest.mark.parametrize("width", MODELS)
@pytest.mark.parametrize("commit", ["once", "each statement"])
def test_all_ways_leave_the_same_rows_behind(on, width, commit):
    for rows in (1, 30):
        result = count(save_columns, database=on, width=width, commit=commit, rows=rows)
        for each in result:
            assert each.error is None, f"{each.variant}: {each.error}"
            assert each.same is True, f"{each.variant}: {each.difference}"
            assert each.figures["rows written"] == rows, each.variant


@pytest.mark.parametrize("durability", save_columns.conditions["durability"].parameter.choices)
def test_durability_changes_no_count(on, durability):
    result = count(save_columns, database=on, durability=durability, rows=5)
    assert [each.variant for each in result if each.same is not True] == []
    relaxed = count(save_columns, database=on, rows=5)
    assert [each.queries for each in result] == [each.queries for each in relaxed]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_call_changes_every_row_from_the_same_beginning(on, variant):
    def views():
        return list(Narrow.objects.filter(pk__lte=20).order_by("pk").values_list("views", flat=True))

    seen = calls(save_columns, variant, views, times=3, database=on, rows=20)
    assert seen == [([0] * 20, [1] * 20)] * 3


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_call_changes_bytes_of_the_file(pinsta_db, variant):
    """SQLite leaves a page alone into which the same would be written: that would be far too cheap."""
    seen = calls(save_columns, variant, changes_of_the_file, times=3, durability="full", rows=5)
    assert [after - before for before, after in seen] == [1, 1, 1]


def test_an_update_to_the_same_value_would_be_found_out(pinsta_db):
    Photo.objects.filter(pk=1).update(width=1)
    before = changes_of_the_file()
    Photo.objects.filter(pk=1).update(width=1)
    assert changes_of_the_file() == before
    Photo.objects.filter(pk=1).update(width=2)
    assert changes_of_the_file() == before + 1


def changes_of_the_file():
    """SQLite's own count of the transactions that changed the file, from its header."""
    with open(connection.settings_dict["NAME"], "rb") as file:
        return int.from_bytes(file.read(28)[24:], "big")


def test_rows_beyond_the_setting_stay_as_they_are(on):
    count(save_columns, database=on, rows=30)

    def others():
        return list(Narrow.objects.filter(pk__gt=10).order_by("pk").values())

    for before, after in calls(save_columns, "F()", others, database=on, rows=10):
        assert len(before) >= 20 and after == before


@pytest.mark.parametrize("width", MODELS)
def test_save_writes_every_column_and_the_others_one(on, width):
    written = figures(count(save_columns, database=on, width=width, rows=10), "columns")
    assert written.pop("save()") == 10 * COLUMNS[width]
    assert set(written.values()) == {10}


def test_values_are_those_that_cross_the_wire(on):
    sent = figures(count(save_columns, database=on, rows=10), "values")
    assert sent["save()"] == 10 * (COLUMNS["narrow"] + 1)
    assert sent["save(update_fields)"] == sent["update()"] == sent["cursor"] == 10 * 2
    assert sent["bulk_update"] == 10 * 3
    assert sent["F()"] == 2


def test_statements_by_way_of_committing(on):
    once, each = (
        {each.variant: each.queries for each in count(save_columns, database=on, rows=10, commit=commit)}
        for commit in ("once", "each statement")
    )
    for variant in ("save()", "save(update_fields)", "update()", "cursor"):
        assert (once[variant], each[variant]) == (13, 11), "a SELECT and ten UPDATEs, BEGIN and COMMIT around"
    assert (once["F()"], each["F()"]) == (3, 1)
    assert once["bulk_update"] == each["bulk_update"] == 4, "bulk_update makes a transaction of its own"


def test_wal_is_known_on_postgresql_alone(on):
    wal = figures(count(save_columns, database=on, rows=10), "WAL")
    if on == "SQLite":
        assert set(wal.values()) == {None}
    else:
        assert all(written > 0 for written in wal.values())


def test_save_writes_a_long_text_into_the_log_again(postgresql):
    """At least the text of each row with save(); with the others less, although their rows are as long."""
    result = count(save_columns, database=postgresql, width="long text", rows=20)
    wal = figures(result, "WAL")
    assert wal.pop("save()") > 20 * LongText.LENGTH
    assert max(wal.values()) < 20 * LongText.LENGTH



@pytest.mark.parametrize("width", MODELS)
def test_a_checkpoint_before_makes_no_difference(postgresql, width):
    """After one, the first change of a page writes it whole: the experiment has done that when it counts."""
    settings = {"database": postgresql, "width": width, "rows": 20}
    count(save_columns, **settings)
    checkpoint()()
    assert whole_pages(save_columns, **settings) <= {0, None}


def test_a_checkpoint_between_two_variants_makes_none_either(postgresql, monkeypatch):
    monkeypatch.setattr(save_columns, "before", checkpoint(save_columns.before))
    assert whole_pages(save_columns, database=postgresql, rows=20) <= {0, None}


def test_autovacuum_is_kept_away_meanwhile_and_comes_back(postgresql, monkeypatch):
    seen = []

    def looking(before):
        def look(**parameters):
            seen.append(autovacuum())
            before(**parameters)

        return look

    monkeypatch.setattr(save_columns, "before", looking(save_columns.before))
    count(save_columns, database=postgresql, rows=5)
    assert set(seen) == {"off"}
    assert autovacuum() == "on"


def autovacuum():
    """Whether it works, as a new session sees it."""
    with server().admin() as admin:
        return admin.execute("SHOW autovacuum").fetchone()[0]


def test_a_checkpoint_in_between_is_seen(postgresql, monkeypatch):
    monkeypatch.setattr(save_columns, "before", checkpoint())
    found = whole_pages(save_columns, database=postgresql, rows=20)
    assert all(pages is None or pages > 0 for pages in found)


def test_the_text_does_not_compress():
    import zlib

    sample = text(8_000, "any")
    assert len(sample) == 8_000 and text(8_000, "any") == sample != text(8_000, "other")
    # base64 carries 6 bits in 8: that much any compressor that counts letters can save, one that looks for
    # repetitions, as PostgreSQL's does, nothing
    assert len(zlib.compress(sample.encode(), 9)) > 8_000 * 0.74


def test_the_long_text_lies_outside_of_the_row(postgresql):
    def outside():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'lab_long_text'"
            )
            return cursor.fetchone()[0]

    [(before, _)] = calls(
        save_columns, "F()", outside, times=1, database=postgresql, width="long text", rows=20
    )
    assert before >= 20 * LongText.LENGTH


def test_assignments_are_counted_and_not_comparisons():
    assert assignments('UPDATE "t" SET "a" = %s, "b" = %s WHERE "t"."id" = %s') == 2
    assert assignments('UPDATE t SET views = ("t"."views" + %s) WHERE "t"."id" <= %s') == 1
    case = '(CASE WHEN ("t"."id" = %s) THEN %s WHEN ("t"."id" = %s) THEN %s ELSE NULL END)::integer'
    assert assignments(f'UPDATE "t" SET "a" = {case} WHERE "t"."id" IN (%s, %s)') == 1


def test_the_users_own_data_is_untouched(on):
    before = everything()
    tables = connection.introspection.table_names()
    count(save_columns, database=on, rows=5)
    assert everything() == before
    assert connection.introspection.table_names() == tables
