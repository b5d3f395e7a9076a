"""Real users and a real server: each request that one side knows of is known to the other."""

import threading
from collections import Counter
from random import Random
from time import monotonic

import psutil
import pytest

from labapp.services.traffic import Generator, Plan
from labapp.services.traffic.page import digest
from labapp.services.traffic.session import Session
from tests.services.kernels import wait_for
from tests.services.traffic import HELLO, WAIT, Site, taken


@pytest.fixture(scope="module")
def load():
    """A load generator."""
    made = Generator()
    yield made
    made.stop()


@pytest.fixture
def site(load):
    """Makes Sites; the generator is idle when they are stopped."""
    made = []

    def make(**more):
        made.append(Site(**more))
        return made[-1]

    yield make
    load.idle(0)
    load.take()
    for each in made:
        each.stop()


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (2, 4)])
@pytest.mark.parametrize("arrival", ["on schedule", "after each answer"])
def test_what_the_site_saw_is_what_is_told(load, site, size, arrival):
    served = site(workers=size[0], threads=size[1])
    load.steer(served.plan(users=10, think_s=0.02, arrival=arrival))
    requests = taken(load, lambda requests: len(requests) > 300)
    load.idle()
    requests += load.take()
    asked = Counter(f"/hello/{HELLO['keys'][each.key]}/" for each in requests if each.asked)
    assert asked == Counter(each["path"] for each in served.seen())
    for each in requests:
        assert each.due <= each.sent <= each.first <= each.done
    answered = [each for each in requests if not each.error]
    assert {(each.status, each.who, each.asked) for each in answered} == {(200, "origin", 1)}
    assert all(each.digest == digest(f"hello/{HELLO['keys'][each.key]}", []) for each in answered)
    assert {each.error for each in requests} <= {"", "not answered"}
    assert all(not each.asked for each in requests if each.error)  # due, and not sent before the end


def test_due_times_are_those_of_the_schedule_whatever_the_site_does(load, site):
    served = site()
    load.steer(served.plan(users=5, think_s=0.05, arrival="on schedule"))
    requests = taken(load, lambda requests: len(requests) > 100)
    worker = psutil.Process(served.pids[0])
    worker.suspend()
    stopped = stuck(served, 5)
    wait_for(lambda: monotonic() > stopped + 0.5, "more is due meanwhile")
    worker.resume()
    resumed = monotonic()
    requests += taken(load, lambda requests: sum(each.sent > resumed for each in requests) > 100)
    load.idle()
    requests += load.take()
    for user in range(5):
        gaps = Random(f"4 gaps {user}")
        due = sorted(each.due for each in requests if each.user == user)
        gaps.expovariate(1.0)  # from the beginning until the first
        for before, after in zip(due, due[1:], strict=False):
            assert after - before == pytest.approx(gaps.expovariate(1.0) * 0.05, abs=1e-6)
    stalled = [each for each in requests if stopped < each.due < resumed]
    assert len(stalled) > 5 and all(each.sent > resumed or each.error for each in stalled)
    assert all(each.latency >= resumed - each.due for each in stalled if not each.error)


def stuck(served, users):
    """When all the users wait for an answer of the site, as its connections tell."""

    def waiting():
        connections = psutil.net_connections("tcp4")
        mine = [each for each in connections if each.raddr and each.raddr.port == served.port]
        return sum(each.status == psutil.CONN_ESTABLISHED for each in mine) == users

    wait_for(waiting, "all users are waiting")
    return monotonic()


def test_what_has_no_answer_is_told_with_the_latency_so_far(load, site):
    served = site()
    load.steer(served.plan(users=4, think_s=0.02, arrival="on schedule"))
    taken(load, lambda requests: len(requests) > 20)
    worker, stopped = psutil.Process(served.pids[0]), monotonic()
    worker.suspend()
    stuck(served, 4)
    wait_for(lambda: monotonic() > stopped + 0.5, "more is due meanwhile")
    idle = monotonic()
    load.idle(patience=0.1)
    requests = [each for each in load.take() if each.error]
    worker.resume()
    assert {each.error for each in requests} == {"not answered"}
    assert {(each.status, each.who, each.digest) for each in requests} == {(0, "", "")}
    under_way = [each for each in requests if each.asked]
    assert {each.user for each in under_way} == {0, 1, 2, 3} and len(under_way) == 4
    assert all(each.done >= idle + 0.1 for each in under_way)
    due_only = [each for each in requests if not each.asked]
    assert any(each.due > stopped for each in due_only)
    assert all(each.due <= each.done and each.done >= idle for each in due_only)


