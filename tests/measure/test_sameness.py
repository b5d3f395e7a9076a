import dataclasses
import datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse, JsonResponse

from labapp.measure.sameness import difference

PAGE = "<html>\n<body>\n <ul>\n  <li>ben</li>\n  <li>cleo writes</li>\n </ul>\n</body></html>"


def users(*names):
    return [user(number, name) for number, name in enumerate(names, 1)]


def user(pk, username):
    return User(pk=pk, username=username, date_joined=MORNING)


@dataclasses.dataclass
class Card:
    title: str
    likes: int


class Plain:
    def __init__(self, **values):
        self.__dict__.update(values)


class Hostile:
    def __eq__(self, other):
        raise OSError("no")

    __hash__ = None

    def __repr__(self):
        raise OSError("no")


class Elsewhere(Exception):
    pass


NAN = float("nan")
MORNING = datetime.datetime(2026, 11, 23, 8, 30, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ([1, 2, 3], (1, 2, 3)),
        ([1.0, 2], [1.0 + 1e-12, 2.0]),
        ([(1, "a")], [[1, "a"]]),
        (0.1 + 0.2, 0.3),
        (Decimal("0.30"), 0.3),
        (Decimal("0.30"), Decimal("0.3")),
        (NAN, NAN),
        (True, 1),
        ({"a": [1], "b": 2}, {"b": 2, "a": [1]}),
        ({1, 2}, frozenset({2, 1})),
        (None, None),
        ("", ""),
        (b"<b>x</b>", "<b>x</b>"),
        (PAGE, PAGE.replace("\n", "").replace("  ", " ")),
        (users("ana", "ben"), users("ana", "ben")),
        (Card("x", 1), Card("x", 1)),
        (Plain(a=1), Plain(a=1)),
        (HttpResponse("<p>x</p>"), HttpResponse("<p>x</p>")),
        (MORNING, MORNING.replace()),
    ],
)
def test_the_same(reference, value):
    assert difference(reference, value) is None


@pytest.mark.parametrize(
    ("reference", "value", "sentence"),
    [
        ([1, 2, 3], [1, 3], "1 row missing"),
        (list(range(2000)), [], "2,000 rows missing"),
        ([1, 2], [1, 2, 3, 4], "2 rows too many"),
        ([1, 2], [1, 2, 2], "1 row too many"),
        ([1, 2, 3], [3, 2, 1], "same rows, other order"),
        ([1, 2, 3, 4], [1, 2, 9], "3 rows, should be 4"),
        ([1, 2, 3], [1, 2, 9], "row 3 is 9, should be 3"),
        (["ana", "ben"], ["ana", "cleo"], "row 2 is 'cleo', should be 'ben'"),
        ([{"by": "ben"}] * 3, [{"by": "ben"}] * 2 + [{"by": "ana"}], "row 3: by is 'ana', should be 'ben'"),
        ([("ana", 1)], [("ana", 2)], "row 1: column 2 is 2, should be 1"),
        ([("ana", 1)], [("ana",)], "row 1: 1 column, should be 2"),
        ([{"a": 1}], [(1,)], "row 1 is (1,), should be {'a': 1}"),
        ({"a": 1, "b": 2}, {"a": 1}, "b is missing"),
        ({"a": 1}, {"a": 1, "b": 2, "c": 3}, "b and 1 more should not be there"),
        ({"photos": [1, 2]}, {"photos": [1]}, "photos: 1 row missing"),
        ({1, 2, 3}, {1, 2}, "1 row missing"),
        (3, 4, "the result is 4, should be 3"),
        (3, "3", "the result is the text '3', should be the number 3"),
        (None, [1], "the result is [1], should be None"),
        (list(range(300)), None, "the result is None, should be 300 rows"),
        (1.0, 1.1, "the result is 1.1, should be 1.0"),
        (Decimal("1.10"), Decimal("1.20"), "the result is 1.20, should be 1.10"),
        (users("ana", "ben"), users("ana", "cleo"), "row 2: username is 'cleo', should be 'ben'"),
        (users("ana", "ben"), users("ana", "ben")[::-1], "same rows, other order"),
        (users("ana", "ben"), users("ana"), "1 row missing"),
        ([MORNING], [MORNING.replace(hour=9)], f"row 1 is {MORNING.replace(hour=9)}, should be {MORNING}"),
        (users("ana"), [{"username": "ana"}], "row 1 is {'username': 'ana'}, should be a User"),
        (Card("x", 1), Card("x", 2), "likes is 2, should be 1"),
        (Plain(a=1), Plain(a=2), "a is 2, should be 1"),
        ("ana", "ben", "the result is 'ben', should be 'ana'"),
        ("one two " * 20, "one two " * 20 + "three", "the text should end at line 1, before “three”"),
        (
            PAGE,
            PAGE.replace("ben", "ana"),
            "the page differs at line 4: “<li>ana</li><li>”, should be “<li>ben</li><li>”",
        ),
        (
            PAGE,
            PAGE.replace("cleo writes", "cleo"),
            "the page differs at line 5: “cleo</li></ul></body>”, should be “cleo writes</li>”",
        ),
        ("<p>a</p><p>b</p>", "<p>a</p>", "the page ends too early, before “</p><p>b</p>”"),
        (HttpResponse("<p>x</p>"), HttpResponse("<p>x</p>", status=404), "status is 404, should be 200"),
    ],
)
def test_one_sentence(reference, value, sentence):
    assert difference(reference, value) == sentence


