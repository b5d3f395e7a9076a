"""What belongs to a stream, and what is worked out from it."""

import math

import pytest

from labapp.measure.traffic import Stream
from labapp.measure.traffic.rate import windows
from tests.measure import served
from tests.measure.served import entry, failed, given_up, request, steady, stream


def test_a_stream_of_nothing():
    nothing = Stream("plain")
    assert (nothing.count, nothing.errors, nothing.leaks, nothing.bytes, nothing.seconds) == (0,) * 5
    unknown = (
        "p50", "p95", "p99", "p50_ms", "p95_ms", "p99_ms", "rate", "rate_per_s", "hit_ratio", "edge_share",
        "queries_per_request", "db_ms",
    )  # fmt: skip
    assert [getattr(nothing, name) for name in unknown] == [None] * len(unknown)
    assert nothing.by_who == {}
    assert not nothing.wrong
    assert not nothing.failing


def test_only_the_counted_part_of_its_own_turns_counts():
    made = Stream("plain")
    made.begin(7, at=10.0)
    made.add(
        [
            request(9.9, 50, turn=7),  # of the warm-up
            request(9.9, 300, turn=7),  # due in the warm-up, answered in the counted part
            request(10.0, 50, turn=7),
            request(10.5, 50, turn=6),  # of another variant
            request(10.9, 500, turn=7),  # answered after the end
        ]
    )
    made.end(at=11.0)
    made.refresh()
    assert [each.due for each in made.requests] == [10.0, 10.9]
    assert made.early == [pytest.approx(10.2)]
    assert made.seconds == 1.0
    assert made.rate_per_s == pytest.approx(2.0), "what was answered within the second, whenever it was due"


def test_the_ledger_counts_by_turn_and_by_time():
    made = stream(
        requests=[request(10.1), request(10.2)],
        work=[
            entry(10.1, label="1", queries=3),
            entry(11.5, label="1", queries=4),  # due before the end, begun after it
            entry(10.1, label="1 warm", queries=100),
            entry(10.1, label="2", queries=100),
            entry(10.5, "outside", label="", queries=1),
            entry(9.0, "outside", label="", queries=100),
            entry(10.4, "mark", label="1"),
        ],
        seconds=1.0,
        began=10.0,
    )
    assert made.origin_requests == 2
    assert made.origin_queries == 8
    assert made.queries_per_request == 4.0
    assert [mark.began for mark in made.marks] == [10.4]


def test_counts():
    made = stream(
        requests=[
            request(0.1, 10, who="edge"), request(0.2, 30, who="edge"), request(0.3, 50), failed(0.4),
            failed(0.5, error="HTTP 404: Not Found"), failed(0.6),
        ],
        work=[entry(0.3, queries=4, db_ms=3.0, hits=1, misses=3, bytes=700)],
        seconds=1.0,
    )  # fmt: skip
    assert (made.count, made.errors, made.bytes, made.origin_bytes) == (6, 3, 6000, 700)
    assert made.top_error == "3 errors, most often: HTTP 500: Internal Server Error"
    assert made.by_who == {
        "edge": (2, pytest.approx(20.0)),
        "origin": (1, pytest.approx(50.0)),
        "error": (3, pytest.approx(1.0)),
    }
    assert made.hit_ratio == 0.25
    assert made.edge_share == pytest.approx(1 / 3)
    assert made.db_ms == 0.5
    assert made.failing


def test_one_error_in_words():
    assert stream(requests=[failed(0.1)]).top_error == "1 error: HTTP 500: Internal Server Error"


def test_quick_errors_have_no_latency():
    made = stream(requests=[*steady(30, 100.0), *(failed(0.1, ms=1.0) for _ in range(30))])
    assert made.p50_ms > 80


def test_who_was_given_up_waited_at_least_so_long():
    """Of every six one is never answered: the median is known, the 95th percentile has a lower limit."""
    lost = [given_up(each * 0.1, 2000.0) for each in range(60)]
    made = stream(requests=[*steady(300, 20.0), *lost])
    assert made.p50.high < 100
    p95 = made.percentile("p95")
    assert (p95.over, p95.ms) == (True, pytest.approx(2000.0))
    assert p95.interval.high == math.inf
    assert p95.interval.low <= p95.ms
    assert not made.failing


def test_a_record_that_was_cut_short_counts_as_slow():
    """Seen for a millisecond only, it may have been the slowest of all."""
    requests = list(steady(300, 20.0))
    cut = [given_up(2.0 + each / 1000, 1.0) for each in range(6)]
    without, with_cut = stream(requests=requests), stream(requests=requests + cut)
    assert with_cut.percentile("p99").over
    assert with_cut.p50_ms > without.p50_ms


def test_figures_are_those_of_the_requests_in_whatever_order_they_come():
    requests = list(steady(400, 20.0))
    at_once, in_pieces = stream(requests=requests), stream()
    mixed = requests[::2] + requests[1::2]
    for place in range(0, 400, 40):
        in_pieces.add(mixed[place : place + 40])
        in_pieces.refresh()
    assert in_pieces.requests == at_once.requests
    assert (in_pieces.p50, in_pieces.p95, in_pieces.rate) == (at_once.p50, at_once.p95, at_once.rate)
    assert in_pieces.by_who == at_once.by_who


def test_refresh_says_whether_anything_came():
    made = stream(requests=steady(10))
    assert not made.refresh()
    made.add([request(5.0)])
    assert made.refresh()


def test_the_rate_of_a_steady_server():
    made = stream(requests=steady(1000, 5.0, each_s=100), seconds=10.0)
    assert made.rate.low < 100 < made.rate.high
    assert made.rate.middle == pytest.approx(made.rate_per_s)


def test_windows_end_with_their_turn():
    answers = [each / 10 for each in range(10)] + [5.0 + each / 10 for each in range(10)]
    found = windows([(0.0, 1.0), (5.0, 6.0)], answers)
    assert sum(found) / len(found) == pytest.approx(10.0)
    assert windows([(0.0, 1.0)], [0.5, 2.0]) == [1.0], "an answer after the end is none of the rate"
    assert windows([], [1.0]) == windows([(0.0, 1.0)], []) == []


def test_a_stalled_server_has_windows_without_answers():
    """Ten answers in the first half second, none in the second."""
    found = windows([(0.0, 1.0)], [each / 20 for each in range(10)])
    assert found[0] > 0
    assert found[-1] == 0


def test_leaks():
    made = stream(requests=[request(0.1, foreign=2), request(0.2, foreign=1), request(0.3)])
    assert made.leaks == 2
    assert made.leak_words == "2 answers showed somebody else's piece"
    assert made.wrong


def test_requests_of_the_real_generator_and_ledger():
    """The records that are made up here are those of the services and of the probe."""
    made = served.traffic("whole", 0, 20.0)
    assert {type(each).__module__ for each in made.requests} == {"labapp.services.traffic.request"}
    assert {type(each).__module__ for each in made.work} == {"labapp.probe.ledger"}
