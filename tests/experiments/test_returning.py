"""Writes that say what they have written."""


from labapp.experiments.optimization.returning import returning
from labapp.experiments.optimization.returning_keys import returning_keys
from labapp.pinsta.models import Notification
from tests.experiments.both import database, statements  # noqa: F401


def test_the_update_that_returns_asks_once(database):
    assert statements(returning, database, rows=20) == {
        "save() each": 21, "select, then update": 2, "lock, then update": 4, "UPDATE … RETURNING": 1,
    }


def test_the_insert_that_returns_asks_once(database):
    sent = statements(returning_keys, database, rows=20)
    bulk = sent.pop("bulk_create")
    assert bulk in (1, 3)  # with BEGIN and COMMIT, which Django 6.1 leaves out around a single INSERT
    assert sent.pop("bulk_create, ask again") == bulk + 1
    assert sent == {"save(), ask again": 40, "save() each": 20, "INSERT … RETURNING": 1}


def test_every_variant_marks_them_read(pinsta_db):
    for variant in returning.variants.values():
        returning.before(rows=7)
        assert sorted(variant.call({"rows": 7})) == [1, 2, 3, 4, 5, 6, 7], variant.name
        assert not Notification.objects.unread().filter(pk__lte=7).exists(), variant.name


def test_a_wrong_key_is_noticed(pinsta_db):
    right = returning_keys.variants["bulk_create"].call({"rows": 3})
    wrong = [(right[0][0] + 1, right[0][1]), *right[1:]]
    assert returning_keys.outcome(right, rows=3) == (["inserted-0", "inserted-1", "inserted-2"], 3)
    assert returning_keys.outcome(wrong, rows=3) == (["inserted-1", "inserted-2"], 3)
