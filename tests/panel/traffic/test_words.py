"""Traffic in sentences."""

from labapp.panel.traffic.words import sentence, status
from tests.panel.streams import request, result, stream, turn


def test_a_turn_under_way_is_counted_and_the_turns_before_are_not():
    one, other = turn(stream("whole"), 1, 100.0), turn(stream("cached", 1), 2, 103.0, each_s=10, ended=False)
    said = status(result([one, other], elapsed_ms=5000), 20_000)
    assert (said.kind, said.sentence, said.progress) == ("busy", "Turn 2: cached, 20 requests so far.", 0.25)


def test_between_turns_the_method_says_what_it_does():
    said = status(result([turn(stream("whole"), 1, 100.0)], status="Waiting for the last answers."), 20_000)
    assert said.sentence == "Waiting for the last answers."


def test_a_generator_that_is_late_is_said():
    made = result([turn(stream("whole"), 1, 100.0, ms=10.0)], final=True, status="1 turn.", late_ms=12.0)
    late = "The load generator itself is late by 12.0 ms (p95): the figures are its limit, not the site's."
    assert status(made, 20_000).sentence == f"1 turn. {late}"
    assert status(result([turn(stream("whole"), 1, 100.0)], late_ms=0.5, status="On."), 1).sentence == "On."


def test_what_went_wrong_is_heard():
    made = stream("whole")
    made.begin(1, 0.0)
    made.add([request(0.1, 5.0, turn=1, error="HTTP 500", status=500, who="", digest="")])
    heard = sentence(result([made, stream("edge", 1, unavailable="needs Varnish")]))
    assert heard == "levels with users 20: whole 1 request, 1 error; edge needs Varnish."


def test_what_is_left_behind_wrongly_is_heard():
    made = turn(stream("whole"), 1, 100.0)
    made.blame("too many counts of 2 posts")
    assert sentence(result([made])).endswith("too many counts of 2 posts.")
