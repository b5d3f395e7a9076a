"""A cache server that is killed under the site: what each variant answers, and what the figures tell."""

import re

import pytest

from labapp.experiments.caching.cache_levels_page import STAMP, most_discussed
from labapp.experiments.caching.outage import limited, outage
from labapp.experiments.caching.outage_backend import FAILURES
from labapp.experiments.caching.outage_server import DOWN, HANGS, UP, Outage
from labapp.experiments.traffic.backends import MEMCACHED, REDIS
from labapp.experiments.traffic.log import Log
from labapp.experiments.traffic.turn import mount_name
from labapp.services import memcached, redis
from labapp.services.traffic import Request
from tests.experiments.serving import served
from tests.requires import needs

SERVERS = {REDIS: redis, MEMCACHED: memcached}
DEGRADING = "degrades", "degrades to local memory"


@pytest.fixture(params=SERVERS)
def server(request):
    """A cache server that may be killed; it is alive again for whoever comes next."""
    needs(request.param.lower())
    yield SERVERS[request.param].server()
    SERVERS[request.param].server()


def pages(variant, server, key, times=2):
    """So many answers in a row, from a cache that was empty before if its server is there."""
    if server.alive:
        server.flush()
    with served(outage, {"default": server.entry()}) as site:
        return [site.get(variant, f"photos/{key}/") for _ in range(times)]


def plain(variant, answer):
    return re.sub(f"{STAMP}|/{mount_name(variant)}(?=/)", "", answer.text)


def test_all_variants_show_the_same_page(pinsta_db, server):
    key = most_discussed(1)[0]
    shown = {plain(variant, answer) for variant in outage.variants for answer in pages(variant, server, key)}
    assert len(shown) == 1


def test_django_raises_and_the_others_show_the_page_all_the_same(pinsta_db, server):
    key = most_discussed(1)[0]
    expected = plain("no cache", pages("no cache", server, key)[0])
    server.kill()
    assert pages("as it comes", server, key)[0].status_code == 500
    for variant in DEGRADING:
        assert [plain(variant, answer) for answer in pages(variant, server, key)] == [expected, expected]


def test_local_memory_keeps_what_the_server_cannot(pinsta_db, server):
    key = most_discussed(1)[0]
    server.kill()
    for variant, kept in (("degrades", False), ("degrades to local memory", True)):
        stamps = {re.search(STAMP, answer.text)[1] for answer in pages(variant, server, key, times=3)}
        assert (len(stamps) == 1) is kept


def test_without_any_server_the_variants_say_what_they_need(monkeypatch):
    for each in SERVERS.values():
        monkeypatch.setattr(each, "find", lambda: None)
    why = {variant.name: variant.why_not() for variant in outage.variants.values()}
    assert why.pop("no cache") == ""
    assert set(why.values()) == {"needs Redis or Memcached, and neither is on this machine"}


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_the_server_is_killed_and_started_once_in_every_turn(server):
    clock, name = Clock(), server.name
    crash = Outage(clock=clock)
    for turn in (1, 2):
        restarts = server.restarts
        for seconds, alive in ((0.0, True), (DOWN - 0.01, True), (DOWN, False), (UP - 0.1, False), (UP, True),
                               (UP + 1, True)):
            clock.now = 10 * turn + seconds
            crash.during(seconds, cache=name, photos=20)
            assert server.alive is alive, f"turn {turn}, {seconds} s"
        assert server.restarts == restarts + 1
    assert list(crash.periods) == [[10 + DOWN, 10 + UP], [20 + DOWN, 20 + UP]]


def test_a_server_may_hang_instead_and_go_on(pinsta_db, server):
    name, key, crash = server.name, most_discussed(1)[0], Outage()
    expected = plain("no cache", pages("no cache", server, key)[0])
    with crash.healed():
        crash.during(0.0, cache=name, failure=HANGS)
        crash.during(DOWN, cache=name, failure=HANGS)
        assert server.alive and not answers(server)
        assert [site_of(server, "as it comes", key).status_code for _ in range(2)] == [500, 500]
        assert plain("degrades", site_of(server, "degrades", key)) == expected
        crash.during(UP, cache=name, failure=HANGS)
        assert answers(server) and crash.periods[-1][1] is not None


def test_no_server_hangs_once_the_measuring_has_ended(server):
    crash = Outage()
    with pytest.raises(KeyboardInterrupt), crash.healed(photos=20):
        crash.during(0.0, cache=server.name, failure=HANGS)
        crash.during(DOWN, cache=server.name, failure=HANGS)
        raise KeyboardInterrupt
    assert answers(server)


def answers(server):
    """Whether it answers within the time limit."""
    options = limited(server.name, 0.2)["OPTIONS"]
    try:
        return server.client(**options).get("anything") is None
    except FAILURES:
        return False


def site_of(server, variant, key):
    """One answer of a site whose cache is this server, with a time limit; the cache is left as it is."""
    with served(outage, {"default": server.entry(**limited(server.name, 0.2)["OPTIONS"])}) as site:
        return site.get(variant, f"photos/{key}/")


def test_a_cache_without_a_server_has_no_outage():
    crash = Outage()
    for seconds in (0.0, DOWN, UP):
        crash.during(seconds, cache="local memory")
    assert not crash.periods


def request(due, ms, error=""):
    return Request(
        turn=1, ask=0, key=0, user=0, person="", due=due, sent=due, first=due, done=due + ms / 1000,
        status=500 if error else 200, error=error,
    )


def test_requests_belong_to_the_part_in_which_they_were_due():
    crash = Outage()
    crash.periods.extend([[101.0, 102.5], [201.0, None]])
    requests = [
        request(100.5, 10), request(100.99, 10), request(101.0, 1, "500"), request(102.0, 300),
        request(102.5, 70), request(103.9, 70), request(200.5, 10), request(201.5, 1, "500"),
        request(203.0, 1, "500"),
    ]
    log = Log(requests, [], [], [(100.0, 104.0), (200.0, 204.0)], [], 0.5, {})
    parts = [crash.p95(part)(log, photos=1) for part in ("before", "in", "after")]
    assert parts == pytest.approx([10, 300, 70])
    assert crash.errors(log) == pytest.approx(75)


def test_a_turn_without_an_outage_is_all_before():
    log = Log([request(100.5, 10)], [], [], [(100.0, None)], [], 0.5, {})
    crash = Outage()
    assert crash.p95("before")(log) == pytest.approx(10)
    assert crash.p95("in")(log) is crash.p95("after")(log) is crash.errors(log) is None
