"""Purge and ban at a real Varnish: what they forget, and what comes too late for them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import RequestFactory

from labapp.experiments.caching.invalidation_edge import EdgeRefused, tell_edge
from labapp.experiments.traffic import edges
from tests.experiments.origin import Client, listening
from tests.requires import needs

PAGE = "/purge/photos/7/"
WAYS = {"PURGE": {}, "BAN": {"X-Ban": f"^{PAGE}"}}


class Slow:
    """A site with one number on all of its pages: it is read, and then the page is still being made."""

    def __init__(self):
        self.number = 0
        self.has_read, self.go_on = threading.Event(), threading.Event()

    def __call__(self, environ, start_response):
        body = str(self.number).encode()
        self.has_read.set()
        self.go_on.wait(10)
        headers = [("Surrogate-Control", "max-age=1000"), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body]


@pytest.fixture
def site():
    """(the Slow site, a Client of the Varnish in front of it)"""
    needs("varnish")
    slow = Slow()
    with listening(slow) as port:
        yield slow, Client(int(edges.emptied(port).rpartition(":")[2]))
        slow.go_on.set()


def tell(client, way, path=PAGE):
    """As a view does that was asked through the edge."""
    request = RequestFactory().post(path, headers={"host": f"127.0.0.1:{client.port}"})
    tell_edge(request, way, WAYS[way])


@pytest.mark.parametrize("way", WAYS)
def test_what_is_kept_is_forgotten(site, way):
    slow, client = site
    slow.go_on.set()
    assert client.get(PAGE).text == "0"
    slow.number = 1
    assert client.get(PAGE).text == "0", "nobody has told the edge"
    tell(client, way)
    assert client.get(PAGE).text == "1"


@pytest.mark.parametrize("way", WAYS)
def test_what_is_on_its_way_from_the_origin_is_kept_all_the_same(site, way):
    """A reader's page was read before the change and arrives after it was purged: the classic stale set."""
    slow, client = site
    with ThreadPoolExecutor(1) as reader:
        asked = reader.submit(client.get, PAGE)
        assert slow.has_read.wait(10)
        slow.number = 1
        tell(client, way)
        slow.go_on.set()
        assert asked.result().text == "0"
    late = client.get(PAGE)
    assert (late.headers["X-Edge"], late.text) == ("HIT", "0")
    tell(client, way)
    assert client.get(PAGE).text == "1"


@pytest.mark.parametrize("way, other", [("PURGE", "0"), ("BAN", "1")])
def test_a_purge_is_of_one_address_and_a_ban_of_all_that_begin_so(site, way, other):
    slow, client = site
    slow.go_on.set()
    assert client.get(PAGE).text == client.get(f"{PAGE}?page=2").text == "0"
    slow.number = 1
    tell(client, way)
    assert (client.get(PAGE).text, client.get(f"{PAGE}?page=2").text) == ("1", other)


def test_an_edge_that_refuses_is_heard(site):
    slow, client = site
    slow.go_on.set()
    request = RequestFactory().post(PAGE, headers={"host": f"127.0.0.1:{client.port}"})
    with pytest.raises(EdgeRefused, match="The edge answered BAN with 400"):
        tell_edge(request, "BAN")
