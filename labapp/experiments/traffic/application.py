"""The site that answers the traffic: every variant of an experiment below a mount of its own.

    /view/photos/7/     the variant "view", asked for photo 7

A request names its turn in the header X-Lab-Turn; what the turn is, its world and its variants, lies in a
file that the kernel wrote before. So one gunicorn serves whatever is measured next.
"""

import os
import threading
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import got_request_exception
from django.urls import get_script_prefix, get_urlconf, set_script_prefix, set_urlconf

from labapp.experiments.distance import delayed
from labapp.experiments.traffic.complaints import TURN, WARM, Complaints
from labapp.experiments.traffic.parcel import unpacked
from labapp.experiments.traffic.under_way import UnderWay

READY = "/-/ready"


class Handler(WSGIHandler):
    """Django, with the addresses of one variant, and this MIDDLEWARE."""

    def __init__(self, middleware):
        usual = settings.MIDDLEWARE
        try:
            settings.MIDDLEWARE = list(middleware or usual)  # which is read at this moment only
            super().__init__()
        finally:
            settings.MIDDLEWARE = usual

    def get_response(self, request):
        request.urlconf = request.environ["lab.urls"]
        return super().get_response(request)


class Application:
    """A WSGI application; ``find(number)`` gives a Turn, the newest where the number is None."""

    def __init__(self, find):
        self._find = find
        self._handlers = {}
        self._lock = threading.Lock()
        self._mine = threading.local()
        self._turn = None
        self._urls = {}

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == READY:
            start_response("204 No Content", [])
            return []
        turn = self._in_turn(environ.get(TURN))
        mount, _, rest = environ["PATH_INFO"].lstrip("/").partition("/")
        if turn is None or mount not in turn.mounts:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"No variant is served at this address.\n"]
        urls, handler = self._below(turn, mount)
        environ |= {"SCRIPT_NAME": f"/{mount}", "PATH_INFO": f"/{rest}", "lab.urls": urls}
        with delayed(turn.delay_ms), _addresses_as_before():
            return handler(environ, start_response)

    def _in_turn(self, number):
        """The turn of this request; where a process meets a new one, its world becomes the process's."""
        number = int(number) if number else None
        with self._lock:
            if self._turn is None or (number or 0) > self._turn.number:
                turn = self._find(number)
                if turn is not None:
                    self._enter(turn)
        if getattr(self._mine, "turn", None) is not self._turn:
            _forget_caches()
            self._mine.turn = self._turn
        return self._turn

    def _enter(self, turn):
        before, self._turn, self._urls = self._turn, turn, {}
        turn.enter(before)

    def _below(self, turn, mount):
        """The URLconf and the handler of a mount."""
        with self._lock:
            if mount not in self._urls:
                self._urls[mount] = turn.urls(mount)
            middleware = turn.mounts[mount].middleware
            if middleware not in self._handlers:
                self._handlers[middleware] = Handler(middleware)
            return self._urls[mount], self._handlers[middleware]


def _forget_caches():
    """This thread's cache objects are those of the turn before."""
    for alias in caches.settings:
        if hasattr(caches._connections, alias):
            del caches[alias]


@contextmanager
def _addresses_as_before():
    """A block after which ``reverse()`` gives what it gave before: a kernel has pages of its own."""
    prefix, urls = get_script_prefix(), get_urlconf()
    try:
        yield
    finally:
        set_script_prefix(prefix)
        set_urlconf(urls)


def turn_in(folder):
    """``find`` for turns that lie in this folder."""

    def find(number):
        path = Path(folder, f"turn-{number}") if number else newest(folder)
        return unpacked(path.read_bytes()) if path and path.exists() else None

    return find


def newest(folder):
    """The file of the newest turn, or None: somebody looks at the site with a browser of their own."""
    turns = sorted(Path(folder).glob("turn-*"), key=lambda path: int(path.name.removeprefix("turn-")))
    return turns[-1] if turns else None


def make(folder):
    """The whole site: what gunicorn's workers serve, the instrument and the embedded edge included."""
    import django

    django.setup()
    got_request_exception.connect(Complaints(folder).note, weak=False)

    from labapp.experiments import registry
    from labapp.experiments.caching.esi import Edge
    from labapp.probe.served import Reporting

    registry.every()  # once, before the workers are forked, so that no request waits for an import
    site = Reporting(
        Application(turn_in(folder)), ledger=Path(folder, "ledger"),
        label=lambda environ: f"{environ.get(TURN, '')} {'warm' if WARM in environ else ''}".rstrip(),
    )
    return UnderWay(Edge(site), folder)


def __getattr__(name):
    """``application``, made when gunicorn asks for it."""
    if name == "application":
        return make(os.environ["LAB_FOLDER"])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
