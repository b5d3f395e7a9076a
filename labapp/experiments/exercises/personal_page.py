"""A page to be kept although it has a name on it: asked by several people, who must see their own each."""

import random
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.core.cache.backends import locmem
from django.core.signals import got_request_exception
from django.db import connection
from django.test import RequestFactory
from django.urls import get_script_prefix, set_script_prefix
from django.utils import timezone

from labapp import probe
from labapp.experiments.databases import guarded
from labapp.experiments.exercise import SEEDS
from labapp.experiments.exercises.checked import Checked, not_a_function
from labapp.experiments.exercises.clock import moved
from labapp.experiments.faults import sentence
from labapp.experiments.traffic.application import Application
from labapp.experiments.traffic.turn import Mount, Route, Turn
from labapp.experiments.unseen import unseen
from labapp.experiments.variant import Variant
from labapp.measure.sameness import difference
from labapp.pinsta.models import Like, Notification, Photo

PEOPLE = 4
LIFETIME = 60  # seconds
VIEWER = re.compile(r'data-viewer="([^"]*)"')
PUBLIC = re.compile(r"\b(public|s-maxage)\b")


@dataclass
class Visits:
    """What came of all visits: ``when`` makes the sentences.

    ``wrong``: (who, when, difference) of answers that were not what this person should see; ``leaks``: (who,
    when, whose) of those with another's name; ``made``: in how many visits the expensive work was done, by
    lifetime; ``shared``: what an answer said that lets others keep it; ``fault``: what was raised.
    """

    count: int = 0
    wrong: list = field(default_factory=list)
    leaks: list = field(default_factory=list)
    made: dict = field(default_factory=dict)
    shared: str | None = None
    past: str | None = None
    fault: str | None = None


class PersonalPage(Checked):
    """A view that must be kept for everybody, less what is a person's own.

    ``reference(request, photos)`` gives the page; ``expensive()`` the photos on it, which may be LIFETIME
    seconds old.
    """

    def __init__(self, name, reference, expensive, hints=()):
        self._reference, self._expensive = reference, expensive
        super().__init__(name, hints)

    def _refusal(self, view=None, *_):
        return not_a_function(view, ("request",))

    def _measure(self, stop, view):
        variant = Variant(getattr(view, "__name__", "yours"), view, "", "", "")
        with unseen(SEEDS[0], writes=True) as witness, guarded(stop), moved(view) as clock, apart():
            connection.close_at = None  # Django would close it after the first request, and the data with it
            site = Site(view, self._reference, self._expensive, witness, clock)
            with witness.watching():
                try:
                    site.play()
                except Exception as error:  # noqa: BLE001 - the reader's own code may raise anything
                    stop.check()
                    site.visits.fault = sentence(error, variant).rstrip(".")
            if witness.strangers:
                site.visits.past = "It opens a connection to a database of its own: use Django's"
            elif witness.processes:
                site.visits.past = "It starts another process: do the work in this one"
            elif witness.deaf:
                site.visits.past = "It stops the database from reporting its work, so it cannot be measured"
            return site.visits

    def _judge(self, verdict, visits):
        if visits.fault:
            verdict.say(False, f"It raises {visits.fault}.")
            return
        if visits.leaks:
            who, when, whose = visits.leaks[0]
            verdict.say(False, f"A leak: {when}, {who} is shown the page of {whose}.")
            verdict.look = [f"{len(visits.leaks)} of {visits.count} answers had another's name on them."]
        else:
            verdict.say(True, f"{visits.count} answers, and nobody was shown another's name.")
        if wrong := [each for each in visits.wrong if each[:2] not in [leak[:2] for leak in visits.leaks]]:
            who, when, how = wrong[0]
            verdict.say(False, f"Not the right page: {when}, {who} is shown something else: {how}.")
        elif not visits.leaks:
            verdict.say(True, "Each had the right page, also after a like, a notification and a new caption.")
        most = max(visits.made.values(), default=0)
        if most <= 1:
            verdict.say(True, f"The popular photos are asked for once in {LIFETIME} s, whoever comes.")
        else:
            verdict.say(False, f"The popular photos were asked for {most} times in {LIFETIME} s.")
        if visits.shared:
            verdict.say(False, f"A page with a name on it says {visits.shared}: others may keep it.")
        if visits.past:
            verdict.say(False, f"{visits.past}.")