def test_order_may_not_matter():
    assert difference([1, 2, 3], [3, 1, 2], ordered=False) is None
    assert difference(users("ana", "ben"), users("ana", "ben")[::-1], ordered=False) is None
    assert difference([1.0, 2.0], [2.0 + 1e-12, 1.0], ordered=False) is None
    assert difference([("a", 1), ("b", 2)], [("b", 3), ("a", 1)], ordered=False) == (
        "1 row differs, one is ('b', 3), should be ('b', 2)"
    )
    swapped = [user(2, "ana"), user(1, "ben")]
    assert (
        difference(users("ana", "ben"), swapped, ordered=False) == "row 2: username is 'ben', should be 'ana'"
    )


def test_csrf_tokens_do_not_count():
    form = '<form><input type="hidden" name="csrfmiddlewaretoken" value="{}"><b>{}</b></form>'
    assert difference(form.format("aaa", "x"), form.format("bbb", "x")) is None
    assert difference(form.format("aaa", "x"), form.format("bbb", "y")) is not None


def test_blanks_count_inside_of_text_and_of_pre():
    assert difference("<p>a b</p>", "<p>ab</p>") is not None
    assert difference("<p>a b</p>", "<p>a \n  b</p>") is None
    assert difference("<pre>a  b</pre>", "<pre>a b</pre>") is not None
    assert difference("ana ", "ana") == "the result is 'ana', should be 'ana '"


def test_deferred_fields_are_not_fetched(shop_db):
    """Comparing sends nothing: a field that only one of them has loaded is not looked at."""
    from labapp.probe import record

    User.objects.create(username="ana", first_name="Ana")
    whole, part = User.objects.get(), User.objects.only("username").get()
    with record() as recording:
        assert difference([whole], [part]) is None
        assert difference([part], [whole]) is None
        part.username = "ben"
        assert difference([whole], [part]) == "row 1: username is 'ben', should be 'ana'"
    assert recording.count == 0
    assert "first_name" not in part.__dict__


def test_querysets_are_rows(shop_db):
    for name in ("ana", "ben"):
        User.objects.create(username=name)
    assert difference(User.objects.order_by("pk"), list(User.objects.order_by("pk"))) is None
    assert difference(User.objects.order_by("pk"), User.objects.order_by("-pk")) == "same rows, other order"


def test_json():
    assert difference(JsonResponse({"a": 1}), JsonResponse({"a": 2})) is not None


def test_it_never_raises():
    looped: list = []
    looped.append(looped)
    other: list = []
    other.append(other)
    assert "nested too deeply" in difference(looped, other)
    assert difference(Hostile(), Hostile()) == "cannot be compared: comparing raised OSError"
    assert difference([Hostile()], 3) == "the result is the number 3, should be an object of type list"
    assert "generator" in difference((each for each in [1]), (each for each in [1]))
    assert difference(object(), object()) == "the result is another object"
    assert difference(User, User) is None
    assert difference(Elsewhere("x"), 3) is not None
