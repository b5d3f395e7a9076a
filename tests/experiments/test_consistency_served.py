"""Consistency by real parts: gunicorn, Locust, Redis, Celery; and a second count of who was late."""

from time import sleep

import pytest

from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.perceived.consistency import asks, consistency
from labapp.experiments.perceived.consistency_feeds import clear, fan_out_later, fault, lacking, post
from labapp.experiments.perceived.consistency_looks import FEED, POST
from labapp.experiments.perceived.consistency_pages import feed_page, to_feed
from labapp.experiments.traffic import Traffic, watched_turn
from tests.requires import needs

NEVER_LATE = {"inline", "on read"}
FOLLOWERS = 120


def served(names, **settings):
    """({variant: Stream}, {variant: Log}) of short turns for a few people who wait for their answers."""
    made, logs = short(names)
    patient = {"users": 6, "think_time": 0.1, "arrival": "after each answer", "writes": 30}
    result = made.run(budget_ms=1, **{**patient, "followers": FOLLOWERS, **settings})
    for stream in result:
        assert not stream.error and not stream.note and stream.count > 5, (stream.variant, stream.error)
        assert not stream.errors, (stream.variant, {each.error for each in stream.requests})
    streams = {stream.variant: stream for stream in result}
    by_turn = {log.turns[0]: log for log in logs}
    return streams, {name: by_turn[stream.turns[0]] for name, stream in streams.items()}


def short(names):
    """(the experiment with these of its variants and short turns, the Logs that its figures will be of)."""
    logs = []
    made = Experiment(
        "consistency", question="?", parameters=consistency.parameters.values(),
        conditions=consistency.conditions.values(), setting=consistency.setting, before=clear,
        figures=[*consistency.figures, Figure("log", of=lambda log, **parameters: logs.append(log))],
        method=Traffic(
            consistency.method.serves, asks, members=1.0, turn=1.0, warm=0.3, same=False, drain=10.0,
            truth=lacking, agrees=fault,
        ),
    )  # fmt: skip
    made.variants = {name: consistency.variants[name] for name in names}
    return made, logs


def test_who_is_late_and_who_never_is(pinsta_db):
    needs("redis")
    streams, logs = served(list(consistency.variants))
    figures = {name: stream.figures for name, stream in streams.items()}
    for name, known in figures.items():
        assert known["lost"] == 0, name
        assert known["late"] == 0 or name not in NEVER_LATE, name
        assert known["late"] == pytest.approx(late_by_sweeping(logs[name])), name
        assert not any(logs[name].truths[0].values()) and not streams[name].wrong, name
    for name in NEVER_LATE | {"read your writes"}:
        assert figures[name]["own missing"] == 0, name
    for name in ("optimistic", "polling"):
        assert figures[name]["right after"] == 0, name
    for name in NEVER_LATE:
        assert figures[name]["in feeds p95"] == 0, name
    assert figures["read your writes"]["queries a look"] == figures["deferred"]["queries a look"] + 1
    asked = {name: figures[name]["requests a post"] for name in figures}
    assert asked["optimistic"] == 1 and asked["deferred"] == 2 <= asked["polling"]


def late_by_sweeping(log):
    """The same by going through all moments once, with what is known so far; all looks of 100."""
    events = []
    for each in (*log.warm, *log.requests):
        if each.seen is not None and each.ask == POST:
            events.append((each.first, 1, each))
        elif each.seen is not None and each in log.requests:
            events.append((each.sent, 0, each))
    known, late, looks = {}, 0, 0
    for _, _, each in sorted(events, key=lambda event: event[:2]):
        posted, _, shown = each.seen.partition(":")
        if each.ask == POST:
            known[int(posted)] = each.person
            continue
        page = [int(photo) for photo in shown.split(",")]
        others = sorted((photo for photo, author in known.items() if author != each.person), reverse=True)
        should = sorted({*others, *page}, reverse=True)[: len(page)]
        looks, late = looks + 1, late + (not {*should} <= {*page})
        assert each.ask == FEED
    return 100 * late / looks


@pytest.mark.parametrize("settings", [
    {"database": "PostgreSQL", "broker": "Redis"}, {"broker": "files", "task_workers": 1},
], ids=lambda settings: " ".join(map(str, settings.values())))  # fmt: skip
def test_nothing_is_lost_elsewhere_either(pinsta_db, settings):
    needs("redis"), needs("postgresql")
    streams, logs = served(["inline", "deferred"], **settings)
    for name, stream in streams.items():
        assert stream.figures["lost"] == 0, name
        assert stream.figures["late"] == pytest.approx(late_by_sweeping(logs[name])), name
    assert streams["inline"].figures["late"] == 0
    jobs = logs["deferred"].jobs
    assert jobs and all(each.done and each.runs == 1 for each in jobs)


def test_where_nobody_listens_no_feed_has_what_was_posted(pinsta_db):
    needs("redis")
    streams, logs = served(["deferred"], task_workers=0)
    figures, (truth,) = streams["deferred"].figures, logs["deferred"].truths
    assert not streams["deferred"].wrong, "it is not done, which is not lost"
    assert truth and set(truth.values()) == {FOLLOWERS + 1}
    assert figures["lost"] == (FOLLOWERS + 1) * len(truth)
    assert figures["own missing"] == 100 and figures["in feeds p95"] is None
    assert figures["late"] == pytest.approx(late_by_sweeping(logs["deferred"])) and figures["late"] > 0


def slow(request):
    """Deferred, but it takes long to hand the task over."""
    if request.method == "POST":
        photo = post(request)
        sleep(1.0)
        fan_out_later.delay(photo.pk)
        return to_feed(request, photo)
    return feed_page(request, [])


def test_what_was_given_up_and_goes_on_is_waited_for_before_the_truth_is_told(pinsta_db, monkeypatch):
    needs("redis")
    monkeypatch.setattr(watched_turn, "PATIENCE", 0.05)
    made, logs = short([])
    made.variant(slow, queue="celery", baseline=True)
    made.method = Traffic("feed/", asks, members=1.0, turn=0.5, same=False, drain=10.0, truth=lacking)
    result = made.run(
        budget_ms=1, users=4, think_time=0.1, arrival="on schedule", writes=50, workers=4,
        followers=FOLLOWERS,
    )
    assert "not answered" in {each.error for each in result["slow"].requests}
    (truth,) = logs[-1].truths
    assert truth and not any(truth.values()) and result["slow"].figures["lost"] == 0