class Site:
    """The reader's view, served in this process through all of Django's middleware, and its visitors."""

    def __init__(self, view, reference, expensive, witness, clock):
        self.visits = Visits()
        self._reference, self._expensive = reference, expensive
        self._witness, self._clock = witness, clock
        routes = {"yours": Mount((Route("", view, None, ()),))}
        self._application = Application(lambda _: Turn(1, {}, routes))
        self._photos, self._lifetime, self._work = None, 0, 0
        with probe.unrecorded():
            self._people = self._some_people()
            self._cookies = {who: _cookies(user) for who, user in self._people.items()}

    def play(self):
        """All visits, in an order drawn anew."""
        self._renew()
        self._everybody("in the first round")
        self._clock.forward(random.uniform(5, 15))
        self._like()
        self._visit("ana", "right after she liked a photo")
        self._notify()
        self._visit("ana", "right after something happened that concerns her")
        self._clock.forward(random.uniform(20, 30))
        self._everybody("half a minute later")
        self._clock.forward(LIFETIME + 1)
        self._change_caption()
        self._renew()
        self._everybody(f"{LIFETIME} s after the popular photos were asked for, when a caption has changed")

    def _some_people(self):
        users = list(get_user_model().objects.exclude(username="ana").order_by("?")[: PEOPLE - 1])
        ana = get_user_model().objects.get(username="ana")
        return {user.username: user for user in (ana, *users)} | {"": None}

    def _everybody(self, when):
        for who in random.sample(list(self._people), len(self._people)):
            self._visit(who, when)
        self._visit(random.choice(list(self._people)), when)

    def _renew(self):
        """Another lifetime begins: what the popular photos are now, and what it takes to ask for them."""
        before = self._witness.steps
        with probe.unrecorded():
            self._photos = self._expensive()
        self._lifetime += 1
        self._work = self._witness.steps - before
        self.visits.made[self._lifetime] = 0

    def _visit(self, who, when):
        before = self._witness.steps
        content, headers = self._ask(who)
        worked = self._witness.steps - before
        visits, named = self.visits, who or "somebody who is not logged in"
        visits.count += 1
        visits.made[self._lifetime] += worked > self._work / 2
        if foreign := set(VIEWER.findall(content)) - {who}:
            visits.leaks.append((named, when, sorted(foreign)[0] or "nobody"))
        expected = self._expected(who)
        if content != expected:
            visits.wrong.append((named, when, difference(expected, content) or "its spaces"))
        control = headers.get("Cache-Control", "")
        if who and (PUBLIC.search(control) or "Surrogate-Control" in headers):
            visits.shared = f"Cache-Control: {control}" if PUBLIC.search(control) else "Surrogate-Control"

    def _ask(self, who):
        """(text, headers) of the answer to this person."""
        factory, headers, status = RequestFactory(), {}, []
        factory.cookies.load(self._cookies[who])
        request = factory.get("/yours/")

        def start(line, pairs, error=None):
            status.append(int(line.split()[0]))
            headers.update(pairs)

        with raising():
            response = self._application(request.environ, start)  # which is not closed: see close_at above
        if status[-1] != 200:
            raise WrongStatus(f"an answer with status {status[-1]} instead of a page")
        return b"".join(response).decode(), headers

    def _expected(self, who):
        request = RequestFactory().get("/yours/")
        request.user = self._people[who] or AnonymousUser()
        with probe.unrecorded():
            return self._reference(request, self._photos).content.decode()

    # What happens meanwhile

    def _like(self):
        ana, photo = self._people["ana"], self._photos[0]["id"]
        with probe.unrecorded():
            if Like.objects.filter(user=ana, photo_id=photo).delete() == (0, {}):
                Like.objects.create(user=ana, photo_id=photo, created=timezone.now())

    def _notify(self):
        with probe.unrecorded():
            Notification.objects.create(
                recipient=self._people["ana"], actor=self._people["ana"], verb=Notification.Verb.values[0],
                created=timezone.now(),
            )

    def _change_caption(self):
        with probe.unrecorded():
            Photo.objects.filter(pk=self._photos[0]["id"]).update(caption=f"Changed {random.random()}")


class WrongStatus(Exception):
    """The view answered, and not with a page."""


@contextmanager
def apart():
    """Serving inside the block leaves no trace: neither in the addresses of this thread nor in its caches."""
    prefix, stores = get_script_prefix(), (locmem._caches, locmem._expire_info, locmem._locks)
    before = [dict(store) for store in stores]
    try:
        yield
    finally:
        set_script_prefix(prefix)
        for store, content in zip(stores, before, strict=True):
            store.clear()
            store.update(content)
        for alias in caches.settings:
            if hasattr(caches._connections, alias):
                del caches[alias]  # the one of this thread belongs to what was served


@contextmanager
def raising():
    """What a view raises, which Django makes a page of, is raised here."""
    errors = []

    def note(**_):
        errors.append(sys.exc_info()[1])

    got_request_exception.connect(note)
    try:
        yield
    finally:
        got_request_exception.disconnect(note)
    if errors:
        raise errors[0]


def _cookies(user):
    """Those of a session of this person's, in the data of the check."""
    if user is None:
        return {}
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {settings.SESSION_COOKIE_NAME: session.session_key}
