"""Both edges, a real Varnish and the one inside the process, keep the same rules: the origin counts."""

import time

import pytest

from labapp.experiments.caching.esi import DEEPEST, Edge
from labapp.experiments.traffic import edges
from tests.experiments.origin import Client, Origin, listening
from tests.requires import needs

ESI = 'max-age=1000, content="ESI/1.0"'
MISSING = "This part of the page cannot be had at the moment."


def kept(seconds, **headers):
    """The headers of an answer that may be kept so long."""
    return {"Surrogate-Control": f"max-age={seconds}", **headers}


@pytest.fixture(params=["Varnish", "in-process"])
def behind(request):
    """``behind(pages)``: an Origin with these pages, and a Client of the edge in front of it."""
    if request.param == "Varnish":
        needs("varnish")
    open_ports = []

    def make(pages):
        origin = Origin(pages)
        embedded = request.param == "in-process"
        serving = listening(Edge(origin, wanted=lambda environ: True) if embedded else origin)
        open_ports.append(serving)
        port = serving.__enter__()
        return origin, Client(port if embedded else int(edges.emptied(port).rpartition(":")[2]))

    yield make
    for serving in open_ports:
        serving.__exit__(None, None, None)


def test_a_page_is_put_together_from_its_fragments(behind):
    origin, client = behind({
        "/": ('<p>a <esi:include src="/b"/> <esi:include src="/c"/></p>', {"Surrogate-Control": ESI}),
        "/b": ("b", kept(1000)), "/c": ("c", {}),
    })  # fmt: skip
    assert client.get("/").text == client.get("/").text == "<p>a b c</p>"
    assert origin.asked == {"/": 1, "/b": 1, "/c": 2}


def test_nothing_is_filled_in_pages_that_do_not_ask_for_it(behind):
    tag = '<esi:include src="/b"/>'
    origin, client = behind({"/": (tag, {}), "/b": ("b", {})})
    assert client.get("/").text == tag
    assert not origin.asked["/b"]


def test_each_fragment_has_a_lifetime_of_its_own(behind):
    origin, client = behind({
        "/": ('<esi:include src="/short"/> <esi:include src="/long"/>', {"Surrogate-Control": ESI}),
        "/short": ("short {number}", kept(0.1)), "/long": ("long {number}", kept(1000)),
    })  # fmt: skip
    deadline = time.monotonic() + 30
    while "short 3" not in (text := client.get("/").text):
        assert time.monotonic() < deadline
    assert text == "short 3 long 1"
    assert origin.asked == {"/": 1, "/short": 3, "/long": 1}


def test_cookies_reach_what_is_personal_and_not_what_is_shared(behind):
    origin, client = behind({
        "/": ('<esi:include src="/shared/b/"/> <esi:include src="/own/"/>', {"Surrogate-Control": ESI}),
        "/shared/b/": ("b", kept(1000)), "/own/": ("{cookie}", {"Vary": "Cookie"}),
    })  # fmt: skip
    assert client.get("/", Cookie="name=ana").text == "b name=ana"
    assert client.get("/", Cookie="name=ben").text == "b name=ben"
    assert origin.cookies["/shared/b/"] == [None]
    assert origin.cookies["/own/"] == ["name=ana", "name=ben"]


@pytest.mark.parametrize("header", [{"Vary": "Accept, Cookie"}, {"Set-Cookie": "csrftoken=1"}])
def test_what_depends_on_a_cookie_is_not_kept_whatever_it_says(behind, header):
    origin, client = behind({"/": ("{cookie}", kept(1000, **header))})
    assert [client.get("/", Cookie=name).text for name in ("ana", "ben", "ana")] == ["ana", "ben", "ana"]
    assert origin.asked["/"] == 3


def test_errors_and_what_says_nothing_are_not_kept(behind):
    origin, client = behind({"/": ("{number}", {})})
    assert [client.get("/").text, client.get("/").text] == ["1", "2"]
    assert [client.get("/none").status, client.get("/none").status] == [404, 404]
    assert origin.asked["/none"] == 2


def test_a_fragment_that_is_missing_is_said_in_its_place(behind):
    _, client = behind({"/": ('<esi:include src="/none"/>, the rest', {"Surrogate-Control": ESI})})
    answer = client.get("/")
    assert answer.status == 200
    assert MISSING in answer.text and answer.text.endswith(", the rest")


