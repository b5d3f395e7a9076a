"""The predicted time until an answer: where it can be worked out by hand, and at its ends."""

from types import SimpleNamespace

import pytest

from labapp.experiments.perceived import defer_prediction as prediction
from labapp.experiments.perceived.defer_prediction import erlang_c, patient_s, response_s
from labapp.experiments.traffic.load import PATIENT, SCHEDULE
from labapp.measure.growth import Growth


@pytest.mark.parametrize("load, processes, chance", [
    (0.5, 1, 0.5),     # of one, it is the share of time that it is busy
    (0.9, 1, 0.9),
    (1.0, 2, 1 / 3),   # 1 + 1 + 1/2·2 … worked out by hand
    (0.0, 3, 0.0),
])  # fmt: skip
def test_the_chance_that_all_are_busy(load, processes, chance):
    assert erlang_c(load, processes) == pytest.approx(chance)


def test_nobody_waits_where_nothing_comes_or_much_works():
    assert response_s(0.1, 0.0, 2, 2.0) == 0.1
    assert response_s(0.0, 10.0, 2, 2.0) == 0.0
    assert response_s(0.1, 1.0, 8, 2.0) == 0.1, "the median waits for nobody"


def test_beyond_one_the_queue_grows_with_the_time_that_posts_come():
    """20 posts a second of 0.1 s each for one: ρ is 2, and in the middle one second of work has piled up."""
    assert response_s(0.1, 20.0, 1, 2.0) == pytest.approx(0.1 + 1.0)
    assert response_s(0.1, 20.0, 1, 2.0, warm_s=0.5) == pytest.approx(0.1 + 1.5)


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_more_posts_never_make_it_shorter_and_nothing_jumps_where_the_load_is_one(processes):
    rates = [processes * 10 * step / 200 for step in range(1, 400)]
    times = [response_s(0.1, rate, processes, 2.0, 0.5) for rate in rates]
    assert times == sorted(times) and times[0] == 0.1
    assert max(after - before for before, after in zip(times, times[1:], strict=False)) < 0.03


def test_who_waits_for_the_answer_before_asking_again_is_bound_by_little():
    assert patient_s(0.1, users=1, think_s=1.0, processes=2) == 0.1
    assert patient_s(0.1, users=60, think_s=1.0, processes=2) == pytest.approx(3.0 - 1.0)


class FakeStream(SimpleNamespace):
    """What a prediction reads of a Stream."""


def stream(variant, p50, work=None, baseline=False):
    tasks = [] if work is None else [SimpleNamespace(kind="task", began=1.0, ended=1.0 + work, pid=9)]
    request = SimpleNamespace(kind="request", began=1.0, ended=1.01, pid=4)
    return FakeStream(
        variant=variant, p50_ms=p50, work=[request, *tasks], baseline=baseline, turns=[(0.0, 2.0)],
    )


class FakeResult(list):
    """A TrafficResult of these streams."""

    def __init__(self, *streams, **settings):
        super().__init__(streams)
        self.settings = {
            "users": 1, "think_time": 10.0, "workers": 2, "threads": 1, "arrival": SCHEDULE,
        } | settings  # fmt: skip

    @property
    def baseline(self):
        return next((each for each in self if each.baseline), None)

    def __getitem__(self, name):
        return next(each for each in self if each.variant == name)


def both(inline, celery, work, **settings):
    """The result of the baseline and of one whose work task workers do."""
    return FakeResult(stream("inline", inline, baseline=True), stream("Celery", celery, work), **settings)


def growth(*results):
    return Growth("defer", "followers", list(range(len(results))), list(results))


def test_the_answer_is_predicted_with_the_work_in_it_and_without():
    first, later = both(120.0, 20.0, 0.1), both(300.0, 25.0, 0.3)
    first.append(stream("thread", 30.0))
    lines = prediction.predicted(growth(first, later))
    assert lines["Celery"] == [20.0, 20.0], "as it was at the first"
    assert lines["inline"] == pytest.approx([120.0, 320.0])
    assert "thread" not in lines, "whose work is not told apart from its process's"


def test_users_who_wait_are_bound_by_the_processes():
    result = both(1.0, 20.0, 0.08, users=60, think_time=1.0, arrival=PATIENT)
    assert prediction.predicted(growth(result))["inline"] == pytest.approx([2000.0])


def test_nothing_is_predicted_from_nothing():
    alone = FakeResult(stream("inline", 100.0, baseline=True))
    for results in [(), (FakeResult(),), (alone,), (both(1.0, None, 0.1),), (both(1.0, 20.0, None),)]:
        assert prediction.predicted(growth(*results)) == {}
