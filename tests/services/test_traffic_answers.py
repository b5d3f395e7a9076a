"""What users make of answers: forms, cookies, parts of pages, what a browser keeps, and errors."""

import threading

import psutil
import pytest

from labapp.services.ports import free_port
from labapp.services.traffic import Generator
from labapp.services.traffic.page import digest
from tests.services.kernels import wait_for
from tests.services.traffic import HELLO, WAIT, Site, first, taken

ANA = {"name": "ana", "cookies": {"sessionid": "ana1"}}


@pytest.fixture(scope="module")
def load():
    """A load generator."""
    made = Generator()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def shared():
    """A Site for tests that leave it as it is."""
    made = Site(threads=4)
    yield made
    made.stop()


@pytest.fixture
def site(shared, load):
    """It has seen nothing yet."""
    (shared.folder / "seen").unlink(missing_ok=True)
    (shared.folder / "go").unlink(missing_ok=True)
    yield shared
    shared.go()
    load.idle(0)
    load.take()


def test_a_form_is_posted_and_the_cookies_are_kept(load, site):
    form = {"name": "form", "path": "form/", "method": "POST", "data": {"text": "no. {n}", "to": "bo"}}
    load.steer(site.plan(form, users=1, people=[ANA], headers={"X-Lab": "turn 1"}))
    request = taken(load, lambda requests: len(requests) > 2)[0]
    assert (request.status, request.error, request.person) == (302, "", "ana")
    one, two, *_ = site.seen()
    token = one["HTTP_X_CSRFTOKEN"]
    assert one["REQUEST_METHOD"] == "POST" and one["HTTP_X_LAB"] == "turn 1"
    assert one["HTTP_COOKIE"] == f"sessionid=ana1; csrftoken={token}" and len(token) == 32
    assert two["HTTP_COOKIE"] == f"sessionid=ana1; csrftoken={token}; seen=yes"
    number = int(one["body"].removeprefix("text=no.+").removesuffix("&to=bo"))
    assert two["body"] == f"text=no.+{number + 1}&to=bo"


def test_a_redirect_is_followed_and_a_page_asked_for_again_until_it_has_what_it_waits_for(load, site):
    posted = {"name": "post", "path": "posted/", "method": "POST", "look": r"Here: (\d)"}
    load.steer(site.plan({**posted, "follow": True}, users=1, people=[ANA], headers={"X-Lab": "turn 1"}))
    request = first(load)
    assert (request.status, request.error, request.seen, request.asked) == (303, "", "7", 4)
    assert request.sent < request.first < request.done
    post, *looks = site.seen()[:4]
    assert post["REQUEST_METHOD"] == "POST"
    told = {(each["REQUEST_METHOD"], each["path"], each["query"], each["HTTP_X_LAB"]) for each in looks}
    assert told == {("GET", "/late/", "posted=7", "turn 1")}


def test_a_redirect_stays_where_it_is_unless_it_is_to_be_followed(load, site):
    load.steer(site.plan({"name": "post", "path": "posted/", "method": "POST"}, users=1))
    request = first(load)
    assert (request.status, request.asked) == (303, 1)
    assert {each["path"] for each in site.seen()} == {"/posted/"}


def test_a_new_turn_begins_with_the_cookies_of_the_person(load, site):
    form = {"name": "form", "path": "form/", "method": "POST"}
    load.steer(site.plan(form, users=1, people=[ANA]))
    taken(load, lambda requests: len(requests) > 2)
    load.idle()
    load.take()
    before = len(site.seen())
    load.steer(site.plan(turn=2, users=1, people=[ANA]))
    taken(load, bool)
    assert site.seen()[before]["HTTP_COOKIE"] == "sessionid=ana1"


def test_a_page_is_composed_of_its_fragments(load, site):
    page = {"name": "page", "path": "page/ana/", "compose": True, "look": "<b>(ba.)</b>"}
    load.steer(site.plan(page, users=1, people=[ANA], strip=["Photo"]))
    request = first(load)
    assert (request.asked, request.seen, request.foreign, request.error) == (3, "bar", 0, "")
    assert request.timing.split("|")[0] == "app;dur=1"
    assert sorted(request.timing.split("|")[1:]) == ['bar;desc="1 query"', 'foot;desc="1 query"']
    whole = (
        '<h1></h1>\n<p data-viewer="ana">Hello ana</p>\n'
        '<div class="bar" data-fragment="/fragments/bar/?a=1&amp;b=2"><b>bar</b></div>\n'
        '<div data-fragment="/fragments/foot/"><b>foot</b></div>'
    )
    assert request.digest == digest(whole, [])
    pages = [each for each in site.seen() if each["path"] == "/fragments/bar/"]
    assert pages[0]["query"] == "a=1&b=2" and pages[0]["HTTP_COOKIE"] == "sessionid=ana1"


def test_composed_pages_account_for_each_request_of_theirs(load, site):
    page = {"name": "page", "path": "page/ana/", "compose": True}
    load.steer(site.plan(page, users=5))
    requests = taken(load, lambda requests: len(requests) > 50)
    load.idle()
    requests += load.take()
    assert {each.asked for each in requests} == {3}
    assert sum(each.asked for each in requests) == len(site.seen())


