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
from labapp.experiments.traffic.site import site
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
        assert stream.error is None and stream.count, stream.variant
        assert not stream.errors, {each.error for each in stream.requests}
        assert stream.same is not False, stream.difference
        assert stream.leaks == 0, stream.variant


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


def visited(edge):
    """{(variant, person): (what Chromium has Seen, how many requests the origin got for it)}.

    What can be kept is there already.
    """
    shown = {}

    def look(place, variant, settings):
        for name in ("ana", "ben", None):
            cookies = logged_in(get_user_model().objects.get(username=name))["cookies"] if name else {}
            address, ledger = f"{place['host']}{place['mount']}/discover/", site().ledger
            for _ in range(2):
                ledger.take()
                seen = browser.browser().visit(address, cookies, place["headers"])
            asked = [entry.name for entry in ledger.take() if entry.name.startswith(place["mount"])]
            shown[variant.name, name] = seen, len(asked)
        return {}

    made = like(decomposition, extra=look, turn=0.1, warm=0.1)
    made.run(budget_ms=1, edge=edge, personal=4, lifetime=60, workers=1, **QUICK)
    return shown


def test_chromium_shows_each_person_the_same_complete_page_of_all_variants(edge):
    needs("chromium")
    shown = visited(edge)
    for name in ("ana", "ben", None):
        pages = {variant: shown[variant, name][0] for variant in decomposition.variants}
        assert {page.text for page in pages.values()} == {pages["whole, uncached"].text}
        assert {tuple(page.viewers) for page in pages.values()} == {(name or "",)}
    assert "Log out" in shown["in the browser", "ana"][0].text
    assert "Log in" in shown["in the browser", None][0].text
    sent = {variant: shown[variant, "ben"][0].requests for variant in decomposition.variants}
    assert sent == {**dict.fromkeys(decomposition.variants, 1), "in the browser": 1 + 4}
    reached = {variant: shown[variant, "ben"][1] for variant in decomposition.variants}
    assert reached == {**sent, "edge-side includes": 4}


def test_the_visits_of_chromium_are_figures_of_their_own(pinsta_db):
    needs("chromium")
    made = like(decomposition, extra=decomposition_figures.visit, turn=0.1, warm=0.1)
    for stream in made.run(budget_ms=1, **QUICK):
        first, complete = (stream.figures[f"Chromium {each}"] for each in ("first byte", "complete"))
        assert 0 < first <= complete, stream.variant


def test_a_page_that_chromium_cannot_show_has_no_figures_and_the_traffic_goes_on(pinsta_db, monkeypatch):
    needs("chromium")
    monkeypatch.setattr(decomposition_figures, "PATIENCE", 0.001)
    made = like(decomposition, extra=decomposition_figures.visit, turn=0.1, warm=0.1)
    for stream in made.run(budget_ms=1, **QUICK):
        assert stream.error is None
        assert stream.figures["Chromium complete"] is None


def test_without_a_browser_there_are_no_such_figures(monkeypatch):
    monkeypatch.setattr(decomposition_figures, "HERE", False)
    assert decomposition_figures.visit({}, None, {}) == {}
