"""A variant of a traffic experiment, asked in this process: what it answers, without a server."""

from contextlib import contextmanager
from itertools import count
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.test import RequestFactory, override_settings

from labapp.experiments.traffic.application import Application
from labapp.experiments.traffic.asks import person as logged_in
from labapp.experiments.traffic.backends import LOCMEM
from labapp.experiments.traffic.turn import Turn, mount_name, mounts
from labapp.experiments.world import parameters

SESSIONS = "django.contrib.sessions.backends.signed_cookies"
TOKEN = "t" * 32
_numbers = count(1_000_000)


class Answer:
    """What a WSGI application answered."""

    def __init__(self, application, environ):
        self.headers = {}
        chunks = application(environ, self._start)
        self.content = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        self.text = self.content.decode()

    def _start(self, status, headers, error=None):
        self.status_code = int(status.split()[0])
        self.headers = dict(headers)


class Served:
    """An experiment being served at one setting; ``wrap`` may put something around its application."""

    def __init__(self, experiment, settings, caches, wrap):
        self.experiment = experiment
        self.turn = Turn(next(_numbers), parameters(experiment, settings), mounts(experiment), caches=caches)
        self.application = wrap(Application(lambda number: self.turn))

    def get(self, variant, path, person=None, **headers):
        """The Answer of this variant to a GET of the path below its mount, as the person of this name."""
        return self._answer("get", variant, path, person, {}, headers)

    def post(self, variant, path, data, person=None, **headers):
        """The same for a form that is sent."""
        form = {"data": urlencode(data), "content_type": "application/x-www-form-urlencoded"}
        return self._answer("post", variant, path, person, form, headers)

    def _answer(self, method, variant, path, person, form, headers):
        factory = RequestFactory()
        factory.cookies["csrftoken"] = TOKEN
        if person is not None:
            user = get_user_model().objects.get(username=person)
            factory.cookies.load(logged_in(user)["cookies"] | {"csrftoken": TOKEN})
        request = getattr(factory, method)(
            f"/{mount_name(variant)}/{path.lstrip('/')}", **form, headers={"X-CSRFToken": TOKEN} | headers
        )
        return Answer(self.application, {**request.environ, "HTTP_X_LAB_TURN": str(self.turn.number)})


@contextmanager
def served(experiment, caches_entries=None, wrap=lambda application: application, **settings):
    """A Served on the database at hand, its caches empty (local memory unless entries are given)."""
    entries = {"default": {"BACKEND": LOCMEM, "LOCATION": "default"}, **(caches_entries or {})}
    entries.setdefault("local", {"BACKEND": LOCMEM, "LOCATION": "local"})
    before = dict(caches.settings)
    try:
        with override_settings(SESSION_ENGINE=SESSIONS):
            yield Served(experiment, experiment.check(settings), entries, wrap)
    finally:
        for alias in list(caches.settings):
            if hasattr(caches._connections, alias):
                del caches[alias]
        caches.settings.clear()
        caches.settings.update(before)


def get(experiment, variant, path, person=None, **settings):
    """One Answer, from caches that were empty before."""
    with served(experiment, **settings) as site:
        return site.get(variant, path, person)