def test_all_that_was_due_in_a_turn_is_asked_for_when_there_is_patience(load, site):
    served, began = site(), monotonic()
    counted = [began, began + 0.3]
    load.steer(served.plan(WAIT, users=2, think_s=0.02, arrival="on schedule", counted=counted))
    wait_for(lambda: monotonic() > counted[1], "the turn is over")
    assert not load.take()
    threading.Timer(0.05, served.go).start()  # when it waits already
    load.idle(patience=20)
    requests = load.take()
    assert {each.error for each in requests} == {""} and len(requests) == len(served.seen())
    for user in range(2):
        due, gaps = [each.due for each in requests if each.user == user], Random(f"4 gaps {user}")
        gaps.expovariate(1.0)  # from the beginning until the first
        expected = due[:1]
        while (later := expected[-1] + gaps.expovariate(1.0) * 0.02) < counted[1]:
            expected.append(later)
        assert due == pytest.approx(expected, abs=1e-6)


def test_a_turn_begins_with_schedules_of_its_own(load, site):
    served = site(threads=4)
    load.steer(served.plan(users=3, think_s=0.01))
    taken(load, lambda requests: len(requests) > 50)
    load.steer(served.plan(turn=2, users=3, think_s=0.01, mount="/hello"))
    began = monotonic()
    requests = taken(load, lambda requests: sum(each.turn == 2 for each in requests) > 50)
    load.idle()
    requests += load.take()
    assert all(each.sent <= began for each in requests if each.turn == 1)
    for user in range(3):
        keys = [each.key for each in requests if (each.turn, each.user) == (2, user)]
        assert keys[:10] == keys_of(served, user, 10)


def keys_of(served, user, count):
    """The keys that a user asks for, by the seed."""
    session = Session(Plan.read(served.plan()), user, 4, 0.0)
    return [session.take().key for _ in range(count)]


def test_users_come_and_go(load, site):
    served = site(threads=4)

    def seen(requests):
        return {each.user for each in requests if each.turn == turn}

    for turn, users in enumerate((2, 12, 5, 0, 3), 1):
        load.steer(served.plan(turn=turn, users=users, think_s=0.005))
        requests = taken(load, lambda requests, all=users: len(seen(requests)) >= all)
        load.idle()
        requests += load.take()
        assert seen(requests) == {*range(users)}


def test_a_slider_that_moves_changes_what_goes_on(load, site):
    served = site(threads=4)
    load.steer(served.plan(users=1, think_s=1000, arrival="on schedule"))
    load.steer(served.plan(users=2, think_s=0.01, arrival="on schedule"))
    requests = taken(load, lambda requests: {each.user for each in requests} == {0, 1})
    assert {each.turn for each in requests} == {1}
    load.steer(served.plan({"name": "other", "path": "hello/other/"}, users=2, think_s=0.01))
    taken(load, lambda requests: len(requests) > 20 and all(each.key == -1 for each in requests[-10:]))
    assert served.seen()[-1]["path"] == "/hello/other/"


def test_what_is_under_way_when_the_mix_changes_is_told_with_the_mix_it_was_asked_in(load, site):
    served = site(threads=2)
    load.steer(served.plan(HELLO, {**WAIT, "weight": 10}, users=2))
    wait_for(lambda: sum(each["path"] == "/wait/" for each in served.seen()) == 2, "both wait")
    load.steer(served.plan(HELLO, users=2))
    served.go()
    requests = taken(load, lambda requests: len(requests) > 10)
    assert sum(each.ask == 1 and not each.error for each in requests) == 2


def test_connections_last_from_turn_to_turn(load, site):
    served = site(threads=4)
    for turn in (1, 2, 3):
        load.steer(served.plan(turn=turn, users=4, think_s=0.01))
        taken(load, lambda requests: len(requests) > 40)
    load.idle()
    seen = served.seen()
    assert len(seen) > 120 and len({each["REMOTE_PORT"] for each in seen}) == 4


def test_users_go_to_another_host(load, site):
    one, other = site(threads=2), site(threads=2)
    load.steer(one.plan())
    taken(load, lambda requests: len(requests) > 20)
    load.steer(other.plan(turn=2))
    requests = taken(load, lambda requests: sum(each.turn == 2 for each in requests) > 20)
    load.idle()
    requests += load.take()
    assert not any(each.error for each in requests)
    assert len(other.seen()) == sum(each.turn == 2 for each in requests)


def test_one_user_has_one_request_under_way(load, site):
    served = site(threads=8)
    load.steer(served.plan(WAIT, users=3, think_s=0.001, arrival="on schedule"))
    wait_for(lambda: len(served.seen()) == 3, "all three wait")
    began = monotonic()
    wait_for(lambda: monotonic() > began + 0.1, "much more is due meanwhile")
    load.idle(patience=0)
    requests = load.take()
    served.go()
    assert sorted(each.user for each in requests if each.asked) == [0, 1, 2]
    assert len(requests) > 100 and len(served.seen()) == 3


def test_the_generator_says_how_late_it_is_itself(load, site):
    served = site()
    load.steer(served.plan(users=5, think_s=0.01, arrival="on schedule"))
    taken(load, lambda requests: len(requests) > 50)
    assert load.lag() > 0
