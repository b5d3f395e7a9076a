"""A plan as it is given, and what a user makes of it."""

import pytest

from labapp.services import ServiceError
from labapp.services.traffic import Plan
from labapp.services.traffic.plan import WARM
from labapp.services.traffic.session import Session

PHOTO = {"name": "photo", "path": "photos/{key}/", "keys": [9, "a b"]}
GIVEN = {
    "turn": 7, "host": "http://127.0.0.1:8001", "mount": "/none", "users": 2, "think_s": 0.5, "asks": [PHOTO],
}  # fmt: skip


def session(user=0, **more):
    """A session that began at the moment 100."""
    return Session(Plan.read({**GIVEN, **more}), user, 1, 100.0)


def requests(session, count):
    """What it asks for, one after the other, as (method, URL)."""
    return [(each.method, each.url) for each in (session.wanted(session.take()) for _ in range(count))]


@pytest.mark.parametrize(("wrong", "said"), [
    ({"users": -1}, "users must be a whole number from 0 to 2000, and -1 is not."),
    ({"users": 2.5}, "users must be a whole number from 0 to 2000, and 2.5 is not."),
    ({"think_s": 0}, "think_s must be more than 0 on schedule, and 0 is not."),
    ({"think_s": "1"}, "think_s must be more than 0 on schedule, and '1' is not."),
    ({"think_s": -1, "arrival": "after each answer"}, "think_s must be 0 or more, and -1 is not."),
    ({"arrival": "now"}, "arrival must be 'on schedule' or 'after each answer', and 'now' is not."),
    ({"host": "shop"}, "host must be like \"http://127.0.0.1:8001\", and 'shop' is not."),
    ({"timeout_s": 0}, "timeout_s must be more than 0, and 0 is not."),
    ({"people": ["ana"]}, 'people must be each {"name", "cookies"} or None, and [\'ana\'] is not.'),
    ({"asks": []}, "asks must be some, with a weight above 0, and [] is not."),
    ({"strip": ["("]}, "strip must be a regular expression, and '(' is not: missing ), "
                       "unterminated subpattern at position 0."),
    ({"asks": [{**PHOTO, "fast": 3}]}, "an ask has no 'fast': it is made of name, path, keys, zipf, weight, "
                                       "method, data, files, look, compose, follow."),
    ({"asks": [{"name": "a"}]}, "an ask needs 'path', and has name."),
    ({"asks": [{**PHOTO, "method": "PUT"}]}, "method must be GET or POST, and 'PUT' is not."),
    ({"asks": [{**PHOTO, "weight": -1}]}, "weight must be 0 or more, and -1 is not."),
    ({"asks": [{**PHOTO, "zipf": 9}]}, "zipf must be from 0 to 5, and 9 is not."),
    ({"asks": [{**PHOTO, "look": "a"}]}, "look must be an expression with a group, and 'a' is not."),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_one_sentence(wrong, said):
    with pytest.raises(ServiceError) as refused:
        Plan.read({**GIVEN, **wrong})
    assert str(refused.value) == said


def test_a_host_is_looked_up_once():
    plan = Plan.read({**GIVEN, "host": "http://localhost:8001"})
    assert (plan.address, plan.netloc) == (("127.0.0.1", 8001), "localhost:8001")
    assert Plan.read({**GIVEN, "host": "http://127.0.0.1"}).address == ("127.0.0.1", 80)


def test_paths_are_below_the_mount_and_keys_are_quoted():
    assert set(requests(session(), 50)) == {("GET", "/none/photos/9/"), ("GET", "/none/photos/a%20b/")}
    plain = [{"name": "feed", "path": "/feed/?page=1"}]
    assert requests(session(asks=plain), 1) == [("GET", "/none/feed/?page=1")]


def test_users_ask_for_different_things_and_a_seed_for_the_same_things():
    assert requests(session(0), 50) == requests(session(0), 50) != requests(session(1), 50)


def test_what_is_asked_for_does_not_depend_on_the_arrival():
    assert requests(session(), 50) == requests(session(arrival="after each answer", think_s=2), 50)


def test_what_was_due_and_not_taken_is_told_and_past():
    once, again = session(), session()
    moments = once.overdue(110.0)
    assert moments == [again.take() for _ in moments] and len(moments) > 5
    assert all(100 < moment.due <= 110 for moment in moments)
    assert once.schedule.due > 110 and once.overdue(110.0) == []


def test_only_what_is_due_between_two_moments_counts_and_nothing_is_due_later():
    once = session(counted=(105.0, 110.0), headers={"X-Lab": "7"}, think_s=0.1)
    assert not once.is_due(100.0)
    moments = once.overdue(200.0)
    assert 105 < moments[-1].due < 110 <= once.schedule.due and not once.is_due(200.0)
    headers = {moment.due < 105: once.wanted(moment).headers for moment in moments}
    assert headers == {True: {"X-Lab": "7", WARM: "1"}, False: {"X-Lab": "7"}}


def test_asks_are_mixed_by_their_weight():
    asks = [{**PHOTO, "weight": 0}, {"name": "feed", "path": "feed/"}]
    assert set(requests(session(asks=asks), 50)) == {("GET", "/none/feed/")}


def test_a_changed_mix_holds_at_once():
    once = session()
    once.change(Plan.read({**GIVEN, "asks": [{"name": "feed", "path": "feed/"}]}), 101.0)
    assert requests(once, 1) == [("GET", "/none/feed/")]


def test_people_are_dealt_out_to_the_users():
    people = [{"name": "ana", "cookies": {"sessionid": "1"}}, None]
    users = [session(user, people=people) for user in range(3)]
    assert [user.person for user in users] == ["ana", "", "ana"]
    assert [user.cookie_header() for user in users] == ["sessionid=1", "", "sessionid=1"]


def test_cookies_are_learned_and_forgotten():
    once = session(people=[{"name": "ana", "cookies": {"sessionid": "1"}}])
    once.learn(["theme=dark; Path=/; HttpOnly", "a=b=c"])
    assert once.cookie_header() == "sessionid=1; theme=dark; a=b=c"
    once.learn(["theme=; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/"])
    assert once.cookie_header() == "sessionid=1; a=b=c"


def test_a_form_is_posted_with_a_token_and_numbers_that_grow():
    form = {
        "name": "like",
        "path": "like/{key}/",
        "keys": [3],
        "method": "POST",
        "data": {"text": "no. {n} ä"},
    }
    once = session(asks=[form])
    first, second = (once.wanted(once.take()) for _ in range(2))
    assert (first.method, first.url) == ("POST", "/none/like/3/")
    token = first.headers["X-CSRFToken"]
    assert len(token) == 32 and once.cookie_header() == f"csrftoken={token}"
    assert second.headers["X-CSRFToken"] == token
    numbers = [int(each.body.decode().split("+")[1]) for each in (first, second)]
    assert numbers[1] == numbers[0] + 1
    assert first.body.endswith(b"+%C3%A4")


def test_a_token_that_the_site_has_set_is_sent():
    once = session(asks=[{"name": "like", "path": "like/", "method": "POST"}])
    once.learn(["csrftoken=theirs"])
    assert once.wanted(once.take()).headers["X-CSRFToken"] == "theirs"
