"""What the tests of traffic share: a served site, plans for it, and waiting for requests."""

from __future__ import annotations

import json
from collections.abc import Callable

from labapp.services.gunicorn import Gunicorn
from labapp.services.traffic import Generator, Request
from tests.services.kernels import wait_for

HELLO = {"name": "hello", "path": "hello/{key}/", "keys": [1, 2, 3, 4, 5], "zipf": 1.0}
WAIT = {"name": "wait", "path": "wait/"}


class Site(Gunicorn):
    """The site of the tests under gunicorn."""

    def __init__(self, **more):
        super().__init__("tests.services.site:application", **more)

    def seen(self) -> list[dict]:
        """What it has noted of each request that it saw."""
        path = self.folder / "seen"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def plan(self, *asks, **more) -> dict:
        """A plan for it; users are patient unless said otherwise."""
        usual = {"turn": 1, "users": 3, "think_s": 0.01, "arrival": "after each answer", "seed": 4}
        return {"host": self.address, "asks": list(asks) or [HELLO], **usual, **more}

    def go(self) -> None:
        """Answer what waits."""
        (self.folder / "go").touch()


def taken(load: Generator, enough: Callable[[list[Request]], object]) -> list[Request]:
    """The requests that come, until these are enough."""
    requests = []

    def look():
        requests.extend(load.take())
        return enough(requests)

    wait_for(look, "enough requests have come")
    return requests


def first(load: Generator) -> Request:
    """The first request that comes; nothing more is asked, and what else came is dropped."""
    request = taken(load, bool)[0]
    load.idle()
    load.take()
    return request
