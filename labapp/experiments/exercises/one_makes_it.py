"""A cure for the stampede: the reader's fetch(), by two and three at once, in every order of their steps."""

import random
import secrets
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.cache import caches
from django.db import connection

from labapp import databases
from labapp.experiments.databases import guarded
from labapp.experiments.exercises.checked import Checked, not_a_function
from labapp.experiments.exercises.clock import WaitsForEver, moved
from labapp.experiments.faults import sentence
from labapp.experiments.interleaving import Stuck, TooManyOrders, interleavings
from labapp.experiments.variant import Variant
from labapp.measure.stop import Stopped

MEMORY = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
LIFETIME = 60
LATER = 3600  # seconds after which a lock whose holder has failed must be free again
ENDS = 2.0  # seconds that threads of the reader's own may take to end
EXPIRED = ((2, 3), (3, 1))  # readers, and how often one that could go on is left


class CannotBeMade(Exception):
    """What make() raises when it is meant to fail."""


class Kitchen:
    """Makes pages, each another one: ``made`` so many; since ``count()`` ``most`` at the same moment.

    What was made before that is ``made_before``.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self.made = self.made_before = self.most = self._now = 0
        self.fails = False
        self.word = secrets.token_hex(3)

    def make(self):
        """A new page. Its statement is a step at which others come in."""
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 'making the page'")
            if self.fails:
                raise CannotBeMade("the page cannot be made")
            with self._lock:
                self.made += 1
                return f"page {self.made} {self.word}"
        finally:
            with self._lock:
                self._now -= 1

    def count(self):
        """Count anew."""
        self.made_before, self.most = self.made, 0

    def is_new(self, page):
        """Whether a page was made since."""
        new = range(self.made_before + 1, self.made + 1)
        return page in [f"page {number} {self.word}" for number in new]


@dataclass
class Tried:
    """What came of it, as sentences that are wrong; ``at_once`` and ``makes``: the worst run of those who
    came when it had expired; ``orders`` of them."""

    wrong: list = field(default_factory=list)
    at_once: int = 0
    makes: int = 0
    orders: int = 0
    steps: object = None
    fault: str | None = None


class OneMakesIt(Checked):
    """``fetch(key, make, lifetime)``: what ``make()`` gives, kept for that many seconds, made by one."""

    def _refusal(self, fetch=None, *_):
        if refusal := not_a_function(fetch, ("key", "make", "lifetime")):
            return refusal
        used = getattr(getattr(fetch, "__code__", None), "co_names", ())
        values = [getattr(fetch, "__globals__", {}).get(name) for name in used]
        if any(hasattr(each, "acquire") for each in values):
            return (
                "That lock is known to this process alone, and a site has several: what all of them see is "
                "the cache."
            )
        return None

    def _endless(self):
        return f"{super()._endless()} Whoever waits must look into the cache again and again."

    def _measure(self, stop, fetch):
        tried = Tried()
        variant = Variant(getattr(fetch, "__name__", "yours"), fetch, "", "", "")
        with databases.database(MEMORY), guarded(stop), moved(fetch) as clock, quiet():
            attempt = Attempt(fetch, clock, tried, stop)
            try:
                attempt.alone()
                if not tried.wrong:
                    attempt.together()
                if not tried.wrong:
                    attempt.failing()
            except (Stopped, KeyboardInterrupt):
                raise
            except (Stuck, TooManyOrders) as error:
                tried.fault = f"Together they do not end: {error}"
            except WaitsForEver:
                tried.fault = "Somebody waits for ever"
            except BaseException as error:  # noqa: BLE001 - the reader's own code may raise anything
                stop.check()
                tried.fault = f"It raises {sentence(error, variant)}"
        return tried

    def _judge(self, verdict, tried):
        if tried.fault:
            verdict.say(False, f"{tried.fault.rstrip('.')}.")
            return
        for each in tried.wrong[:1]:
            verdict.say(False, each)
        if not tried.wrong:
            verdict.say(True, "A page is kept for its lifetime, then a new one comes, also after a failure.")
        if not tried.orders:
            return
        if tried.at_once > 1:
            verdict.say(False, f"Expired, and {tried.at_once} make it at the same moment.")
        elif tried.makes > 1:
            verdict.say(
                False, f"Expired, and it is made {tried.makes} times, one after the other: whoever has found "
                "it old makes it, though it may be new by then.",
            )
        elif not tried.wrong:
            verdict.say(True, f"Expired, one makes it, in {tried.orders:,} orders of two and three readers.")
        if tried.steps:
            verdict.look = ["One such order:", *(f"  {step}" for step in tried.steps)]


class Attempt:
    """The situations that a fetch() is tried in; what is wrong goes into a Tried."""

    def __init__(self, fetch, clock, tried, stop):
        self._fetch, self._clock, self._tried, self._stop = fetch, clock, tried, stop

    def alone(self):
        """One reader: kept for its lifetime and no longer, and each key by itself."""
        self._begin()
        for lifetime in (LIFETIME, random.randint(5, 20)):
            kitchen, key = Kitchen(), secrets.token_hex(4)
            self._expect(self._get(key, kitchen, lifetime), kitchen, 1, "When nothing is kept")
            self._clock.forward(lifetime / 2)
            self._expect(self._get(key, kitchen, lifetime), kitchen, 1, "Half of a lifetime later")
            self._clock.forward(lifetime / 2 + 1)
            self._get(key, kitchen, lifetime)  # which may still be the old one, while it is made anew
            self._expect(self._get(key, kitchen, lifetime), kitchen, 2, "At the second call after a lifetime")

    def together(self):
        """Several at once: when there is nothing yet, and when it has expired."""
        kitchen = None

        def scenario(readers, expired):
            def begin():
                nonlocal kitchen
                self._stop.check()
                self._begin()
                kitchen = Kitchen()
                if expired:
                    self._get("page", kitchen, LIFETIME)
                    self._clock.forward(LIFETIME + 1)
                kitchen.count()
                return {
                    f"reader {number}": lambda: self._fetch("page", kitchen.make, LIFETIME)
                    for number in range(1, readers + 1)
                }

            return begin

        self._clock.passes = False  # who waits for another does so for no time at all
        for readers, switches, expired in [(2, 2, False), *((*each, True) for each in EXPIRED)]:
            for run in interleavings(scenario(readers, expired), switches=switches):
                self._settle()
                self._look(run, kitchen, expired)
                if self._tried.wrong:
                    break
        self._clock.passes = True

    def failing(self):
        """make() raises once, when there is nothing and when it has expired; later it can be made."""
        for expired in (False, True):
            self._begin()
            kitchen = Kitchen()
            if expired:
                self._get("page", kitchen, LIFETIME)
                self._clock.forward(LIFETIME + 1)
            kitchen.fails = True
            try:
                self._get("page", kitchen, LIFETIME)
            except CannotBeMade:
                pass
            kitchen.fails, self._clock.slept = False, 0.0
            self._clock.forward(LATER)
            made = kitchen.made
            try:
                self._get("page", kitchen, LIFETIME)
                self._expect(
                    self._get("page", kitchen, LIFETIME), kitchen, made + 1,
                    "An hour after make() has raised once",
                )
            except WaitsForEver:
                self._tried.wrong.append("After make() has raised once, everybody waits for ever.")

    def _look(self, run, kitchen, expired):
        """What a run of several readers has shown."""
        tried = self._tried
        if run.errors:
            raise next(iter(run.errors.values()))
        tried.orders += expired
        makes = kitchen.made - kitchen.made_before
        if nothing := [name for name, value in run.values.items() if kitchen.word not in str(value)]:
            got = run.values[nothing[0]]
            tried.wrong.append(f"{nothing[0].capitalize()} gets {got!r} instead of a page.")
        if expired and makes > 1 and (kitchen.most, makes) > (tried.at_once, tried.makes):
            tried.at_once, tried.makes, tried.steps = kitchen.most, makes, run.steps
        made = kitchen.made
        page = self._get("page", kitchen, LIFETIME)
        if not kitchen.is_new(page):
            tried.wrong.append(f"When all have ended, it still gives {_shown(page, kitchen)}.")
        elif kitchen.made > made:
            tried.wrong.append("When all have ended, the page is made once more: what they made is not kept.")

    def _get(self, key, kitchen, lifetime):
        value = self._fetch(key, kitchen.make, lifetime)
        self._settle()
        return value

    def _expect(self, value, kitchen, number, when):
        """The page of this number, and none made beyond it."""
        if value != f"page {number} {kitchen.word}":
            given = _shown(value, kitchen)
            self._tried.wrong.append(f"{when}, it gives {given}, and page {number} is expected.")
        elif kitchen.made != number:
            self._tried.wrong.append(f"{when}, {kitchen.made} pages have been made, and {number} are enough.")

    def _begin(self):
        """Nothing is kept."""
        for alias in caches:
            caches[alias].clear()

    def _settle(self):
        """Threads that the reader's function has begun come to their end."""
        for each in threading.enumerate():
            if each.ident not in self._clock.others and not each.name.startswith("interleaving"):
                if each is not threading.current_thread():
                    each.join(ENDS)


def _shown(value, kitchen):
    return str(value).removesuffix(f" {kitchen.word}") if kitchen.word in str(value) else repr(value)


@contextmanager
def quiet():
    """What fails in a thread of the reader's own is not printed."""
    before, threading.excepthook = threading.excepthook, lambda _: None
    try:
        yield
    finally:
        threading.excepthook = before
