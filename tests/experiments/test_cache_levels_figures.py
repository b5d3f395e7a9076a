"""What the figures make of requests whose story is known."""

import pytest

from labapp.experiments.caching.cache_levels import FIGURES, cache_levels
from labapp.experiments.caching.cache_levels_prediction import predicted, shares
from labapp.experiments.traffic.log import Log
from labapp.services.traffic import Request

SETTINGS = cache_levels.defaults()


def request(sent, done, seen=None, key=0, hits=0, misses=0, error="", turn=1):
    timing = (
        f'app;dur=1.00, db;dur=0.00;desc="0 queries", cache;dur=0.10;desc="{hits} hits, {misses} misses, '
        f'{misses} sets, 0 deletes"'
    )
    return Request(
        turn=turn, ask=0, key=key, user=0, person="", due=sent, sent=sent, first=done, done=done,
        status=500 if error else 200, timing="" if error else timing, seen=seen, error=error,
    )


def figures(*requests, turns=((0.0, 2.0),), warm=(), **settings):
    settings = SETTINGS | settings
    log = Log(list(requests), [], [], list(turns), list(warm), 0.5, settings)
    parameters = {name: settings[name] for name in cache_levels.parameters}
    return {each.name: each.of(log, **parameters) for each in FIGURES}


def test_hits_and_misses_have_a_price_each():
    found = figures(
        request(0, 0.010, hits=1), request(1, 1.030, hits=2), request(1, 1.200, misses=1),
        request(1, 1.400, hits=1, misses=1), request(1, 1.9, error="500"),
    )
    assert found["a hit"] == pytest.approx(20) and found["a miss"] == pytest.approx(300)
    assert found["from cache"] == 50


def test_nothing_is_said_of_a_cache_that_nobody_asked():
    found = figures(request(0, 0.01))
    assert [found[name] for name in ("a hit", "a miss", "from cache", "predicted")] == [None] * 4


def test_an_answer_goes_back_in_time_when_a_newer_one_was_complete_before_it_was_asked_for():
    newer, older = "1700000002.5", "1700000001.5"
    assert figures(request(0, 0.1, newer), request(0.2, 0.3, older))["back in time"] == 50
    assert figures(request(0, 0.1, older), request(0.2, 0.3, newer))["back in time"] == 0
    assert figures(request(0, 0.1, newer), request(0.05, 0.3, older))["back in time"] == 0, "they overlap"
    assert figures(request(0, 0.1, newer), request(0.2, 0.3, older, key=1))["back in time"] == 0
    assert figures(request(0, 0.1, newer), request(0.2, 0.3, older, turn=2))["back in time"] == 0
    assert figures(request(0, 0.1, newer), request(0.2, 0.3, newer))["back in time"] == 0
    assert figures(request(0, 0.1))["back in time"] is None


def test_the_prediction_knows_the_rate_and_who_shares_a_cache():
    requests = [request(0.01 * each, 0.01 * each + 0.005, misses=1) for each in range(80)]
    warm = [request(-0.1, -0.05, misses=1)] * 20
    popularity = shares(SETTINGS["photos"], SETTINGS["popularity"])

    def expected(rate, **how):
        return 100 * predicted(rate, popularity, SETTINGS["lifetime"], 0.5, 2.5, **how)

    assert figures(*requests, warm=warm, cache="local memory", workers=2)["predicted"] == expected(20)
    assert figures(*requests, warm=warm, cache="file", workers=2)["predicted"] == expected(40)
    assert figures(*requests, warm=warm, cache="database")["predicted"] == expected(40, whole_seconds=True)


def test_no_prediction_where_entries_make_room_or_visitors_have_their_own_pages():
    requests = [request(0.1, 0.2, misses=1)]
    assert figures(*requests, cache="file", photos=50, entries=50)["predicted"] is not None
    assert figures(*requests, cache="file", photos=51, entries=50)["predicted"] is None
    assert figures(*requests, members=0.5)["predicted"] is None
