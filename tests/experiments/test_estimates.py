"""Counted or estimated: how far each is off is said, and is what it must be."""

import pytest

from labapp.experiments.optimization import estimates
from labapp.pinsta.models import Notification
from tests.experiments.both import database, recorded  # noqa: F401
from tests.experiments.indexing import accesses, plan, staged


def test_nothing_is_compared(database):
    assert {each.same for each in recorded(estimates, database=database)} == {None}


@pytest.mark.parametrize("written", [0, 10, 100])
def test_each_is_off_by_what_was_deleted_and_written_since(database, written):
    rows, left = 1000, 900
    exact = left + left * written // 100
    result = recorded(estimates, database=database, rows=rows, written=written)
    error = {each.variant: each.figures["error"] for each in result if not each.unavailable}
    assert error.pop(".count()") == 0
    assert error.pop("statistics") == pytest.approx(100 * (left - exact) / exact)
    highest = rows + rows * written // 100 - 1  # the last of all was one of those deleted
    assert error.pop("highest key") == pytest.approx(100 * (highest - exact) / exact)
    for planned in error.values():
        assert (planned == 0) if written == 0 else (planned < 0)


def test_the_rows_are_there(database):
    with staged(estimates, ".count()", database=database, rows=2000, written=50):
        keys = list(Notification.objects.order_by("pk").values_list("pk", flat=True))
    assert keys == [key for key in range(1, 3001) if key % 10]


def test_counting_reads_the_whole_table(database):
    assert accesses(plan(estimates, ".count()", database=database), "pinsta_notification") <= {
        "whole table", "whole index",
    }
