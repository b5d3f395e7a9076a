"""Measuring variants that return: counts, sameness, faults, stopping; on real SQLite."""

import threading

import pytest
from django.db import connection, transaction
from django.db.models import F

from labapp.experiments import Experiment, Integer, round_trip
from labapp.experiments.databases import database
from labapp.measure.stop import Stop, Stopped, Superseded
from labapp.measure.worker import worker
from labapp.pinsta.models import Photo


@pytest.fixture
def captions(pinsta_db):
    experiment = Experiment(
        "captions", question="?", parameters=[Integer("photos", 5, low=0, high=100)],
        conditions=[round_trip(), database()],
    )

    @experiment.variant(baseline=True)
    def one_by_one(photos):
        return [Photo.objects.get(pk=pk).caption for pk in range(1, photos + 1)]

    return experiment


def counted(experiment, **settings):
    return experiment.run(budget_ms=0, **settings)


def test_counts_are_those_of_the_work(captions):
    assert counted(captions, photos=7)["one_by_one"].queries == 7
    assert counted(captions, photos=0)["one_by_one"].queries == 0


def test_times_come_from_rounds_and_are_compared_with_the_baseline(captions):
    @captions.variant
    def at_once(photos):
        found = Photo.objects.in_bulk(range(1, photos + 1))
        return [found[pk].caption for pk in range(1, photos + 1)]

    result = captions.run(budget_ms=200, photos=30)
    assert result.final and result.rounds >= 5
    for each in result:
        assert len(each.samples_ms) == result.rounds
        assert each.interval.low <= each.interval.middle <= each.interval.high
    assert result["at_once"].same is True
    assert result["at_once"].comparison is not None
    assert result["one_by_one"].comparison is None


def test_a_variant_that_returns_less_is_shown_as_wrong_and_never_as_faster(captions):
    @captions.variant
    def mine(photos):
        return [Photo.objects.get(pk=1).caption]

    mine = captions.run(budget_ms=50)["mine"]
    assert mine.same is False
    assert mine.difference == "4 rows missing"
    assert mine.comparison is None


def test_a_lazy_queryset_is_read_as_part_of_the_work(captions):
    @captions.variant
    def mine(photos):
        return Photo.objects.filter(pk__lte=photos).order_by("pk").values_list("caption", flat=True)

    mine = counted(captions)["mine"]
    assert (mine.queries, mine.rows, mine.same) == (1, 5, True)


def test_a_variant_that_raises_says_where_and_the_others_are_measured(captions):
    @captions.variant
    def mine(photos):
        raise LookupError("no such board")

    result = captions.run(budget_ms=50)
    assert result["mine"].error.startswith("LookupError: no such board (test_calls.py:")
    assert result["one_by_one"].samples_ms


def test_a_variant_that_raises_only_later_drops_out(captions):
    calls = []

    @captions.variant
    def mine(photos):
        calls.append(1)
        if len(calls) > 3:
            raise LookupError("tired")
        return [Photo.objects.get(pk=pk).caption for pk in range(1, photos + 1)]

    result = captions.run(budget_ms=50)
    assert "LookupError: tired" in result["mine"].error
    assert result.final and result["one_by_one"].interval is not None


@pytest.mark.parametrize("write", [
    lambda: Photo.objects.filter(pk=1).update(width=F("width") + 1),
    lambda: Photo.objects.get(pk=1).delete(),
    lambda: transaction.atomic(lambda: Photo.objects.create(author_id=1, board_id=1))(),
])
def test_a_variant_that_writes_is_told_so_and_nothing_changes(captions, write):
    before = list(Photo.objects.order_by("pk").values_list("pk", "width"))
    captions.variant(lambda photos: write(), name="mine")
    mine = counted(captions)["mine"]
    assert mine.error == "mine writes to the database, and this experiment only reads; nothing was changed."
    assert list(Photo.objects.order_by("pk").values_list("pk", "width")) == before


def test_a_variant_that_remembers_is_found_out_in_the_rounds(captions):
    memory = {}

    @captions.variant
    def mine(photos):
        if photos not in memory:
            memory[photos] = [Photo.objects.get(pk=pk).caption for pk in range(1, photos + 1)]
        return memory[photos]

    mine = captions.run(budget_ms=50)["mine"]
    assert mine.queries == 5
    assert "sent 5 statements when it was recorded and 0 in a later round" in mine.note


def test_threads_of_a_variant_count_and_read_the_same_database(captions):
    @captions.variant
    def mine(photos):
        found = {}

        def fetch(pk):
            found[pk] = Photo.objects.get(pk=pk).caption
            connection.close()

        threads = [threading.Thread(target=fetch, args=(pk,)) for pk in range(1, photos + 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [found[pk] for pk in range(1, photos + 1)]

    mine = counted(captions)["mine"]
    assert (mine.queries, mine.same, mine.error) == (5, True, None)


def test_the_round_trip_is_slept_before_each_statement_and_shown_apart(captions):
    recording = counted(captions, photos=4, round_trip=2)["one_by_one"].recording
    assert recording.count == 4
    assert all(query.wait_ms >= 2 for query in recording.queries)
    assert recording.wait_ms == pytest.approx(sum(query.wait_ms for query in recording.queries))
    assert counted(captions, photos=4)["one_by_one"].wait_ms == 0


def test_a_stop_ends_it_at_the_next_statement(captions):
    stop = Stop()
    sent = []

    def observe(result):
        stop.stopped = True

    @captions.variant
    def mine(photos):
        sent.append("asked")
        return [Photo.objects.get(pk=1).caption]

    with pytest.raises(Stopped):
        worker.call(lambda _: captions.measure({}, stop, observe))
    assert sent == ["asked"], "it was stopped at its first statement, before any round"


def test_a_newer_setting_ends_the_rounds_and_not_a_short_recording(captions):
    stop = Stop(patience=1000)
    stop.superseded = True
    seen = []

    def observe(result):
        seen.append(result["one_by_one"].queries)

    with pytest.raises(Superseded):
        worker.call(lambda _: captions.measure({}, stop, observe))
    assert seen == [5]


def test_the_measurement_that_was_interrupted_leaves_nothing_behind(captions):
    stop = Stop()
    stop.stopped = True
    with pytest.raises(Stopped):
        worker.call(lambda _: captions.measure({}, stop))
    assert counted(captions)["one_by_one"].queries == 5


def test_growth_finds_the_law_of_each_variant(captions):
    captions.variant(lambda photos: list(Photo.objects.filter(pk__lte=photos)), name="mine")
    growth = captions.grow("photos", [1, 5, 20], budget_ms=0)
    assert growth.laws["one_by_one"].text == "n"
    assert growth.laws["mine"].kind == "constant"
    assert [result.settings["photos"] for result in growth.results] == [1, 5, 20]
