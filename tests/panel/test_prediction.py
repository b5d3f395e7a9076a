"""A prediction: nothing of the answer before it, theirs beside the true one after it, whatever runs first."""

import os

import pytest
from jupyter_client.manager import start_new_kernel

from labapp.experiments import progress
from labapp.panel import predict
from labapp.panel.prediction import distance
from labapp.panel.prediction_widget import Asking, filling_in
from tests.panel.test_kernel import ROOT, WIDGET, Kernel

FIRST = "Write down your guess above first, or skip."


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv(progress.HOME, str(path))
    return path


def queries():
    return predict("04 feed", "How many queries?", unit="queries")


def test_in_a_terminal_it_is_text():
    guess = queries()
    assert repr(guess) == "How many queries?\nAnswer it with .answer(a number of queries), or .skip()."
    shown = guess.compare(177)
    assert repr(shown) == FIRST
    guess.answer("about 10")
    assert repr(guess) == "How many queries?\nYour guess: 10 queries"
    assert repr(shown) == "Your guess: 10 queries\nMeasured:   177 queries"
    assert "Measured is 18 times yours." in shown._repr_html_()


def test_whoever_skips_sees_only_the_true_figure():
    guess = queries()
    guess.skip()
    assert repr(guess.compare(177)) == "Measured: 177 queries"
    assert "you" not in guess.compare(177).inner()


@pytest.mark.parametrize(
    "said, number", [("7", 7), (7, 7), ("7,5", 7.5), ("about 7", 7), ("7 queries", 7), ("1 000", 1000)]
)
def test_numbers_as_people_write_them(said, number):
    guess = queries()
    guess.answer(said)
    assert guess.value == number


@pytest.mark.parametrize("said", ["", "many", None, "3 to 10"])
def test_what_is_no_number_is_refused(said):
    with pytest.raises(ValueError, match="A number, please"):
        queries().answer(said)


def test_a_choice():
    guess = predict("04 page", "Which one?", choices=["feed", "search"])
    with pytest.raises(ValueError, match="It is one of feed, search, and 'x' is not"):
        guess.answer("x")
    guess.answer("feed")
    assert "Not as you said." in guess.compare("search").inner()
    assert "As you said." in guess.compare("feed").inner()


@pytest.mark.parametrize(
    "guess, truth, said",
    [
        (None, 5, ""), (5, 5, "As you said."), (10, 177, "Measured is 18 times yours."),
        (9, 3, "Yours is 3.0 times what was measured."), (0, 5, "Not as you said."),
        (4, 6.0, "Measured is 1.5 times yours."),
    ],
)  # fmt: skip
def test_the_distance_in_words(guess, truth, said):
    assert distance(guess, truth) == said


def test_what_was_said_is_remembered():
    queries().answer(12)
    assert queries().value == 12
    queries().again()
    assert queries().value is None


def buttons(asking):
    return {each.description: each for each in asking._row.children if hasattr(each, "on_click")}


def test_one_input_and_two_buttons_then_what_was_said(front_end):
    guess = queries()
    asking = Asking(guess)
    assert list(buttons(asking)) == ["That is my guess", "Skip"]
    front_end.update(asking._input, value="a few")
    front_end.click(buttons(asking)["That is my guess"])
    assert "A number, please" in asking._said.value
    assert guess.value is None
    front_end.update(asking._input, value="12")
    front_end.click(buttons(asking)["That is my guess"])
    assert (guess.value, asking._said.value) == (12, "Your guess: 12 queries")
    assert list(buttons(asking)) == ["Change it"]
    front_end.click(buttons(asking)["Change it"])
    assert list(buttons(asking)) == ["That is my guess", "Skip"]
    front_end.click(buttons(asking)["Skip"])
    assert (guess.value, asking._said.value) == (None, "Skipped.")


def test_enter_is_enough(front_end):
    guess = queries()
    asking = Asking(guess)
    front_end.update(asking._input, value="12")
    front_end._send(asking._input, {"method": "custom", "content": {"event": "submit"}})
    assert guess.value == 12


def test_the_answer_fills_itself_in(front_end):
    guess = queries()
    place = filling_in(guess.compare(177))
    assert FIRST in place.value and "177" not in place.value
    guess.answer(12)
    assert "177" in place.value and "12" in place.value


def test_in_a_real_kernel_nothing_is_told_before_the_guess(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), progress.HOME: str(tmp_path / "kernel.json")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    manager, client = start_new_kernel(env=environment)
    try:
        kernel = Kernel(client)
        kernel.run("from labapp.panel import predict")
        kernel.run("guess = predict('x', 'How many?', unit='queries')\nguess")
        assert WIDGET in kernel.shown and "How many?" in kernel.shown["text/plain"]
        kernel.run("guess.compare(4321)")
        assert WIDGET in kernel.shown and FIRST in kernel.shown["text/plain"]
        assert "4,321" not in str(kernel.shown) + str(kernel.states)
        kernel.update(kernel.find(placeholder="your number"), value="7")
        click = {"method": "custom", "content": {"event": "click"}}
        kernel.send(kernel.find(description="That is my guess"), click)
        kernel.until_shown("4,321")
        kernel.run("guess.compare(4321)")
        assert "4,321" in kernel.shown["text/html"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
