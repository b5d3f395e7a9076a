"""Questions are answered by measuring; laws are read in any spelling; progress tells who stands where."""

import io
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command

from labapp.experiments import law_answer, progress
from labapp.experiments.exercises import every, metrics
from labapp.experiments.question import Question, accept_law, accept_one, accept_set
from labapp.experiments.standing import Standing
from labapp.measure.law import fit
from tests.experiments.exercises import kept  # noqa: F401

pytestmark = pytest.mark.usefixtures("kept")

LINEAR = fit([1, 4, 9], [3, 9, 19])
CONSTANT = fit([1, 4, 9], [7, 7, 7])


@pytest.mark.parametrize(
    "answer",
    [
        "1+2n", "2n + 1", "1 + 2*n", "n*2+1", "1 + n2", "2N+1", "1 + 2x", "1 + 2 per photo", "1 + 4n/2",
        "1 plus 2 for each photo", "queries = 1 + 2n", "q(n) = 1 + 2 n", "n + n + 1", "1 + 2 photos",
        "1 + 2·n queries", "2(n)+1",
    ],
)  # fmt: skip
def test_any_spelling_of_a_law(answer):
    assert accept_law(answer, LINEAR) == (True, "Measured: 1 + 2n.")


@pytest.mark.parametrize(
    "answer", [7, 7.0, "7", "constant 7", "always 7 queries", "7 at every size", "7 + 0n"]
)
def test_any_spelling_of_a_constant(answer):
    assert accept_law(answer, CONSTANT)[0]


@pytest.mark.parametrize("answer", ["n²", "n^2", "n**2", "n*n"])
def test_squares(answer):
    assert accept_law(answer, fit([1, 2, 3, 4], [1, 4, 9, 16]))[0]


def test_a_wrong_law_is_contradicted_without_the_right_one():
    assert accept_law("1+n", LINEAR) == (False, "With n = 1 that is 2 queries, and it sends more.")
    assert accept_law("9n", LINEAR) == (False, "With n = 1 that is 9 queries, and it sends fewer.")
    assert accept_law(3, LINEAR) == (False, "With n = 2 that is 3 queries, and it sends more.")


@pytest.mark.parametrize(
    "answer", ["O(n)", "", "n+", "many", "__import__('os')", "9**9**9", "1/0", [], True, None, "a"]
)
def test_what_is_no_law_is_said_to_be_none(answer):
    with pytest.raises(law_answer.NotALaw, match="law"):
        law_answer.values(answer)


def test_one_of_several():
    figures = {"the feed": 12.4, "search": 300.2}
    assert accept_one(" The  Feed", figures, unit="ms")[0] is False
    assert accept_one("search", figures, unit="ms") == (
        True,
        "Measured just now: search 300 ms, the feed 12 ms.",
    )
    assert accept_one("x", figures, unit="ms") == (
        False,
        "It is one of 'the feed', 'search', and 'x' is not.",
    )
    assert accept_one(7, figures, unit="ms")[0] is False


def test_some_of_several():
    choices = ("a", "b", "c")
    assert accept_set(["a", "B"], ["b", "a"], choices) == (True, "Measured: a, b.")
    assert accept_set("a", ["a"], choices)[0]
    assert accept_set({"a", "c"}, ["a", "b"], choices) == (False, "Of yours 1 does, 1 not; 1 missing.")
    assert accept_set(["x"], ["a"], choices) == (False, "Each is one of 'a', 'b', 'c', and 'x' is not.")
    assert accept_set(5, ["a"], choices)[0] is False


@pytest.mark.parametrize("nothing", [None, ..., "", "?"])
def test_no_answer_yet(nothing):
    question = Question("q", "?", measure=lambda stop: 1 / 0, accept=lambda answer, evidence: (True, ""))
    assert "There is no answer yet" in str(question.check(nothing))


def test_the_questions_of_notebook_04():
    assert metrics.slowest_far_away.check("notifications")
    assert not metrics.slowest_far_away.check("hall of fame")
    assert metrics.defeated.check([".order_by()", ".filter()"])
    assert not metrics.defeated.check([".filter()"])
    assert metrics.transfer.check("3n + 2")
    verdict = metrics.transfer.check("1 + 3n")
    assert not verdict and "2 + 3n" not in str(verdict)
    assert "photo.likes.exists()" in metrics.transfer._repr_html_()


def test_the_standing_lists_every_exercise(kept):
    assert every() == [
        "02 lifetimes", "02 cacheable page", "02 never stale", "02 stampede", "02 transfer",
        "03 right half", "03 workers", "03 idempotent", "03 on commit", "03 transfer",
        "04 constant feed", "04 slowest far away", "04 defeated", "04 nested page", "04 transfer",
        "05 plain rows", "05 turn all", "05 thank all", "05 like counter", "05 index", "05 keyset",
        "05 right numbers", "05 transfer",
    ]
    metrics.transfer.check("2 + 3n")
    metrics.transfer.check("2 + 2n")
    progress.note_prediction("04 feed", 7)
    progress.note_prediction("04 time", None)
    standing = Standing()
    assert standing.sentence == "1 of 23 exercises solved, 1 prediction written down."
    assert (
        "✓ 04 transfer" in repr(standing)
        and "2 tries" in repr(standing)
        and "○ 04 defeated" in repr(standing)
    )
    out = io.StringIO()
    call_command("progress", stdout=out)
    assert standing.sentence in out.getvalue() and str(kept) in out.getvalue()


@pytest.mark.parametrize("damage", ["{", "[]", "null", '{"exercises": 7, "predictions": {}}', '{"a": {}}'])
def test_a_damaged_progress_file_is_set_aside(kept, damage):
    kept.write_text(damage)
    assert progress.load() == {"exercises": {}, "predictions": {}}
    progress.note_try("a", True)
    assert json.loads(kept.read_text())["exercises"]["a"]["passed"]
    assert kept.with_suffix(".damaged.json").read_text() == damage


def test_a_disk_that_refuses_is_a_warning_and_the_verdict_stands(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv(progress.HOME, str(tmp_path / "file" / "progress.json"))
    with pytest.warns(UserWarning, match="Your progress is not kept: .* LAB_PROGRESS may name another file"):
        assert metrics.transfer.check("2 + 3n")


def test_notebooks_that_write_at_once_lose_nothing(kept):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: progress.note_prediction(str(number), number), range(20)))
    assert progress.load()["predictions"] == {str(number): number for number in range(20)}
