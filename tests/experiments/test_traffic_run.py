"""Variants under real traffic: a real gunicorn, a real Locust, and what is counted of both."""

import threading
import time

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse

from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.parameters import BadSetting, Integer
from labapp.experiments.traffic import Ask, Traffic
from labapp.experiments.traffic import cache as backend
from labapp.experiments.traffic import site as sites
from labapp.measure.stop import Stop, Stopped
from labapp.measure.worker import worker
from labapp.pinsta.models import Photo
from labapp.services.traffic import generator

LOAD = {"users": 4, "think_time": 0.05, "workers": 2}


def asks(**parameters):
    keys = tuple(Photo.objects.order_by("id").values_list("pk", flat=True)[:4])
    return [Ask("photo", "photos/{key}/", keys=keys)]


def experiment(**options):
    made = Experiment(
        "pages", question="?", parameters=[Integer("queries", 3, low=1, high=9)],
        conditions=[database(), backend()], figures=options.pop("figures", ()),
        method=Traffic("photos/<int:photo_id>/", asks, turn=0.5, warm=0.2, load=LOAD, **options),
    )

    @made.variant(baseline=True)
    def plain(request, photo_id, queries):
        """As many statements as are asked for."""
        with connection.cursor() as cursor:
            for _ in range(queries):
                cursor.execute("SELECT 1")
        return HttpResponse(f"photo {photo_id}")

    return made


def run(made, **settings):
    return made.run(budget_ms=1, **settings)


def test_every_request_is_counted_with_all_its_queries(pinsta_db):
    stream = run(experiment(), queries=5)["plain"]
    assert stream.count > 10 and not stream.errors
    assert stream.queries_per_request == 5
    assert stream.origin_requests == stream.count


@pytest.mark.parametrize("kind", backend().parameter.choices)
def test_each_turn_begins_with_an_empty_cache_in_each_backend(pinsta_db, kind):
    made = experiment()

    @made.variant
    def kept(request, photo_id):
        """Worked out once."""
        text = cache.get_or_set(f"photo-{photo_id}", lambda: f"photo {photo_id}", 60)
        return HttpResponse(text)

    result = run(made, cache=kind)
    assert result["kept"].same is True
    assert result["kept"].hit_ratio > 0
    processes = LOAD["workers"] if kind == "local memory" else 1
    again = run(made, cache=kind)["kept"]
    # Four pages, each put there at most once by each process, or by two at the same moment.
    assert sum(each.sets for each in again.work) <= 4 * processes + LOAD["workers"]


def test_another_page_is_seen_as_another_page(pinsta_db):
    made = experiment()
    made.variant(lambda request, photo_id: HttpResponse(f"photo {photo_id}."), name="dotted")
    result = run(made)
    assert result["dotted"].same is False
    assert result["dotted"].comparison is None
    assert "look different" in result["dotted"].difference


def test_a_view_that_raises_says_what_and_where(pinsta_db):
    made = experiment()

    @made.variant
    def broken(request, photo_id):
        raise LookupError("no such photo")

    result = run(made)
    assert result["broken"].error.startswith("LookupError: no such photo (test_traffic_run.py:")
    assert result["plain"].error is None


def test_what_a_cell_defines_is_served_with_what_it_uses(pinsta_db):
    made = experiment()
    cell = {"cache": cache, "HttpResponse": HttpResponse, "__name__": "__main__"}
    exec(
        "def mine(request, photo_id):\n"
        "    return HttpResponse(cache.get_or_set(1, f'photo {photo_id}', 0))\n", cell
    )
    made.variant(cell["mine"])
    assert run(made)["mine"].same is True


def test_what_cannot_travel_is_refused_in_one_sentence(pinsta_db):
    made = experiment()
    cell = {"lock": threading.Lock(), "HttpResponse": HttpResponse, "__name__": "__main__"}
    exec("def mine(request, photo_id):\n    with lock:\n        return HttpResponse('')", cell)
    made.variant(cell["mine"])
    with pytest.raises(TypeError, match="cannot be given to the processes of the site .*lock"):
        run(made)


def test_figures_see_the_log_and_the_parameters(pinsta_db):
    def asked(log, queries):
        return len(log.requests) * queries if log.seconds == pytest.approx(0.5) and log.warm else None

    stream = run(experiment(figures=[Figure("asked", of=asked)]))["plain"]
    assert stream.figures["asked"] == 3 * stream.count == stream.origin_queries


def test_further_figures_are_asked_for_after_each_turn(pinsta_db):
    def extra(place, variant, settings):
        return {"doors": len(place["host"].split(":"))}

    stream = run(experiment(figures=[Figure("doors")], extra=extra))["plain"]
    assert stream.figures["doors"] == 3


def test_stop_ends_the_traffic(pinsta_db):
    made, stop = experiment(), Stop()
    seen = []

    def observe(result):
        seen.append(result)
        if result["plain"].count:
            stop.stopped = True

    def work(_):
        with pytest.raises(Stopped):
            made.measure(made.defaults(), stop, observe, budget_ms=60_000)

    worker.call(work)
    assert not seen[-1].final
    generator().take()
    assert run(made)["plain"].count  # and it can begin anew


def test_the_site_goes_on_with_the_next_experiment(pinsta_db):
    run(experiment())
    before = sites._site
    made = experiment()
    made.name = "others"
    run(made)
    assert sites._site is before


def test_a_bad_setting_names_the_parameter(pinsta_db):
    with pytest.raises(BadSetting, match="queries must be a whole number from 1 to 9, and 12 is not"):
        run(experiment(), queries=12)


def test_a_killed_site_is_started_again_and_leaves_nothing(pinsta_db):
    run(experiment())
    before = sites._site
    before._server.kill()
    assert run(experiment())["plain"].count
    assert sites._site.alive
    assert sites._site is before or not before.folder.exists()

def test_what_was_due_in_a_turn_is_asked_for_although_the_turn_is_over(pinsta_db):
    made = experiment()
    made.method.load = LOAD | {"think_time": 0.4}

    @made.variant(baseline=True)
    def plain(request, photo_id):
        """Takes so long that users are still waiting when the turn ends."""
        time.sleep(0.15)
        return HttpResponse(f"photo {photo_id}")

    stream = run(made)["plain"]
    (began, ended), = stream.turns
    assert stream.count and not stream.errors and not any(each.error for each in stream.requests)
    assert all(began <= each.due < ended for each in stream.requests)
    assert max(each.done for each in stream.requests) > ended


def test_a_turn_begins_when_the_site_has_ended_what_was_given_up(pinsta_db):
    made = experiment()

    @made.variant(baseline=True)
    def plain(request, photo_id):
        """Far too slow for those who ask: when its turn ends, views are at work that nobody waits for."""
        time.sleep(0.7)
        return HttpResponse(f"photo {photo_id}")

    @made.variant
    def quick(request, photo_id):
        """Not to be slowed down by the other."""
        return HttpResponse(f"photo {photo_id}")

    result = made.run(budget_ms=12_000)
    assert result.rounds > 1
    assert any(each.error for each in result["plain"].requests)
    quickest = min(each.done - each.sent for each in result["plain"].requests if not each.error)
    assert all(each.done - each.due < quickest for each in result["quick"].requests)
