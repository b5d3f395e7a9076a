"""One question with different indexes: the same rows, plans that use what the variant shows, true sizes."""

import pytest
from django.db import connection
from django.db.models import Index, Q

from labapp import probe
from labapp.experiments.optimization import growing, indexes
from labapp.experiments.optimization.definitions import definition
from labapp.experiments.optimization.indexes import having, newest_unread
from labapp.experiments.world import world
from labapp.pinsta.models import Notification
from tests.experiments.both import database, only_on, recorded  # noqa: F401
from tests.experiments.indexing import accesses, plan, staged, steps, used

TABLE = "pinsta_notification"
NAMES = {
    "recipient": "by_recipient", "created": "by_date", "composite": "by_recipient_and_date",
    "covering": "all_that_is_asked", "include": "included", "partial": "unread_only",
}


def here(database):
    """The indexes that can be made on this kind of database, by variant."""
    return {name: index for name, index in NAMES.items() if name != "include" or database == "PostgreSQL"}


@pytest.mark.parametrize("person", ["popular", "quiet"])
def test_each_variant_returns_what_is_unread_newest_first(database, person):
    with staged(indexes, "no index", database=database, rows=5000, person=person, shown=200) as values:
        shown = indexes.variants["no index"].call(values)
        first = Notification.objects.filter(created=shown[0][0], actor=shown[0][2], read=False)[0]
        his = [each for each in Notification.objects.all() if each.recipient_id == first.recipient_id]
    unread = [each for each in his if not each.read]
    unread.sort(key=lambda each: (each.created, each.pk), reverse=True)
    assert shown == [(each.created, each.verb, each.actor_id) for each in unread[:200]]


def test_without_an_index_the_whole_table_is_read(database):
    found = plan(indexes, "no index", database=database)
    assert accesses(found, TABLE) == {"whole table"}
    assert not used(found)


def test_each_variant_has_the_index_that_it_shows_and_no_other(database):
    for name, index in here(database).items():
        with staged(indexes, name, database=database, rows=1000), connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, TABLE)
        made = {key: parts for key, parts in found.items() if parts["index"] and not parts["primary_key"]}
        assert list(made) == [index]
        assert f"name='{index}'" in indexes.variants[name].source


def test_a_variant_s_plan_uses_its_index(database):
    for name, index in here(database).items():
        assert used(plan(indexes, name, database=database)) == {index}, name


def test_an_index_in_the_order_of_the_question_spares_sorting(database):
    sorted_in = {
        name for name in ("recipient", "composite", "covering", "partial")
        if any("sort" in step.kind.lower() or "ORDER BY" in step.text
               for step in steps(plan(indexes, name, database=database)))
    }
    assert sorted_in == {"recipient"}


def test_a_covering_index_is_read_alone(database):
    for name in {"covering"} | only_on(database, "PostgreSQL", "include"):
        text = plan(indexes, name, database=database).text
        assert "Index Only Scan" in text or "COVERING INDEX" in text


def test_a_partial_index_is_of_no_use_to_another_condition(database):
    with staged(indexes, "partial", database=database):
        for read, index in ((False, "unread_only"), (True, None)):
            with probe.record() as recording:
                list(Notification.objects.filter(recipient=1, read=read)[:20])
            assert used(probe.explain(recording.queries[0])) == ({index} if index else set())


def test_a_partial_index_is_smaller_and_a_covering_one_larger(database):
    size = {each.variant: each.figures.get("indexes") for each in recorded(indexes, database=database)}
    assert 0 == size["no index"] < size["partial"] < size["recipient"] < size["composite"] < size["covering"]


def test_postgresql_says_how_many_pages_were_read_and_sqlite_does_not(database):
    pages = {each.variant: each.figures.get("pages") for each in recorded(indexes, database=database)}
    if database == "SQLite":
        assert set(pages.values()) == {None}
    else:
        assert pages["no index"] > 10 * pages["covering"] > 0


@pytest.mark.parametrize("rows", [1, 249, 250, 251, 3000])
def test_a_table_grows_to_exactly_so_many_rows_whose_keys_follow_their_dates(database, rows):
    with world(indexes, indexes.check({"database": database})), indexes.variants["partial"].around(rows=rows):
        found = list(Notification.objects.order_by("pk").values_list("pk", "created"))
        newest = Notification.objects.latest("created").created
    assert [pk for pk, _ in found] == list(range(1, rows + 1))
    assert [created for _, created in found] == sorted(created for _, created in found)
    assert found[-1][1] == newest


def test_a_table_is_built_anew_only_when_it_has_to_be(database, monkeypatch):
    built = []
    monkeypatch.setattr(growing, "_states", {})
    monkeypatch.setattr(growing, "refill", lambda model, rows, indexes=(): built.append(rows))
    for rows in (2000, 2000, 4000, 4000, 2000):
        with staged(indexes, "no index", database=database, rows=rows):
            pass
    assert built == [2000, 4000, 2000]


def test_a_reader_s_own_index_is_made_and_used_and_may_be_changed(database):
    def mine(person, shown):
        return newest_unread(person, shown)

    try:
        for fields in (["read"], ["recipient", "read", "-created", "-id"]):
            indexes.variant(mine, around=having(Index(fields=fields, name="mine")))
            assert recorded(indexes, database=database)["mine"].same
            with staged(indexes, "mine", database=database), connection.cursor() as cursor:
                found = connection.introspection.get_constraints(cursor, TABLE)
            columns = [name.strip("-").replace("recipient", "recipient_id") for name in fields]
            assert found["mine"]["columns"] == columns
    finally:
        indexes.forget("mine")


def test_an_index_without_a_name_is_given_one(database):
    index = Index(fields=["recipient", "verb"])
    with world(indexes, indexes.check({"database": database})), having(index)(rows=1000):
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, TABLE)
    assert found[index.name]["columns"] == ["recipient_id", "verb"]


def test_a_definition_is_the_expression_that_makes_the_index():
    index = Index(fields=["recipient", "-created"], name="mine", condition=Q(read=False))
    text = definition(index)
    assert text == "Index(fields=['recipient', '-created'], condition=Q(read=False), name='mine')"
    assert eval(text, {"Index": Index, "Q": Q}) == index
