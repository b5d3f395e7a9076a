"""Who answered, as shares that say 0 and 100 % only where that is so."""

import pytest

from labapp.panel.tabs.answers import answered as cell
from labapp.panel.tabs.answers import by_who, hit_and_miss, origin, share
from tests.panel.streams import entry, request, stream


@pytest.mark.parametrize(("count", "said"), [
    (0, "0 %"), (1, "under 1 %"), (500, "50 %"), (999, "over 99 %"), (1000, "100 %"),
])
def test_shares(count, said):
    assert share(count, 1000) == said


def answered(*answers):
    """A stream with these (who, ms)."""
    made = stream("whole")
    made.begin(1, 0.0)
    made.add([request(0.1, ms, turn=1, who=who) for who, ms in answers], [entry(0.1, queries=20)])
    made.refresh()
    return made


def test_a_hit_stands_against_a_miss():
    made = answered(("application", 3.0), ("application", 5.0), ("application", 4.0), ("origin", 40.0))
    assert "<b>4.00 ms</b>" in hit_and_miss(by_who(made))
    assert "against 40.0 ms" in hit_and_miss(by_who(made))


@pytest.mark.parametrize("answers", [(), (("origin", 40.0),), (("edge", 1.0),)])
def test_without_one_of_both_nothing_is_set_against_anything(answers):
    assert "ms" not in hit_and_miss(by_who(answered(*answers)))


def test_what_reached_the_origin_is_counted_there():
    assert "<b>1</b> request<" in origin(answered(("edge", 1.0), ("edge", 1.0), ("origin", 40.0)))
    assert "20 queries" in origin(answered(("origin", 40.0)))
    assert "–" in origin(stream("whole"))


def test_who_was_given_up_is_told_from_errors_and_waited_at_least_so_long():
    made = answered(("origin", 40.0))
    made.add([
        request(0.2, 900.0, turn=1, who="", status=0, error="not answered"),
        request(0.3, 2.0, turn=1, who="", status=500, error="HTTP 500"),
    ])
    answers = by_who(made)
    assert {who: count for who, (count, _) in answers.items()} == {"origin": 1, "waiting": 1, "": 1}
    assert "at least 900.0 ms" in cell(answers, "waiting", 3)
    assert "<b>33 %</b>" in cell(answers, "", 3)