def test_fragments_that_include_one_another_come_to_an_end(behind):
    origin, client = behind({"/": ('again <esi:include src="/"/>', {"Surrogate-Control": ESI})})
    text = client.get("/").text
    assert text.count("again") == DEEPEST and MISSING in text
    assert origin.asked["/"] == 1


def test_purge_forgets_one_address_and_ban_all_that_match(behind):
    pages = {path: ("{number}", kept(1000)) for path in ("/photos/1", "/photos/2", "/boards/1")}
    origin, client = behind(pages)

    def numbers():
        return [client.get(path).text for path in pages]

    assert numbers() == numbers() == ["1", "1", "1"]
    assert client.get("/photos/1", method="PURGE").status == 200
    assert numbers() == ["2", "1", "1"]
    assert client.get("/", method="BAN", X_Ban="^/photos/").status == 200
    assert numbers() == ["3", "2", "1"]
    assert origin.asked == {"/photos/1": 3, "/photos/2": 2, "/boards/1": 1}


def test_a_ban_needs_a_pattern_that_can_be_read(behind):
    _, client = behind({})
    assert client.get("/", method="BAN").status == 400
    assert client.get("/", method="BAN", X_Ban="([").status == 400


def test_it_says_who_answered_and_what_a_hit_did_not_cost(behind):
    _, client = behind({"/": ("page", kept(1000, **{"Server-Timing": 'db;dur=4;desc="20 queries"'}))})
    first, second = client.get("/"), client.get("/")
    assert (first.headers["X-Edge"], second.headers["X-Edge"]) == ("MISS", "HIT")
    assert "20 queries" in first.headers["Server-Timing"]
    assert "Server-Timing" not in second.headers
    assert "Surrogate-Control" not in first.headers and "Surrogate-Control" not in second.headers


def test_forms_go_through(behind):
    origin, client = behind({"/": ("{number}", kept(1000))})
    assert [client.get("/", method="POST").text for _ in range(2)] == ["1", "2"]


def test_varnish_gives_the_old_answer_while_it_fetches_a_new_one():
    needs("varnish")
    origin = Origin({"/": ("{number}", {"Surrogate-Control": "max-age=0.1, stale-while-revalidate=1000"})})
    with listening(origin) as port:
        client = Client(int(edges.emptied(port).rpartition(":")[2]))
        assert client.get("/").text == "1"
        deadline = time.monotonic() + 30
        while (answer := client.get("/")).headers["X-Edge"] != "STALE":
            assert time.monotonic() < deadline
        assert answer.text == "1"
        while client.get("/").text == "1":
            assert time.monotonic() < deadline


def asked(edge, path="/", **headers):
    """The body that the embedded edge gives."""
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", **headers}
    return b"".join(edge(environ, lambda status, headers: None)).decode()


def test_the_embedded_edge_forgets_when_the_time_is_over():
    now = [0.0]
    edge = Edge(Origin({"/": ("{number}", kept(2))}), lambda environ: True, clock=lambda: now[0])
    given = []
    for now[0] in (0.0, 1.9, 2.0, 3.9, 4.1):
        given.append(asked(edge))
    assert given == ["1", "1", "2", "2", "3"]


def test_the_embedded_edge_is_empty_in_another_turn_and_only_for_those_who_chose_it():
    origin = Origin({"/": ("{number}", kept(1000))})
    edge = Edge(origin)
    chosen = {"HTTP_X_LAB_EDGE": "in-process"}
    turns = [asked(edge, HTTP_X_LAB_TURN=turn, **chosen) for turn in ("1", "1", "2", "2")]
    assert turns == ["1", "1", "2", "2"]
    assert [asked(edge, HTTP_X_LAB_TURN="2", HTTP_X_LAB_EDGE="Varnish") for _ in range(2)] == ["3", "4"]


def test_onerror_continue_leaves_a_missing_fragment_out_of_the_embedded_edges_page():
    tag = 'a<esi:include src="/none" onerror="continue"/>b'
    assert asked(Edge(Origin({"/": (tag, {"Surrogate-Control": ESI})}), lambda environ: True)) == "ab"
