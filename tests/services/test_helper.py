"""Processes that take orders."""

import json
import signal

import pytest

from labapp.services import ServiceError, helper, relay
from labapp.services.helper import Helper, HelperGone


@pytest.fixture
def relaying():
    """A helper that answers."""
    made = Helper("the proxy", relay.__file__, "relay")
    yield made
    made.process.send_signal(signal.SIGCONT)
    made.close()


def test_an_answer_that_somebody_left_behind_is_not_taken_for_ours(relaying):
    left = {"order": "delay", "ms": 1, "own_ms": 0, "number": 99}
    relaying.process.stdin.write(json.dumps(left).encode() + b"\n")
    assert relaying.ask(order="route", target=1)["port"] > 0


def test_a_helper_that_says_nothing_is_given_up_and_may_come_back(relaying, monkeypatch):
    relaying.process.send_signal(signal.SIGSTOP)
    with monkeypatch.context() as impatient:
        impatient.setattr(helper, "PATIENCE", 0)
        with pytest.raises(ServiceError, match="^The process of the proxy says nothing for 0 s.$"):
            relaying.ask(order="delay", ms=1, own_ms=0)
    relaying.process.send_signal(signal.SIGCONT)
    assert relaying.ask(order="route", target=1)["port"] > 0


def test_one_that_was_killed_or_closed_is_gone(relaying):
    relaying.process.kill()
    with pytest.raises(HelperGone, match="^The process of the proxy is no more.$"):
        relaying.ask(order="route", target=1)
    relaying.close()
    with pytest.raises(HelperGone):
        relaying.ask(order="route", target=1)
