"""A plan: who asks for what, how often, and where; checked before it is sent to the one who acts on it."""

import re
import socket
from dataclasses import MISSING, dataclass, field, fields
from math import inf
from numbers import Real
from urllib.parse import quote, urlsplit

from labapp.services.errors import ServiceError
from labapp.services.traffic.form import Form
from labapp.services.traffic.schedule import ARRIVALS, ON_SCHEDULE, Choice, zipf

MOST_USERS = 2000
WARM = "X-Lab-Warm"  # the header of requests that do not count
METHODS = "GET", "POST"
PERSON = {"name", "cookies"}


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
    files: dict | None = None  # {field of the form: absolute path of the file that it sends}
    look: str | None = None  # a regular expression; its first group is what was seen
    compose: bool = False  # fetch each data-fragment="URL" of the page and put it there
    follow: bool = False  # go where a redirect leads, and ask again where the page has data-again="SECONDS"

    def __post_init__(self):
        _check(self.method in METHODS, "method", self.method, " or ".join(METHODS))
        _check(_is_number(self.weight) and self.weight >= 0, "weight", self.weight, "0 or more")
        _check(_is_number(self.zipf) and 0 <= self.zipf <= 5, "zipf", self.zipf, "from 0 to 5")
        _check(not self.files or self.method == "POST", "method", self.method, "POST with files")
        self.form = Form(self.data, self.files)
        self.pattern = _pattern("look", self.look) if self.look else None
        _check(not self.pattern or self.pattern.groups, "look", self.look, "an expression with a group")
        self.popularity = Choice(zipf(len(self.keys), self.zipf)) if self.keys else None

    def url(self, mount, key):
        """The path from the root of the host, for the key with this index."""
        path = self.path.replace("{key}", quote(str(self.keys[key]), safe="")) if self.keys else self.path
        return f"{mount}/{path.removeprefix('/')}"


@dataclass
class Plan:
    """What the users do in one turn."""

    turn: int
    host: str  # "http://127.0.0.1:8001"
    asks: list
    users: int
    think_s: float
    arrival: str = ON_SCHEDULE
    mount: str = ""
    headers: dict = field(default_factory=dict)
    people: list = field(default_factory=list)  # {"name", "cookies"} or None for each user
    strip: list = field(default_factory=list)  # regular expressions: what does not count in a page's digest
    browser_cache: bool = False
    seed: int = 0
    timeout_s: float = 10.0
    counted: tuple = (0.0, inf)  # from when to when (monotonic seconds) what is due counts; later nothing is

    @classmethod
    def read(cls, plan):
        """The plan that this dictionary describes; ServiceError names what is wrong with it."""
        _check_names(cls, plan, "a plan of traffic")
        for ask in plan["asks"]:
            _check_names(Ask, ask, "an ask")
        return cls(**{**plan, "asks": [Ask(**ask) for ask in plan["asks"]]})

    def __post_init__(self):
        whole = isinstance(self.users, int) and 0 <= self.users <= MOST_USERS
        _check(whole, "users", self.users, f"a whole number from 0 to {MOST_USERS}")
        _check(self.arrival in ARRIVALS, "arrival", self.arrival, " or ".join(map(repr, ARRIVALS)))
        on_schedule = self.arrival == ON_SCHEDULE
        fits = _is_number(self.think_s) and (self.think_s > 0 or (self.think_s == 0 and not on_schedule))
        _check(fits, "think_s", self.think_s, "more than 0 on schedule" if on_schedule else "0 or more")
        _check(_is_number(self.timeout_s) and self.timeout_s > 0, "timeout_s", self.timeout_s, "more than 0")
        _check(any(ask.weight for ask in self.asks), "asks", self.asks, "some, with a weight above 0")
        self.address, self.netloc = _resolved(self.host)
        self.patterns = [_pattern("strip", each) for each in self.strip]
        self.mix = Choice([ask.weight for ask in self.asks])
        fits = all(each is None or isinstance(each, dict) and {*each} <= PERSON for each in self.people)
        _check(fits, "people", self.people, 'each {"name", "cookies"} or None')
        self.people = self.people or [None]

    def headers_at(self, due):
        """The headers of a request that is due then; what is asked before it counts says so."""
        return self.headers if due >= self.counted[0] else {**self.headers, WARM: "1"}

    def person(self, user):
        """{"name", "cookies"} of this user; None for nobody."""
        return self.people[user % len(self.people)]


def _resolved(host):
    """((IP address, port), what the header Host says)."""
    where = urlsplit(host)
    _check(where.scheme == "http" and where.hostname, "host", host, 'like "http://127.0.0.1:8001"')
    try:
        address = socket.gethostbyname(where.hostname)
    except OSError as error:
        raise ServiceError(f"host must be known here, and {host!r} is not: {error.strerror}.") from error
    return (address, where.port or 80), where.netloc


def _pattern(name, expression):
    try:
        return re.compile(expression)
    except re.error as error:
        why = f"{name} must be a regular expression, and {expression!r} is not: {error}."
        raise ServiceError(why) from error


def _is_number(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def _check_names(kind, given, what):
    names = {each.name: each.default is MISSING and each.default_factory is MISSING for each in fields(kind)}
    for name in given:
        if name not in names:
            raise ServiceError(f"{what} has no {name!r}: it is made of {', '.join(names)}.")
    for name, required in names.items():
        if required and name not in given:
            raise ServiceError(f"{what} needs {name!r}, and has {', '.join(given) or 'nothing'}.")


def _check(fits, name, value, allowed):
    if not fits:
        raise ServiceError(f"{name} must be {allowed}, and {value!r} is not.")
