"""What a page says, and what a browser keeps of it."""

import re

import pytest

from labapp.services.traffic import page
from labapp.services.traffic.private_cache import PrivateCache

PAGE = """<p>a</p><div id="x" data-fragment="/bar/?a=1&amp;b=2"><div>wait</div> <divider></div>
<span data-fragment="/foot/"></span>z"""


def test_fragments_are_found_in_their_order():
    assert page.fragments(PAGE) == ["/bar/?a=1&b=2", "/foot/"]
    assert page.fragments("<p>data-fragment</p>") == []


def test_a_fragment_takes_the_place_of_what_the_element_contains():
    assert page.composed(PAGE, ["<div>B</div>", "F"]) == (
        '<p>a</p><div id="x" data-fragment="/bar/?a=1&amp;b=2"><div>B</div></div>\n'
        '<span data-fragment="/foot/">F</span>z'
    )


def test_an_element_that_is_never_closed_loses_nothing():
    assert page.composed('<p data-fragment="/a/">rest', ["A"]) == '<p data-fragment="/a/">Arest'


@pytest.mark.parametrize(("text", "seconds"), [
    ('<p class="x" data-again="0.25">', 0.25), ('<p data-again="1">', 1.0), ('<p data-again="">', None),
    ("<p>data-again=1</p>", None),
])  # fmt: skip
def test_a_page_may_want_to_be_asked_for_again(text, seconds):
    assert page.again(text) == seconds


def test_the_digest_tells_pages_apart_but_not_by_what_is_stripped():
    token = [re.compile(r"token=\w+")]
    first, second = page.digest("a token=1", token), page.digest("a token=2", token)
    assert first == second and re.fullmatch("[0-9a-f]{16}", first)
    assert page.digest("a token=1", []) != page.digest("a token=2", [])


@pytest.mark.parametrize(("person", "count"), [("ana", 2), ("bo&co", 2), ("", 3), ("eve", 3)])
def test_pieces_of_somebody_else_are_counted(person, count):
    text = '<a data-viewer="ana"><b data-viewer="bo&amp;co"><i data-viewer=""><u class=1 data-viewer="ana2">'
    assert page.foreign(text, person) == count


@pytest.mark.parametrize(("headers", "who"), [
    ({}, "origin"),
    ({"x-edge": "HIT"}, "edge"),
    ({"x-edge": "STALE"}, "edge"),
    ({"x-edge": "MISS"}, "origin"),
    ({"server-timing": 'app;dur=1, db;dur=0;desc="0 queries", cache;desc="1 hit, 0 misses"'}, "application"),
    ({"server-timing": 'db;dur=2;desc="1 query", cache;dur=1;desc="1 hit, 2 misses"'}, "origin"),
    ({"server-timing": 'db;dur=0;desc="0 queries", cache;dur=1;desc="0 hits, 2 misses"'}, "origin"),
    ({"server-timing": 'db;dur=0;desc="0 queries"'}, "origin"),
    ({"server-timing": 'db;desc="10 queries", cache;desc="10 hits"'}, "origin"),
])  # fmt: skip
def test_who_has_answered_is_in_the_headers(headers, who):
    assert page.who(headers) == who


def test_who_has_answered_a_page_of_parts_is_the_farthest_of_them():
    assert page.farthest(["edge", "browser", "application"]) == "application"
    assert page.farthest(["browser"]) == "browser"


def kept(headers, status=200, cookies="a=1"):
    """A cache that was given this answer at the moment 100."""
    cache = PrivateCache()
    assert cache.keep("/x/", cookies, status, headers, b"body", 100.0) == b"body"
    return cache


def test_what_is_fresh_is_shown_and_then_asked_for_again():
    cache = kept({"cache-control": "private, max-age=10", "etag": '"v1"', "last-modified": "then"})
    entry, _ = cache.find("/x/", "a=1", 109.9)
    assert entry.body == b"body"
    again = {"If-None-Match": '"v1"', "If-Modified-Since": "then"}
    assert cache.find("/x/", "a=1", 110.0) == (None, again)
    assert cache.find("/y/", "a=1", 101.0) == (None, {})


def test_an_answer_that_it_still_holds_makes_it_fresh_again():
    cache = kept({"cache-control": "max-age=10", "etag": '"v1"'})
    assert cache.keep("/x/", "a=1", 304, {"etag": '"v1"'}, b"", 200.0) == b"body"
    assert cache.find("/x/", "a=1", 209.0)[0].body == b"body"


@pytest.mark.parametrize(("headers", "status"), [
    ({"cache-control": "no-store, max-age=10"}, 200),
    ({"cache-control": "max-age=0"}, 200),
    ({}, 200),
    ({"cache-control": "max-age=10"}, 404),
    ({"cache-control": "max-age=10", "vary": "*"}, 200),
])  # fmt: skip
def test_what_must_not_be_kept_is_not(headers, status):
    assert kept(headers, status).find("/x/", "a=1", 100.0) == (None, {})


def test_no_cache_is_kept_but_always_asked_for():
    cache = kept({"cache-control": "no-cache, max-age=10", "etag": '"v1"'})
    assert cache.find("/x/", "a=1", 100.0) == (None, {"If-None-Match": '"v1"'})


def test_time_spent_in_another_cache_counts():
    assert kept({"cache-control": "max-age=10", "age": "8"}).find("/x/", "", 101.0)[0]
    assert not kept({"cache-control": "max-age=10", "age": "8"}).find("/x/", "", 102.5)[0]


def test_what_varies_by_cookie_is_shown_to_the_same_cookies_only():
    varies = {"cache-control": "max-age=10", "vary": "Accept, Cookie"}
    assert kept(varies).find("/x/", "a=1", 101.0)[0]
    assert kept(varies).find("/x/", "a=2", 101.0) == (None, {})
    assert kept({"cache-control": "max-age=10"}).find("/x/", "a=2", 101.0)[0]


def test_an_answer_that_must_not_be_kept_drops_the_one_before():
    cache = kept({"cache-control": "max-age=10"})
    cache.keep("/x/", "a=1", 200, {"cache-control": "no-store"}, b"new", 101.0)
    assert cache.find("/x/", "a=1", 102.0) == (None, {})
    cache = kept({"cache-control": "max-age=10"})
    cache.drop("/x/")
    assert cache.find("/x/", "a=1", 102.0) == (None, {})
