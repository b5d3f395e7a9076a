"""Who was late: counted on requests made by hand, whose answer is known."""

from math import inf
from types import SimpleNamespace

import pytest

from labapp.experiments.perceived import consistency_figures as figures
from labapp.experiments.perceived.consistency_feeds import SHOWN
from labapp.experiments.perceived.consistency_looks import (
    FEED,
    POST,
    fed_after,
    late_looks,
    looks,
    next_looks,
    posts,
    seen_after,
)
from labapp.probe.ledger import Entry
from labapp.services.traffic import Request

TIMING = 'app;dur=9.0, db;dur=4.0;desc="{} queries", cache;dur=0.1;desc="0 hits, 0 misses, 0 sets, 0 deletes"'


def look(sent, *shown, by="bo", done=None, turn=1, **more):
    """Somebody looks, and is shown these photos."""
    return _request(FEED, by, turn, sent, done or sent + 0.1, done or sent + 0.1, f":{_ids(shown)}", **more)


def posted(photo, acknowledged, *shown, by="ana", due=None, done=None, turn=1, **more):
    """Somebody posts; the answer comes, then a page with these photos."""
    due = acknowledged - 0.1 if due is None else due
    seen = f"{photo}:{_ids(shown)}"
    return _request(POST, by, turn, due, acknowledged, done or acknowledged + 0.1, seen, **more)


def _ids(photos):
    return ",".join(map(str, photos))


def _request(ask, by, turn, sent, first, done, seen, error="", asked=1, timing=""):
    return Request(
        turn, ask, -1, 0, by, sent, sent, first, done, 0 if error else 200, 100, "origin", timing, asked, "",
        None if error else seen, 0, error,
    )  # fmt: skip


def late(requests):
    """(when the late ones looked, the photos that they lack)."""
    found = late_looks(looks(requests), posts(requests))
    return [(each.look.sent, [post.photo for post in each.posts]) for each in found]


@pytest.mark.parametrize("sent, shown, found", [
    (0.5, [], []),            # before anything was posted
    (1.95, [], []),           # the post is under way
    (2.0, [], []),            # acknowledged at the very moment
    (2.001, [], [7]),
    (2.001, [7], []),
    (1.95, [7], []),          # earlier than it had to be
    (9.0, [6, 5], [7]),
    (9.0, [8, 7], []),
])  # fmt: skip
def test_a_look_is_late_when_it_was_sent_after_the_acknowledgement(sent, shown, found):
    assert late([posted(7, 2.0), look(sent, *shown)]) == ([(sent, found)] if found else [])


def test_an_acknowledgement_while_the_look_is_under_way_makes_nobody_late():
    assert late([posted(7, 2.0), look(1.0, done=9.0)]) == []


def test_the_acknowledgement_is_the_answer_to_the_form_and_not_the_page_after_it():
    assert late([posted(7, 2.0, done=5.0), look(3.0)]) == [(3.0, [7])]


def test_ones_own_photo_makes_nobody_late_as_a_follower():
    assert late([posted(7, 2.0, by="bo"), look(3.0, by="bo"), look(3.0, by="eve")]) == [(3.0, [7])]


def test_several_posts_of_two_authors():
    """The age counts from the first of those that are lacking, in whatever order they were acknowledged."""
    requests = [
        posted(7, 4.0, by="ana"), posted(8, 2.0, by="eve"), posted(9, 6.0, by="ana"),
        look(3.0), look(5.0, 7), look(5.5, 8), look(7.0, 9, 8), look(8.0, 9, 8, 7), look(8.5, 7),
    ]
    assert late(requests) == [(3.0, [8]), (5.0, [8]), (5.5, [7]), (7.0, [7]), (8.5, [8, 9])]
    ages = [each.age for each in late_looks(looks(requests), posts(requests))]
    assert ages == [1.0, 3.0, 1.5, 3.0, 6.5]


def test_turns_have_nothing_to_do_with_each_other():
    assert late([posted(7, 2.0, turn=1), look(3.0, turn=2), look(3.5, turn=1)]) == [(3.5, [7])]


def test_what_newer_photos_have_pushed_off_the_page_is_not_lacking():
    newest = list(range(30, 30 - SHOWN, -1))
    requests = [posted(newest[-1] - 1, 1.0), posted(newest[-2], 1.5), look(2.0, *newest)]
    assert late(requests) == []
    gap = [each for each in newest if each != newest[-2]]
    assert late([*requests, look(3.0, *gap, newest[-1] - 5)]) == [(3.0, [newest[-1] - 1, newest[-2]])]
    assert late([*requests, look(3.0, *gap)]) == [(3.0, [newest[-1] - 1, newest[-2]])], "there is room"


def test_what_was_not_answered_says_nothing():
    lost = posted(7, 2.0, error="not answered")
    assert late([lost, look(3.0)]) == []
    assert late([posted(7, 2.0), look(3.0, error="500 Internal Server Error")]) == []


def test_the_next_look_of_the_author_is_the_first_that_was_sent_after_the_acknowledgement():
    requests = [
        posted(7, 2.0, 7), look(1.5, by="ana"), look(2.5, by="bo"), look(3.0, 7, by="ana"),
        look(4.0, by="ana"),
        posted(9, 5.0, 9, by="eve"), look(6.0, by="eve", turn=2),
    ]
    found = [(post.photo, look.sent) for post, look in next_looks(looks(requests), posts(requests))]
    assert found == [(7, 3.0)], "whoever does not look again tells nothing"


