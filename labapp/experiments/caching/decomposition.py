"""A page that is everybody's and each one's: cached whole, or taken apart (talk 2.2, 2.3, 2.4).

"Discover" has a frame and six pieces. The first of them, the bar with one's name, always depends on who
looks; how many of the others do is a parameter. What depends on somebody says so: data-viewer="their name".

The bar holds the form to log out, and so a token against forged forms. Its cookie must be there already, from
logging in: an edge drops the cookies that fragments set.
"""

from hashlib import sha256

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.html import format_html

from labapp.experiments.caching.decomposition_figures import FIGURES, INCLUDES, visit
from labapp.experiments.caching.decomposition_pieces import NAMES, PACE, own, piece
from labapp.experiments.caching.phased import filled, hole
from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer, Number
from labapp.experiments.traffic import Ask, Traffic, arrival, edge, think_time, users, workers
from labapp.experiments.traffic import cache as cache_backend

PAGE = "decomposition/page.html"
STRIP = (
    r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>',  # a new one in every answer
    r' data-fragment="[^"]*"',  # where a piece came from
)

decomposition = Experiment(
    "decomposition", question="Everybody's page has their name on it. What of it can be cached?",
    claims=["2.2", "2.3", "2.4"],
    parameters=[
        Integer("lifetime", 1, low=1, high=60, unit="s", help="lifetime of the photos"),
        Integer("personal", 2, low=1, high=len(NAMES), help=f"personal pieces, of {len(NAMES)}"),
        Number("members", 0.8, low=0.0, high=1.0, step=0.1, help="share of visitors logged in"),
    ],
    conditions=[
        database(), round_trip(), cache_backend(), edge(), workers(2), users(10), think_time(0.5), arrival()
    ],
    figures=FIGURES, includes=INCLUDES,
    method=Traffic(
        serves="discover/",
        asks=lambda **_: [Ask("discover", "discover/", compose=True)],
        turn=2.0, warm=0.5, members=lambda members, **_: members,
        same=True, strip=STRIP, compares="p50", extra=visit,
    ),
)


@decomposition.variant(baseline=True, name="whole, uncached")
def whole(request, personal):
    """Each request asks the database for every piece."""
    pieces = {name: piece(name, request if name in own(personal) else None) for name in NAMES}
    return render(request, PAGE, {"pieces": pieces})


@decomposition.variant(name="whole, per user")
def whole_per_user(request, personal, lifetime):
    """The whole page is kept, once for each visitor."""
    # cache_page would keep nothing: a form's token sets a cookie, and Django keeps no answer that does.
    visitor = sha256(request.headers.get("Cookie", "").encode()).hexdigest()
    page = cache.get_or_set(f"discover:{visitor}", lambda: whole(request, personal).content, lifetime)
    response = HttpResponse(page)
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Cookie"])
    return response


def shared_fragment(request, name, lifetime):
    """A piece for everybody: made without a cookie, kept at the edge for a time of its own."""
    response = HttpResponse(piece(name))
    response["Surrogate-Control"] = f"max-age={lifetime * PACE[name]}"
    return response


def own_fragment(request, name):
    """A piece for one person, asked for each time. Django adds Vary: Cookie, as it reads the session."""
    response = HttpResponse(piece(name, request))
    patch_cache_control(response, private=True, no_store=True)
    return response


SHARED = path("fragments/shared/<slug:name>/", shared_fragment, name="shared-fragment")
OWN = path("fragments/own/<slug:name>/", own_fragment, name="own-fragment")


@decomposition.variant(name="edge-side includes", edge=True, routes=[SHARED, OWN])
def edge_side_includes(request, personal, lifetime):
    """A frame with holes; the edge keeps it, and every piece for everybody."""
    views = {name: "own-fragment" if name in own(personal) else "shared-fragment" for name in NAMES}
    sources = {name: reverse(view, args=[name]) for name, view in views.items()}
    pieces = {name: format_html('<esi:include src="{}"/>', source) for name, source in sources.items()}
    response = render(request, PAGE, {"pieces": pieces})
    response["Surrogate-Control"] = f'max-age={lifetime * PACE["frame"]}, content="ESI/1.0"'
    patch_cache_control(response, private=True, no_cache=True)  # for browsers: what they get is somebody's
    return response


@decomposition.variant(name="two-phase rendering")
def two_phase(request, personal, lifetime):
    """The page is kept with signed holes; each answer fills them for whoever asks."""

    def first_phase():
        pieces = {name: hole(name=name) if name in own(personal) else piece(name) for name in NAMES}
        return render_to_string(PAGE, {"pieces": pieces})

    page = cache.get_or_set("discover:phased", first_phase, lifetime)
    response = HttpResponse(filled(page, lambda name: piece(name, request)))
    patch_cache_control(response, private=True, no_cache=True)
    return response


@decomposition.variant(name="in the browser", routes=[OWN])
def in_the_browser(request, personal, lifetime):
    """A shell for everybody is kept; the browser fetches what is missing."""

    def shell():
        pieces = {name: "" if name in own(personal) else piece(name) for name in NAMES}
        sources = {name: reverse("own-fragment", args=[name]) for name in own(personal)}
        return render_to_string(PAGE, {"pieces": pieces, "sources": sources})

    return HttpResponse(cache.get_or_set("discover:shell", shell, lifetime))
