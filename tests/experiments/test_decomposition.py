"""The page "Discover": every variant shows everybody the same, and nobody what is another's."""

import re

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render

from labapp import probe
from labapp.experiments.caching.decomposition import PAGE, STRIP, decomposition
from labapp.experiments.caching.decomposition_figures import COUNTED
from labapp.experiments.caching.decomposition_pieces import NAMES, piece
from labapp.experiments.caching.esi import Edge
from labapp.experiments.experiment import Experiment
from labapp.experiments.traffic.log import Log
from labapp.experiments.traffic.turn import mount_name
from labapp.pinsta.models import Like, Notification
from labapp.probe.ledger import Entry
from labapp.services.traffic import Request
from labapp.services.traffic.page import composed, digest, foreign, fragments
from tests.experiments.serving import served

PEOPLE = "ana", "ben", None, "chloe", "ana"
PATTERNS = [re.compile(pattern) for pattern in STRIP]


class Visitor:
    """Looks at the page of each variant as a browser does, fragments and all."""

    def __init__(self, site):
        self._site = site

    def page(self, variant, person):
        """The complete page, without the variant's mount."""
        mount = f"/{mount_name(variant)}"
        answer = self._site.get(variant, "discover/", person)
        assert answer.status_code == 200, answer.text
        parts = [url.removeprefix(mount) for url in fragments(answer.text)]
        answers = [self._site.get(variant, part, person) for part in parts]
        assert all(each.status_code == 200 for each in answers)
        return composed(answer.text, [each.text for each in answers]).replace(f"{mount}/", "/")


@pytest.fixture
def site(pinsta_db):
    """``site(**settings)``: the experiment served in this process, its edge-side variant behind an edge."""
    contexts = []

    def make(experiment=decomposition, around=lambda application: application, **settings):
        edged = {mount_name(each.name) for each in experiment.variants.values() if each.edge}

        def through(environ):
            return environ["PATH_INFO"].split("/")[1] in edged

        def wrap(application):
            return Edge(around(application), wanted=through)

        contexts.append(served(experiment, wrap=wrap, **settings))
        return contexts[-1].__enter__()

    yield make
    for context in reversed(contexts):
        context.__exit__(None, None, None)


@pytest.mark.parametrize("personal", range(1, len(NAMES) + 1))
def test_every_variant_shows_each_person_the_same_page_and_nobody_anothers_piece(site, personal):
    visitor = Visitor(site(personal=personal, lifetime=60))
    for person in PEOPLE:  # one after the other, so that what was kept for one would be shown to the next
        pages = {name: visitor.page(name, person) for name in decomposition.variants}
        assert len({digest(page, PATTERNS) for page in pages.values()}) == 1, person
        for name, page in pages.items():
            assert page.count("data-viewer=") == personal, name
            assert foreign(page, person or "") == 0, name


class Counting:
    """What an application is asked, and asks the database."""

    def __init__(self):
        self.requests = self.queries = 0

    def around(self, application):
        """The application, being counted."""

        def counted(environ, start_response):
            self.requests += 1
            with probe.record() as recording:
                answer = application(environ, start_response)
            self.queries += recording.count
            return answer

        return counted


@pytest.mark.parametrize(("variant", "requests", "queries"), [
    ("whole, uncached", 1, 1 + 6),  # who it is, and a query for each piece
    ("whole, per user", 1, 0),
    ("edge-side includes", 3, 3 + 3),
    ("two-phase rendering", 1, 1 + 3),
    ("in the browser", 1 + 3, 3 + 3),
])  # fmt: skip
def test_what_a_page_of_three_personal_pieces_asks_of_the_origin_once_it_is_known(
    site, variant, requests, queries
):
    counting = Counting()
    visitor = Visitor(site(personal=3, lifetime=60, around=counting.around))
    visitor.page(variant, "ana")
    before = counting.requests, counting.queries
    visitor.page(variant, "ana")
    assert (counting.requests - before[0], counting.queries - before[1]) == (requests, queries)


def test_pages_of_different_people_differ(site):
    visitor = Visitor(site())
    pages = {person: digest(visitor.page("two-phase rendering", person), PATTERNS) for person in PEOPLE}
    assert len(set(pages.values())) == 4


