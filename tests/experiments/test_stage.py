"""What stands around the calls of a variant: data put back, another database, figures read beside."""

from contextlib import contextmanager

import pytest
from django.db import connection

from labapp import databases, probe
from labapp.experiments import Experiment, Integer, round_trip
from labapp.experiments.databases import database, scratch
from labapp.experiments.figures import Figure
from labapp.measure.stop import Stop, Stopped
from labapp.pinsta.models import Tag


def inserts(recording, value, **_):
    return sum(query.kind == "insert" for query in recording.queries)


@pytest.fixture
def log():
    return []


@pytest.fixture
def tags(pinsta_db, log):
    """Variants that write tags, put back before each call; what is compared is what is there afterwards."""

    def before(number, **_):
        log.append("before")
        Tag.objects.filter(name__startswith="new").delete()

    def outcome(value, number, **_):
        new = Tag.objects.filter(name__startswith="new")
        return [tag.name for tag in new.order_by("name")]

    experiment = Experiment(
        "tags", question="?", parameters=[Integer("number", 3, low=0, high=50)], conditions=[round_trip()],
        before=before, outcome=outcome, rate=("rows", lambda number: number),
        figures=[
            Figure("tags", read=lambda: Tag.objects.count(), help="rows more than before"),
            Figure("inserts", of=inserts),
            Figure("unknown", read=lambda: None),
        ],
    )

    @experiment.variant(baseline=True)
    def one_by_one(number):
        for place in range(number):
            Tag.objects.create(name=f"new {place:03}", slug=f"new-{place}")

    @experiment.variant
    def at_once(number):
        Tag.objects.bulk_create([Tag(name=f"new {place:03}", slug=f"new-{place}") for place in range(number)])
        return "anything"

    return experiment


def test_what_is_compared_is_what_is_in_the_database_afterwards(tags):
    result = tags.run(budget_ms=0)
    assert result["at_once"].same is True

    @tags.variant
    def lazy(number):
        Tag.objects.create(name="new 000", slug="new-0")

    assert tags.run(budget_ms=0)["lazy"].same is False


def test_the_data_is_put_back_before_every_call_and_that_is_not_counted(tags, log):
    result = tags.run(budget_ms=50)
    assert result["one_by_one"].error is None and result["at_once"].error is None
    assert result.rounds >= 1
    calls = sum(each.repeats * result.rounds for each in result)
    assert len(log) >= calls + 2  # and one that is recorded, each
    assert result["one_by_one"].queries == 3
    assert not any("DELETE" in each.sql for each in result["one_by_one"].recording.queries)


def test_figures_and_the_rate_are_part_of_the_result(tags):
    result = tags.run(budget_ms=0, number=4)
    assert result.rate == {"unit": "rows", "amount": 4.0}
    assert [each["name"] for each in result.figures] == ["tags", "inserts", "unknown"]
    assert result["one_by_one"].figures == {"tags": 4, "inserts": 4, "unknown": None}
    assert result["at_once"].figures == {"tags": 4, "inserts": 1, "unknown": None}
    again = type(result).from_dict(result.to_dict())
    assert again["at_once"].figures == result["at_once"].figures and again.rate == result.rate


def test_the_stage_is_neither_delayed_nor_recorded(tags, monkeypatch):
    slept = []
    monkeypatch.setattr("labapp.experiments.distance.time.sleep", slept.append)
    tags.run(budget_ms=0, round_trip=5)
    # Warm-up runs are not delayed either: three inserts, then the one statement of at_once.
    recorded = tags.run(budget_ms=0, round_trip=5)
    assert recorded["one_by_one"].queries == 3
    assert len(slept) == 2 * sum(each.queries for each in recorded)


def test_around_puts_another_database_under_one_variant_alone(tags, pinsta_db, tmp_path):
    other = tmp_path / "other.sqlite3"
    other.write_bytes(pinsta_db.read_bytes())
    seen = []

    @contextmanager
    def elsewhere(**parameters):
        with databases.database(other):
            yield

    @tags.variant(around=elsewhere)
    def there(number):
        seen.append(connection.settings_dict["NAME"])
        Tag.objects.bulk_create([Tag(name=f"new {place:03}", slug=f"new-{place}") for place in range(number)])

    result = tags.run(budget_ms=50)
    assert result["there"].error is None and result["there"].same is True
    assert set(seen) == {str(other)}


def test_a_stage_that_fails_is_said_in_the_row_of_its_variant(tags):
    @contextmanager
    def broken(**parameters):
        raise LookupError("no such index")
        yield

    @tags.variant(around=broken)
    def unlucky(number):
        return None

    result = tags.run(budget_ms=50)
    assert result["unlucky"].error.startswith("LookupError: no such index")
    assert result["at_once"].samples_ms


def test_a_setting_stands_around_the_whole_measurement(pinsta_db):
    events = []

    @contextmanager
    def setting(number):
        Tag.objects.create(name=f"set {number}", slug="set")
        events.append("in")
        yield
        events.append("out")

    experiment = Experiment(
        "set", question="?", parameters=[Integer("number", 3, low=0, high=50)], setting=setting
    )

    @experiment.variant(baseline=True)
    def look(number):
        events.append("call")
        return Tag.objects.filter(name=f"set {number}").count()

    with probe.record() as outside:
        result = experiment.run(budget_ms=0)
    assert events[0] == "in" and events[-1] == "out" and events.count("in") == 1
    assert result["look"].queries == 1 and outside.count == 0


def test_whether_a_variant_can_run_is_asked_of_the_database_at_hand(tags):
    tags.variant(lambda number: None, name="elsewhere", unavailable=lambda: "needs a moon, this is the earth")
    result = tags.run(budget_ms=20)
    assert result["elsewhere"].unavailable == "needs a moon, this is the earth"
    assert result["elsewhere"].queries is None and result["at_once"].samples_ms


def test_a_result_says_whose_data_it_is_of(pinsta_db):
    """The reader's own copy, or one for the experiment, also when only a variant's stage puts it there."""

    @contextmanager
    def copied(**parameters):
        with scratch("whose"):
            yield

    def data(around=None, **options):
        experiment = Experiment("whose", question="?", conditions=[database(**options)])
        experiment.variant(lambda: Tag.objects.count(), name="count", baseline=True, around=around)
        return experiment.run(budget_ms=0).environment.get("data")

    assert data() is None
    assert data(writes=True) == data(around=copied) == "a copy for this experiment"


def test_setting_up_ends_at_its_next_statement_when_it_is_to_stop(pinsta_db):
    reached = []

    @contextmanager
    def slow():
        for place in range(3):
            reached.append(place)
            Tag.objects.count()
            stop.stopped = True
        yield

    stop = Stop()
    experiment = Experiment("slow", question="?", setting=slow)
    experiment.variant(lambda: 1, name="one", baseline=True)
    with pytest.raises(Stopped):
        experiment.measure({}, stop)
    assert reached == [0, 1]
