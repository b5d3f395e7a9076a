"""A plan: who asks for what, how often, and where; checked before it is sent to the one who acts on it."""

import re
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from labapp.services.errors import ServiceError
from labapp.services.traffic.schedule import AFTER_EACH_ANSWER, ARRIVALS, Choice, zipf

MOST_USERS = 2000


@dataclass
class Ask:
    """One kind of request. ``{key}`` in the path is one of the keys, the most popular first."""

    name: str
    path: str
    keys: list = ()
    zipf: float = 0.0  # how unequal the keys are: 1/rank**zipf
    weight: float = 1.0
    method: str = "GET"
    data: dict | None = None  # the fields of a form; "{n}" in a value is a number that grows
    look: str | None = None  # a regular expression; its first group is what was seen
    compose: bool = False  # fetch each data-fragment="URL" of the page and put it there

    def __post_init__(self):
        self.popularity = Choice(zipf(len(self.keys), self.zipf)) if self.keys else None
        self.pattern = re.compile(self.look) if self.look else None

    def url(self, mount, key):
        """The path from the root of the host, for the key with this index."""
        path = self.path.replace("{key}", str(self.keys[key])) if self.keys else self.path
        return f"{mount}/{path.removeprefix('/')}"


@dataclass
class Plan:
    """What the users do in one turn. ServiceError names what is wrong with it."""

    turn: int
    host: str  # "http://127.0.0.1:8001"
    asks: list
    users: int
    think_s: float
    arrival: str = ARRIVALS[0]
    mount: str = ""
    headers: dict = field(default_factory=dict)
    people: list = field(default_factory=list)  # {"name", "cookies"} or None for each user
    strip: list = field(default_factory=list)  # regular expressions: what does not count in a page's digest
    browser_cache: bool = False
    seed: int = 0
    timeout_s: float = 10.0

    @classmethod
    def read(cls, plan):
        """The plan that this dictionary describes."""
        _known(cls, plan, "plan")
        asks = [Ask(**_known(Ask, ask, "ask")) for ask in _compiling("look", plan["asks"], _look)]
        return cls(**{**plan, "asks": asks})

    def __post_init__(self):
        where = urlsplit(self.host)
        _check(where.scheme == "http" and where.hostname, "host", self.host, 'like "http://127.0.0.1:8001"')
        self.address = where.hostname, where.port or 80
        _check(0 <= self.users <= MOST_USERS, "users", self.users, f"from 0 to {MOST_USERS}")
        _check(self.arrival in ARRIVALS, "arrival", self.arrival, " or ".join(map(repr, ARRIVALS)))
        fewest = "0 or more" if self.arrival == AFTER_EACH_ANSWER else "more than 0 on a schedule"
        _check(self.think_s > 0 or (fewest[0] == "0" and self.think_s == 0), "think_s", self.think_s, fewest)
        _check(self.timeout_s > 0, "timeout_s", self.timeout_s, "more than 0")
        _check(sum(ask.weight for ask in self.asks) > 0, "asks", self.asks, "some with a weight above 0")
        self.patterns = [re.compile(each) for each in _compiling("strip", self.strip, str)]
        self.mix = Choice([ask.weight for ask in self.asks])
        self.people = self.people or [None]

    def person(self, user):
        """{"name", "cookies"} of this user; None for nobody."""
        return self.people[user % len(self.people)]


def _look(ask):
    return ask.get("look") or ""


def _compiling(name, items, pattern):
    for item in items:
        try:
            re.compile(pattern(item))
        except re.error as error:
            raise ServiceError(f"{name} must be a regular expression: {pattern(item)!r}: {error}.") from error
    return items


def _known(kind, given, what):
    names = {each.name for each in fields(kind)}
    for name in given:
        _check(name in names, f"{what} of the traffic", name, f"made of {', '.join(sorted(names))}")
    return given


def _check(fits, name, value, allowed):
    if not fits:
        raise ServiceError(f"{name} must be {allowed}, and {value!r} is not.")
