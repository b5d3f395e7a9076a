"""The line above the table while a measurement is under way."""

from labapp.panel.status import of
from tests.measure.results import result


def test_before_there_is_a_reason_to_end_the_rounds_are_counted():
    assert of(result(rounds=2, status="", final=False), 2000).sentence == "2 rounds so far."
    assert of(result(rounds=1, status="", final=False), 2000).sentence == "1 round so far."


def test_a_sentence_of_the_measurement_is_said_as_it_is():
    assert of(result(status="Recording one run of each variant.", final=False), 2000).kind == "busy"
    assert of(result(status="20 rounds in 2.0 s"), 2000).sentence == "20 rounds in 2.0 s"
