"""The same by real parts: gunicorn, Locust, Varnish, and what a real Chromium shows."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render

from labapp.experiments.caching import decomposition_figures
from labapp.experiments.caching.decomposition import PAGE, STRIP, decomposition
from labapp.experiments.caching.decomposition_pieces import NAMES, piece
from labapp.experiments.experiment import Experiment
from labapp.experiments.traffic import Ask, Traffic
from labapp.experiments.traffic.asks import person as logged_in
from labapp.services import browser
from tests.requires import needs

QUICK = {"users": 3, "think_time": 0.1, "arrival": "after each answer"}  # no more than can be answered


def like(experiment, **options):
    """The same experiment with short turns and without visits of Chromium, unless told otherwise."""
    made = Experiment(
        "discover", question="?", parameters=experiment.parameters.values(),
        conditions=experiment.conditions.values(), figures=decomposition_figures.COUNTED,
        method=Traffic(**{
            "serves": "discover/", "asks": lambda **_: [Ask("discover", "discover/", compose=True)],
            "turn": 0.6, "warm": 0.3, "members": 0.5, "strip": STRIP, **options,
        }),
    )  # fmt: skip
    made.variants = dict(experiment.variants)
    return made


@pytest.fixture(params=["Varnish", "in-process"])
def edge(request, pinsta_db):
    """Each edge in its turn."""
    if request.param == "Varnish":
        needs("varnish")
    return request.param


def test_everybody_gets_the_same_page_of_all_variants_and_nobody_anothers_piece(edge):
    result = like(decomposition).run(budget_ms=1, edge=edge, personal=3, **QUICK)
    for stream in result:
        assert stream.error is None and stream.count > 5, stream.variant
        assert not stream.errors, {each.error for each in stream.requests}
        assert stream.same is not False, stream.difference
        assert stream.leaks == 0, stream.variant


def test_a_page_in_pieces_asks_more_often_for_less(edge):
    """What is counted of traffic, its two ends included: so it is compared, and counted elsewhere."""
    result = like(decomposition, warm=1.0).run(budget_ms=1, edge=edge, personal=3, lifetime=60, **QUICK)
    figures = {each.variant: each.figures for each in result}
    whole = figures["whole, uncached"]
    for pieces in (figures["edge-side includes"], figures["in the browser"]):
        assert pieces["origin requests"] > 2 * whole["origin requests"] > 1
    assert figures["edge-side includes"]["from origin"] < whole["from origin"] / 2


def test_a_variant_that_shows_somebody_anothers_page_is_found_out(pinsta_db):
    leaky = like(decomposition)
    leaky.variants = {name: each for name, each in leaky.variants.items() if each.baseline}

    @leaky.variant
    def careless(request, lifetime):
        """The whole page is kept, whoever asked."""

        def page():
            return render(request, PAGE, {"pieces": {name: piece(name, request) for name in NAMES}}).content

        return HttpResponse(cache.get_or_set("page", page, lifetime))

    result = leaky.run(budget_ms=1, lifetime=60, personal=6, **QUICK)
    assert result["whole, uncached"].leaks == 0
    assert result["careless"].leaks > 0
    assert result["careless"].same is False


def test_chromium_shows_each_person_the_same_complete_page_of_all_variants(edge):
    needs("chromium")
    shown = {}

    def look(place, variant, settings):
        for name in ("ana", "ben", None):
            cookies = logged_in(get_user_model().objects.get(username=name))["cookies"] if name else {}
            shown[variant.name, name] = browser.browser().visit(
                f"{place['host']}{place['mount']}/discover/", cookies, place["headers"]
            )
        return {}

    like(decomposition, extra=look, turn=0.1, warm=0.1).run(budget_ms=1, edge=edge, personal=4, **QUICK)
    for name in ("ana", "ben", None):
        pages = {variant: shown[variant, name] for variant in decomposition.variants}
        assert {page.text for page in pages.values()} == {pages["whole, uncached"].text}
        assert {tuple(page.viewers) for page in pages.values()} == {(name or "",)}
        assert {variant: page.requests for variant, page in pages.items() if page.requests > 1} == {
            "in the browser": 5
        }
    assert "Log out" in shown["in the browser", "ana"].text
    assert "Log in" in shown["in the browser", None].text


def test_the_visits_of_chromium_are_figures_of_their_own(pinsta_db):
    needs("chromium")
    made = like(decomposition, extra=decomposition_figures.visit, turn=0.1, warm=0.1)
    for stream in made.run(budget_ms=1, **QUICK):
        first, complete = (stream.figures[f"Chromium: {each}"] for each in ("first byte", "complete"))
        assert 0 < first <= complete, stream.variant


def test_a_page_that_chromium_cannot_show_has_no_figures_and_the_traffic_goes_on(pinsta_db, monkeypatch):
    needs("chromium")
    monkeypatch.setattr(decomposition_figures, "PATIENCE", 0.001)
    made = like(decomposition, extra=decomposition_figures.visit, turn=0.1, warm=0.1)
    for stream in made.run(budget_ms=1, **QUICK):
        assert stream.error is None
        assert stream.figures["Chromium: complete"] is None


def test_without_a_browser_there_are_no_such_figures(monkeypatch):
    monkeypatch.setattr(decomposition_figures, "HERE", False)
    assert decomposition_figures.visit({}, None, {}) == {}
