"""How variants that are views are served: their addresses, their parameters, their caches."""

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import path, reverse

from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.experiments.traffic import Ask, Traffic
from labapp.experiments.traffic.turn import mount_name
from labapp.experiments.variant import BadVariant
from tests.experiments.serving import get, served


def asks(**parameters):
    return [Ask("photo", "photos/{key}/", keys=(1, 2, 3))]


def piece(request, lifetime):
    return HttpResponse(f"piece {lifetime}")


@pytest.fixture
def pages():
    experiment = Experiment(
        "pages", question="?", parameters=[Integer("lifetime", 7, low=1, high=9)],
        method=Traffic("photos/<int:photo_id>/", asks),
    )

    @experiment.variant(baseline=True)
    def plain(request, photo_id):
        """The page."""
        return HttpResponse(f"{photo_id} {reverse('photo', args=[photo_id])} {request.user}")

    @experiment.variant(name="in pieces", routes=[path("piece/", piece, name="piece")])
    def pieces(request, photo_id, lifetime):
        return HttpResponse(f"{photo_id} {lifetime} {reverse('piece')}")

    @experiment.variant
    def counted(request, photo_id):
        cache.add("visits", 0)
        return HttpResponse(str(cache.incr("visits")))

    return experiment


def test_a_view_gets_its_address_and_the_parameters_that_it_names(pinsta_db, pages):
    assert get(pages, "in pieces", "photos/5/", lifetime=3).text == "5 3 /in-pieces/piece/"


def test_routes_take_parameters_as_well(pinsta_db, pages):
    assert get(pages, "in pieces", "piece/", lifetime=4).text == "piece 4"


def test_addresses_point_into_the_mount_and_people_are_logged_in(pinsta_db, pages):
    assert get(pages, "plain", "photos/5/", person="ana").text == "5 /plain/photos/5/ ana"
    assert get(pages, "plain", "photos/5/").text == "5 /plain/photos/5/ AnonymousUser"


def test_all_of_pinsta_is_below_the_mount(pinsta_db, pages):
    assert "Pinsta" in get(pages, "plain", "popular/").text


def test_what_is_not_there(pinsta_db, pages):
    assert get(pages, "plain", "nothing/").status_code == 404
    assert get(pages, "unknown", "photos/5/").status_code == 404


def test_caches_are_empty_at_the_beginning_and_kept_within_a_turn(pinsta_db, pages):
    for _ in range(2):
        with served(pages) as site:
            assert [site.get("counted", "photos/1/").text for _ in range(3)] == ["1", "2", "3"]


def test_a_view_that_asks_for_what_nobody_has_is_refused(pinsta_db, pages):
    def asking(request, photo_id, colour):
        pass

    with pytest.raises(BadVariant, match="offers request, photo_id, lifetime"):
        pages.variant(asking)
    assert "asking" not in pages.variants


def test_a_function_without_a_request_is_no_view(pinsta_db, pages):
    with pytest.raises(BadVariant, match="first argument is the request"):
        pages.variant(lambda: None, name="none")


def test_the_sources_of_the_routes_are_shown(pinsta_db, pages):
    assert "def pieces" in pages.variants["in pieces"].source
    assert "def piece(request, lifetime)" in pages.variants["in pieces"].source


@pytest.mark.parametrize("name, mount", [("view", "view"), ("edge-side (ESI)", "edge-side-esi")])
def test_names_become_addresses(name, mount):
    assert mount_name(name) == mount


def test_the_addresses_of_this_process_are_as_before(pinsta_db, pages):
    get(pages, "in pieces", "photos/5/")
    assert reverse("photo", args=[5]) == "/photos/5/"