def test_what_was_made_for_somebody_else_is_counted(load, site):
    load.steer(site.plan({"name": "page", "path": "page/bo/"}, users=1, people=[ANA]))
    assert first(load).foreign == 1
    load.steer(site.plan({"name": "page", "path": "page/bo/"}, turn=2, users=1))
    assert first(load).foreign == 1


@pytest.mark.parametrize(("path", "who"), [
    ("header/X-Edge/HIT/", "edge"), ("header/X-Edge/STALE/", "edge"), ("header/X-Edge/MISS/", "origin"),
    ('header/Server-Timing/db;desc="0 queries", cache;desc="1 hit"/', "application"),
])  # fmt: skip
def test_who_has_answered_is_told(load, site, path, who):
    load.steer(site.plan({"name": "page", "path": path.replace(" ", "%20").replace('"', "%22")}, users=1))
    assert first(load).who == who


def test_a_browser_keeps_what_it_may(load, site):
    ask = {"name": "page", "path": "cached/1000/"}
    load.steer(site.plan(ask, users=2, browser_cache=True))
    requests = taken(load, lambda requests: len(requests) > 50)
    load.idle()
    requests += load.take()
    assert len(site.seen()) == 2 == sum(each.who == "origin" for each in requests)
    kept = [each for each in requests if each.who == "browser"]
    assert {(each.status, each.asked, each.size, each.digest) for each in kept} == {
        (200, 0, 0, digest("kept", []))
    }


def test_what_a_browser_has_kept_it_asks_for_again_when_it_is_stale(load, site):
    load.steer(site.plan({"name": "page", "path": "cached/0/"}, users=1, browser_cache=True))
    requests = taken(load, lambda requests: len(requests) > 5)
    load.idle()
    assert [each.status for each in requests] == [200, *[304] * (len(requests) - 1)]
    assert {each.digest for each in requests} == {digest("kept", [])}
    assert [each.size for each in requests[:2]] == [4, 0]


def test_a_browser_s_cache_is_empty_in_a_new_turn(load, site):
    ask = {"name": "page", "path": "cached/1000/"}
    for turn in (1, 2):
        load.steer(site.plan(ask, turn=turn, users=1, browser_cache=True))
        requests = taken(load, lambda requests: len(requests) > 5)
        load.idle()
        requests += load.take()
        assert [each.who for each in requests][:2] == ["origin", "browser"]
    assert len(site.seen()) == 2


@pytest.mark.parametrize("status", [404, 500, 503])
def test_an_error_of_the_site_is_told_as_it_says(load, site, status):
    load.steer(site.plan({"name": "page", "path": f"status/{status}/"}, users=1))
    request = first(load)
    assert (request.status, request.error, request.digest, request.who) == (
        status,
        f"{status} As Asked",
        "",
        "",
    )
    assert request.asked == 1 and request.size == 2


def test_nobody_there_is_told(load, site):
    load.steer(site.plan(users=1, host=f"http://127.0.0.1:{free_port()}"))
    request = first(load)
    assert (request.status, request.error, request.digest) == (0, "connection refused", "")


def test_an_answer_that_takes_too_long_is_told_and_the_user_goes_on(load, site):
    load.steer(site.plan(WAIT, users=1, timeout_s=0.05))
    request = taken(load, bool)[0]
    assert (request.status, request.error) == (0, "no answer within 0.05 s")
    assert request.done - request.sent >= 0.05
    load.steer(site.plan(HELLO, turn=2, users=1))
    requests = taken(load, lambda requests: any(each.turn == 2 for each in requests))
    assert requests[-1].status == 200


def test_a_server_that_dies_within_an_answer_is_told(load):
    served = Site()
    try:
        load.steer(served.plan(WAIT, users=1))
        wait_for(served.seen, "it is asked")
        served.kill_worker()
        request = first(load)
        assert (request.status, request.error) == (0, "the connection was closed before an answer")
    finally:
        load.idle(0)
        served.stop()
        load.take()


def test_users_are_told_apart_by_their_people(load, site):
    load.steer(site.plan(users=4, people=[ANA, None]))
    requests = taken(load, lambda requests: {each.user for each in requests} == {0, 1, 2, 3})
    assert {(each.user, each.person) for each in requests} == {(0, "ana"), (1, ""), (2, "ana"), (3, "")}


@pytest.mark.parametrize("threads", [1, 2])
def test_nothing_fails_while_the_site_is_resized(load, threads):
    served = Site(threads=threads)
    try:
        load.steer(served.plan(users=6, think_s=0.002))
        taken(load, lambda requests: len(requests) > 50)
        resizing = threading.Thread(target=served.resize, args=(2, 3 - threads))
        resizing.start()
        requests = taken(load, lambda requests: not resizing.is_alive() and len(requests) > 50)
        requests += taken(load, lambda requests: len(requests) > 50)
        load.idle()
        requests += load.take()
        assert {each.error for each in requests} == {""}
        assert {each["pid"] for each in served.seen()[-50:]} <= {*served.pids}
        assert not {psutil.Process(pid).status() for pid in served.pids} & {psutil.STATUS_STOPPED}
    finally:
        load.idle(0)
        served.stop()
        load.take()
