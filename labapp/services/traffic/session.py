"""One user's part of a turn: the schedule, the choices, the cookies and the browser's cache."""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from labapp.services.traffic.private_cache import PrivateCache
from labapp.services.traffic.schedule import Schedule

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Moment(NamedTuple):
    """That a request is due, and for what: the indices of the ask and of its key, -1 for none."""

    due: float
    ask: int
    key: int


@dataclass
class Wanted:
    """A request as it is sent."""

    method: str
    url: str
    headers: dict
    body: bytes = b""


class Session:
    """
    What a user does in a turn, from ``now`` on. The same seed and user give the same requests and gaps.

    ``cookies`` begin with those of the person, and follow what the site sets.
    """

    def __init__(self, plan, user, seed, now):
        self.plan, self.user = plan, user
        person = plan.person(user) or {}
        self.person, self.cookies = person.get("name", ""), dict(person.get("cookies") or {})
        self.cache = PrivateCache() if plan.browser_cache else None
        self._random = Random(f"{seed} asks {user}")
        self.schedule = Schedule(plan.arrival, plan.think_s, Random(f"{seed} gaps {user}"), now)

    def change(self, plan, now):
        """Another plan of the same turn: what is due stays due."""
        self.schedule.change(plan.arrival, plan.think_s, now)
        self.plan = plan

    def is_due(self, now):
        """Whether a request is due; after the end of the turn none is."""
        return self.schedule.due <= now and self.schedule.due < self.plan.counted[1]

    def take(self):
        """The moment that is due."""
        ask = self.plan.mix.pick(self._random)
        popularity = self.plan.asks[ask].popularity
        return Moment(self.schedule.take(), ask, popularity.pick(self._random) if popularity else -1)

    def overdue(self, now):
        """The moments that were due and have not been taken; the schedule is past them."""
        moments = []
        while self.is_due(now):
            moments.append(self.take())
        return moments

    def wanted(self, moment):
        """The request for a moment, with a form and a token against forgery where it is a POST."""
        ask = self.plan.asks[moment.ask]
        url = ask.url(self.plan.mount, moment.key)
        usual = self.plan.headers_at(moment.due)
        if ask.method == "GET":
            return Wanted("GET", url, usual)
        kind, body = ask.form.filled()
        return Wanted(ask.method, url, {**usual, "Content-Type": kind, "X-CSRFToken": self._token()}, body)

    def cookie_header(self):
        """The cookies as a header has them; "" for none."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def learn(self, lines):
        """Take notice of the cookies that the site sets or deletes."""
        for line in lines:
            pair, _, attributes = line.partition(";")
            name, _, value = pair.strip().partition("=")
            if "max-age=0" in attributes.lower().replace(" ", ""):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value

    def _token(self):
        if "csrftoken" not in self.cookies:
            self.cookies["csrftoken"] = "".join(self._random.choices(LETTERS, k=32))
        return self.cookies["csrftoken"]