def test_seen_after_counts_from_the_acknowledgement_until_the_page_was_there():
    requests = [
        posted(7, 2.0), look(1.0, by="bo"), look(3.0, by="bo"), look(4.0, 7, by="bo", done=4.5),
        look(1.9, 7, by="eve", done=1.95), look(5.0, 7, by="eve"),
        look(2.5, by="kim"), look(1.0, by="zoe"), look(4.0, 7, by="ana"),
    ]
    assert seen_after(looks(requests), posts(requests)) == [2.5, 0.0, inf]


def test_seen_after_leaves_out_who_looked_when_newer_photos_had_taken_its_place():
    newest = list(range(30, 30 - SHOWN, -1))
    requests = [posted(5, 2.0), look(3.0, *newest)]
    assert seen_after(looks(requests), posts(requests)) == []


def mark(name, ended, status=0):
    return Entry("mark", name, "1", 99, ended - 0.1, ended, status)


def test_fed_after_counts_each_feed_when_its_batch_was_written():
    marks = [
        mark("fed 7 20", 2.5), mark("fed 7 5", 3.0), mark("fed 8 20", 1.0), mark("fed 8 5", 1.2),
        mark("fed 9 20", 9.0, status=500), mark("something else", 4.0),
    ]
    seven, eight, nine = posts([posted(7, 2.0), posted(8, 2.1), posted(9, 2.2)])
    assert fed_after([seven], marks, 25) == [0.5] * 20 + [1.0] * 5
    assert fed_after([eight], marks, 25) == [0.0] * 25, "before the acknowledgement"
    assert fed_after([nine], marks, 25) == [inf] * 25
    assert fed_after([seven], marks, 26)[-1] == inf


# Figures


def log(requests, warm=(), marks=(), truths=()):
    return SimpleNamespace(requests=list(requests), warm=list(warm), marks=list(marks), truths=list(truths))


def test_posts_of_the_warm_up_count_and_its_looks_do_not():
    warm = [posted(7, 0.5), look(0.6)]
    counted = [look(1.0), look(1.2, 7), look(1.4, 7), look(2.0, by="ana")]
    assert figures.late(log(counted, warm)) == 25
    assert figures.oldest(log(counted, warm)) == 0.5


def test_the_author_is_missing_the_photo_on_the_page_after_posting_or_on_the_next_one():
    known = log([
        posted(7, 1.0), look(2.0, by="ana"),
        posted(8, 3.0, 8, by="bo", due=2.5, done=3.5), look(4.0, by="bo"),
        posted(9, 5.0, 9, by="eve"), look(6.0, 9, by="eve"), posted(10, 7.0, 10, by="eve"),
    ])  # fmt: skip
    assert figures.after_posting(known) == 25
    assert figures.own_missing(known) == 50
    assert figures.next_load(known) == pytest.approx(200 / 3)
    assert figures.author_waits(0.5)(known) == pytest.approx(600), "200, 200, 1,000 ms, and never"
    assert figures.author_waits(0.95)(known) is None
    assert figures.answer(known) == pytest.approx(100)


def test_an_author_who_polls_in_vain_waits_for_ever():
    requests = [posted(photo, 1.0, photo) for photo in range(1, 10)]
    assert figures.author_waits(0.9)(log(requests)) == pytest.approx(200)
    given_up = posted(10, 1.0, error="no answer within 10 s")
    assert figures.author_waits(0.95)(log([*requests, given_up])) is None
    assert figures.author_waits(0.5)(log([*requests, given_up])) == pytest.approx(200)


def test_feeds_that_are_gathered_have_a_photo_at_once_and_others_by_their_marks():
    requests = [posted(7, 2.0), posted(8, 3.0)]
    written = log(requests, marks=[mark("fed 7 3", 2.1), mark("fed 8 3", 3.4)], truths=[{7: 0, 8: 0}])
    assert figures.in_feeds(0.0)(written, followers=2) == pytest.approx(100)
    assert figures.in_feeds(1.0)(written, followers=2) == pytest.approx(400)
    assert figures.in_feeds(0.95)(log(requests, truths=[{7: None, 8: None}]), followers=2) == 0
    assert figures.in_feeds(0.95)(log(requests, truths=[{7: 3, 8: 3}]), followers=2) is None


def test_lost_is_what_the_database_lacks_in_all_turns_and_a_photo_that_is_gone_is_lost_for_all():
    requests, warm = [posted(7, 2.0), posted(9, 2.0, turn=2)], [posted(6, 0.1)]
    assert figures.lost(log(requests, warm, truths=[{6: 0, 7: 0}, {9: None}]), followers=4) == 0
    assert figures.lost(log(requests, warm, truths=[{6: 2, 7: 1}, {9: 0}]), followers=4) == 3
    assert figures.lost(log(requests, warm, truths=[{7: 0}, {}]), followers=4) == 10
    unheard = [posted(7, 2.0, error="not answered")]
    assert figures.lost(log(unheard, truths=[{7: 5}]), followers=4) == 5, "stored, though nobody heard of it"


def test_queries_are_those_of_looks_and_requests_those_of_posts():
    known = log([
        look(1.0, timing=TIMING.format(2)), look(2.0, timing=TIMING.format(4)), look(3.0),
        posted(7, 2.0, timing=TIMING.format(40), asked=2), posted(8, 3.0, asked=5),
    ])  # fmt: skip
    assert figures.queries_per_look(known) == 3
    assert figures.requests_per_post(known) == 3.5


def test_nothing_asked_nothing_known():
    empty = log([])
    assert figures.oldest(empty) == 0.0 and figures.lost(empty, followers=4) == 0
    for figure in (figures.late, figures.own_missing, figures.next_load, figures.author_waits(0.95),
                   figures.answer, figures.seen(0.5), figures.queries_per_look, figures.requests_per_post):
        assert figure(empty) is None
    assert figures.in_feeds(0.5)(empty, followers=4) is None