@pytest.fixture
def leaking():
    """The experiment with one variant more, which keeps one person's page for everybody."""
    leaky = Experiment(
        "leaky", question="?", parameters=decomposition.parameters.values(),
        conditions=decomposition.conditions.values(), method=decomposition.method,
    )

    @leaky.variant(baseline=True)
    def careless(request, personal, lifetime):
        """The whole page is kept, whoever asked."""

        def page():
            return render(request, PAGE, {"pieces": {name: piece(name, request) for name in NAMES}}).content

        return HttpResponse(cache.get_or_set("page", page, lifetime))

    return leaky


def test_a_variant_that_keeps_one_persons_page_for_all_is_found_out(site, leaking):
    visitor = Visitor(site(leaking, lifetime=60))
    assert foreign(visitor.page("careless", "ana"), "ana") == 0
    assert foreign(visitor.page("careless", "ben"), "ben") == len(NAMES)


@pytest.mark.parametrize("variant", decomposition.variants)
def test_the_button_to_log_out_works_on_every_page(site, variant):
    """The token of its form fits the cookie, wherever the page was kept."""
    served = site(lifetime=60)
    visitor = Visitor(served)
    for person in ("ana", "ben", "ana"):
        token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', visitor.page(variant, person))[1]
        refused = served.post(variant, "logout/", {"csrfmiddlewaretoken": "x" * 64}, person, X_CSRFToken="")
        assert refused.status_code == 403
        given = served.post(variant, "logout/", {"csrfmiddlewaretoken": token}, person, X_CSRFToken="")
        assert given.status_code == 302


def test_what_a_person_does_shows_in_their_pieces_at_once_and_in_shared_ones_later(site, pinsta_db):
    visitor = Visitor(site(personal=1, lifetime=60))
    name = "edge-side includes"
    before = visitor.page(name, "ana")
    Notification.objects.filter(recipient__username="ana").delete()
    Like.objects.all().delete()
    after = visitor.page(name, "ana")
    assert 'class="badge"' in before and 'class="badge"' not in after
    assert before.partition('id="photos"')[2] == after.partition('id="photos"')[2]
    assert "♥ 0" in visitor.page("whole, uncached", "ana")


def test_a_shared_fragment_cannot_be_had_of_what_is_always_somebodys(site):
    served = site()
    assert served.get("edge-side includes", "fragments/shared/bar/", "ana").status_code == 404
    assert served.get("edge-side includes", "fragments/shared/nothing/", "ana").status_code == 404


def test_what_is_for_one_person_is_marked_private_and_what_is_shared_does_not_vary(site):
    served = site(personal=2)
    for variant in ("whole, per user", "two-phase rendering"):
        headers = served.get(variant, "discover/", "ana").headers
        assert "private" in headers["Cache-Control"] and "Cookie" in headers["Vary"], variant
    shell = served.get("in the browser", "discover/", "ana").headers
    assert "Vary" not in shell and "Set-Cookie" not in shell
    own = served.get("in the browser", "fragments/own/bar/", "ana").headers
    assert "no-store" in own["Cache-Control"] and "Cookie" in own["Vary"]


def test_figures_are_for_each_page():
    request = Request(
        turn=1, ask=0, key=-1, user=0, person="ana", due=0.0, sent=1.0, first=1.004, done=1.010, status=200,
        size=5000, who="edge", timing="", asked=1, digest="", seen=None, foreign=0, error="",
    )
    work = [
        Entry("request", "/a", "1", 1, 0.0, 1.0, queries=3, bytes=1000),
        Entry("outside", "thread", "1", 1, 0.0, 1.0, queries=1),
        Entry("mark", "recompute", "1", 1, 0.0, 1.0),
    ]
    slow = request._replace(first=1.004, done=1.010, size=8000)
    failed = request._replace(status=0, error="not answered", size=0)
    earlier = request._replace(due=-0.1)  # not counted
    log = Log([request, request, slow, failed], work, [], [(0.0, 2.0)], [earlier, earlier], 0.5, {})
    assert {each.name: each.of(log, personal=2) for each in COUNTED} == pytest.approx({
        "origin requests": 1 / 3, "from origin": 1 / 3, "to visitor": 6.0,
        "first byte": 4.0, "complete": 10.0,
    })  # fmt: skip
    nothing = Log([failed], work, [], [(0.0, 2.0)], [], 0.5, {})
    assert {each.of(nothing) for each in COUNTED} == {None}
