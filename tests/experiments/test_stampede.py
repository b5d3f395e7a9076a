"""The stampede: how often the page is made, in every order, and what the figures count."""

import re
import sys
import threading
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from labapp.experiments.caching import stampede_background as background
from labapp.experiments.caching import stampede_figures as figures
from labapp.experiments.caching import stampede_lock
from labapp.experiments.caching.stampede import stampede
from labapp.experiments.caching.stampede_background import Refresher, in_thread, refresher
from labapp.experiments.caching.stampede_page import COMPUTED, MARK
from labapp.experiments.interleaving import interleavings
from labapp.experiments.traffic.turn import mount_name
from labapp.pinsta.models import Photo
from tests.experiments.serving import served

LIFETIME = 60
module = sys.modules["labapp.experiments.caching.stampede"]  # the package's own name is the experiment


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still, chance that never wants to be early, and waiting that takes no time."""
    time = SimpleNamespace(now=1000.0, chance=0.0)
    monkeypatch.setattr(module, "monotonic", lambda: time.now)
    monkeypatch.setattr(module, "random", lambda: time.chance)
    monkeypatch.setattr(stampede_lock, "sleep", lambda seconds: None)
    return time


def view(name):
    """A function that asks the variant for the page once, and gives its text."""
    function = stampede.variants[name].function
    return lambda: function(RequestFactory().get("/"), photos=100, lifetime=LIFETIME).content.decode()


def every_order(name, before=lambda: None, switches=None):
    """The Runs of two who ask for the page at the same time, after ``before()``."""

    def scenario():
        cache.clear()
        before()
        return {reader: view(name) for reader in "AB"}

    return list(interleavings(scenario, switches=switches))


def made(run):
    """How often the page was made: the ranking is one statement."""
    return sum(step.what.startswith("SELECT") for step in run.steps)


def at_once(run):
    """Whether somebody began to make it while somebody else did."""
    making = set()
    for step in run.steps:
        if step.what.startswith("SELECT"):
            if making - {step.who}:
                return True
            making.add(step.who)
        elif step.what.startswith("cache.set"):
            making.discard(step.who)
    return False


def test_with_get_and_set_both_make_it_unless_one_has_finished(pinsta_db, clock):
    """get, SELECT, set of each: 18 orders in which both find nothing, and 2 with one after the other."""
    runs = every_order("unguarded")
    assert sorted(made(run) for run in runs) == [1] * 2 + [2] * 18
    assert any(map(at_once, runs))


@pytest.mark.parametrize("name", ["lock", "early", "revalidate"])
def test_with_a_lock_one_makes_what_is_missing_in_every_order(pinsta_db, clock, name):
    """In all orders in which each leaves the other up to twice."""
    runs = every_order(name, switches=4)
    assert len(runs) > 20 and {made(run) for run in runs} == {1}
    assert all(len(set(run.values.values())) == 1 for run in runs), "and both show it"


def test_early_refresh_leaves_alone_what_is_fresh(pinsta_db, clock):
    (run, other) = every_order("early", before=view("early"))
    assert made(run) == made(other) == 0 and len(run.steps) == 2


def test_early_refresh_is_done_by_one_at_a_time_and_nobody_waits(pinsta_db, clock):
    def nearly_over():
        clock.now, clock.chance = 1000.0, 0.0
        took = iter([1000.0, 1000.5, 1000.5])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "monotonic", lambda: next(took, 1000.5))
            view("early")()  # it took half a second, and ends at 1060.5
        clock.now, clock.chance = 1060.0, 0.7  # 1060 + 0.5 * 1.2 is past the end

    runs = every_order("early", before=nearly_over)
    assert not any(map(at_once, runs))
    assert {made(run) for run in runs} == {1, 2}, "who has looked before may begin after the other"
    for run in runs:
        makers = {step.who for step in run.steps if step.what.startswith("SELECT")}
        waited = [run.order.count(who) for who in {"A", "B"} - makers]
        assert not waited or max(waited) <= 2, "a get and at most a refused add"


@pytest.mark.parametrize("chance, early", [(0.0, 0), (0.63, 0), (0.64, 1), (0.99, 1)])
def test_early_refresh_is_the_likelier_the_longer_it_takes(pinsta_db, clock, chance, early):
    """One second before the end, and it takes one: early when -log(1 - chance) is 1 or more."""
    cache.clear()
    cache.set("ranking-timed", ("old", 1.0, 1001.0))
    clock.chance = chance
    assert (view("early")() != "old") == early


def test_stale_while_revalidate_shows_the_old_one_and_has_it_made_once(pinsta_db, clock, monkeypatch):
    begun = []
    monkeypatch.setattr(module, "in_thread", begun.append)

    def expired():
        begun.clear()
        cache.set("ranking-dated", ("old", 999.0))

    def scenario():
        cache.clear()
        expired()
        return {reader: view("revalidate") for reader in "ABC"}

    for run in interleavings(scenario):
        assert set(run.values.values()) == {"old"} and len(begun) == 1 and made(run) == 0
    begun[0]()
    assert view("revalidate")() != "old" and len(begun) == 1, "it is fresh now"
    clock.now += LIFETIME
    view("revalidate")()
    assert len(begun) == 2, "and its lock is free again"


# The thread in the background


def test_in_thread_closes_its_connection(pinsta_db):
    done = threading.Event()
    seen = []

    def work():
        from django.db import connection

        Photo.objects.count()
        seen.append(connection)
        done.set()

    in_thread(work)
    assert done.wait(10)
    ended()
    assert seen[0].connection is None


@pytest.fixture
def patient(monkeypatch):
    """Nobody is thought to have gone away, until the test has ended."""
    cache.clear()
    with monkeypatch.context() as patch:
        patch.setattr(background, "ASKED", 1e9)
        yield
        patch.setattr(background, "ASKED", -1)
        ended()


def ended():
    """Wait for the threads in the background."""
    for thread in threading.enumerate():
        if thread.name == "regenerating":
            thread.join(10)


def test_a_refresher_makes_the_first_one_and_goes_on_while_it_is_asked_for(patient):
    numbers, third = iter(range(10**6)), threading.Event()

    def make():
        number = next(numbers)
        if number == 3:
            third.set()
        return number

    kept = Refresher("number", make, 0.02)
    assert kept.get() == 0, "the first who asks makes it"
    assert third.wait(10) and kept.get() >= 2, "and after that the thread"
    kept._asked = -1e12  # nobody asks any more
    ended()
    last = cache.get("number")
    assert kept.get() == last, "who comes back is shown the old one"


def test_an_emptied_cache_is_filled_by_who_asks(patient):
    numbers = iter(range(10**6))
    kept = Refresher("number", lambda: next(numbers), 1000)
    assert (kept.get(), kept.get()) == (0, 0)
    cache.clear()
    assert (kept.get(), kept.get()) == (1, 1)
    names = [thread.name for thread in threading.enumerate()]
    assert names.count("regenerating") <= 2, "the thread before is ending, or has ended"


def test_of_several_processes_the_first_in_a_period_makes_it(patient):
    """This one looks again and again, and finds that the others have been there."""
    made, looked = [], threading.Event()
    kept = Refresher("number", lambda: made.append(1), 0.02)
    kept.period = lambda now: looked.set() or "taken"
    cache.set("taken", True)
    cache.set("number", "theirs")
    assert kept.get() == "theirs" and looked.wait(10)
    assert kept.get() == "theirs" and not made


def test_a_period_is_the_same_for_all_processes():
    kept = Refresher("number", int, 10)
    assert [kept.period(now) for now in (9.9, 10.0, 19.9)] == ["number-0", "number-1", "number-1"]


def test_another_lifetime_is_another_refresher():
    first = refresher("name", str, 1, every=2)
    assert refresher("name", str, 1, every=2) is first
    assert refresher("name", str, 1, every=3) is not first


# The variants show the same


def test_all_variants_show_the_same_page(pinsta_db):
    pages = set()
    for name, each in stampede.variants.items():
        with served(stampede, photos=300) as site:
            answers = [site.get(name, "reach/") for _ in range(2)]
        for answer in answers:
            assert answer.status_code == 200, name
            assert float(re.search(COMPUTED, answer.text)[1]) > 0
            pages.add(re.sub(COMPUTED, "", answer.text).replace(f"/{mount_name(name)}/", "/"))
        if each.edge:
            assert "stale-while-revalidate" in answer.headers["Surrogate-Control"]
    assert len(pages) == 1


# Figures


def mark(began, ended, name=MARK):
    return SimpleNamespace(name=name, began=began, ended=ended)


def log(marks=(), requests=(), work=(), seconds=10.0):
    return SimpleNamespace(marks=list(marks), requests=list(requests), work=list(work), seconds=seconds)


@pytest.mark.parametrize("marks, most", [
    ([], 0),
    ([(0, 1)], 1),
    ([(0, 1), (1, 2)], 1),      # one ends as the other begins
    ([(0, 3), (1, 2)], 2),
    ([(0, 3), (1, 4), (2, 5), (6, 9)], 3),
    ([(0, 9), (1, 2), (3, 4)], 2),
])  # fmt: skip
def test_how_many_made_it_at_once(marks, most):
    assert figures.at_once(log([mark(*each) for each in marks])) == most


def test_how_often_it_was_made():
    known = log([mark(0, 1), mark(2, 3), mark(4, 5), mark(6, 7, "something else")])
    assert figures.recomputed(known) == 3
    assert figures.per_lifetime(known, lifetime=2.0) == 3 * 2 / 10
    assert figures.per_lifetime(log(seconds=0.0), lifetime=2.0) is None


def test_work_counts_requests_and_threads_beside_them():
    known = log(work=[SimpleNamespace(db_ms=100.0, cpu_ms=40.0), SimpleNamespace(db_ms=50.0, cpu_ms=10.0)])
    assert figures.database_work(known) == 15.0 and figures.processor_work(known) == 5.0


def test_the_oldest_answer():
    def answer(done, seen, status=200):
        return SimpleNamespace(done=done, seen=seen, status=status)

    known = log(requests=[answer(11.0, "10.5"), answer(14.0, "12.0"), answer(99.0, None, 0)])
    assert figures.oldest(known, lifetime=1.0) == 2.0
    assert figures.oldest(log()) is None
