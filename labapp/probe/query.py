"""The nouns of a recording: plain data, no references to anything alive."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


@dataclass(slots=True)
class Site:
    """A place in someone's code: a Python line, a line of a notebook cell, or a tag of a template.

    ``label`` is what to show: ``"views.py:31"``, ``"In [7], line 3"``, ``"pinsta/feed.html:12"``.
    ``text`` is the source of that line (or the template tag), stripped, ``""`` when it is not known.
    """

    file: str
    line: int
    column: int | None
    function: str
    text: str
    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(slots=True)
class Query:
    """One call that sent ``statements`` statements to the database. Times are in milliseconds.

    ``started_ms`` counts from the beginning of the recording. ``wait_ms`` is delay injected before the
    statement, as it was really taken; ``execute_ms`` the driver's execute; ``fetch_ms`` the driver's
    fetches, on SQLite the place where most of the work is done. ``rows`` were fetched from it,
    ``written`` were inserted, updated, deleted or copied by it.
    """

    sql: str
    params: list | dict | None
    alias: str
    vendor: str
    started_ms: float
    wait_ms: float = 0.0
    execute_ms: float = 0.0
    fetch_ms: float = 0.0
    rows: int = 0
    written: int = 0
    statements: int = 1
    kind: str = "other"
    site: Site | None = None
    template: Site | None = None
    stack: list[Site] = field(default_factory=list)
    key: str = ""
    via: list[str] = field(default_factory=list)
    thread: str = "MainThread"
    request: int | None = None
    error: str | None = None

    @property
    def db_ms(self) -> float:
        """Time spent in the driver: execute and fetch."""
        return self.execute_ms + self.fetch_ms


@dataclass(slots=True)
class Span:
    """Something that took time around the queries: ``kind`` is template, connect or request."""

    name: str
    kind: str
    started_ms: float
    ms: float
    thread: str
    depth: int


@dataclass(slots=True)
class EagerLoad:
    """A relation that was loaded ahead (``select_related`` or ``prefetch_related``) and how much it was used.

    ``instances`` had it loaded, on ``used`` of them it was read inside the recording; of the others ``alive``
    still lived when the recording had ended, so that someone may still read it.
    """

    kind: str
    model: str
    relation: str
    instances: int
    used: int
    alive: int
    site: Site | None = None
    key: str = ""


@dataclass(slots=True)
class CacheCall:
    """One call of a cache, by its name in Django's API (``aget`` is a ``get``). Times are in milliseconds.

    ``alias`` is the name in CACHES, ``""`` for a backend made by hand; ``keys`` as the caller named them.
    ``hits`` and ``misses`` count the keys whose value was asked for, ``sets`` those that were stored,
    ``deletes`` those that were to be deleted. ``ms`` is the time in the backend (serialising included), for
    ``get_or_set`` without the computing of the value. ``error`` is what the backend raised,
    also if a subclass of it made a miss of that.
    """

    op: str
    alias: str
    keys: list[str]
    hits: int
    misses: int
    started_ms: float
    ms: float
    sets: int = 0
    deletes: int = 0
    site: Site | None = None
    template: Site | None = None
    thread: str = "MainThread"
    request: int | None = None
    error: str | None = None


def to_plain(thing: Query | Span | EagerLoad | CacheCall) -> dict:
    """The dataclass as a dictionary of JSON types."""
    return asdict(thing)


def site_from(data: dict | None) -> Site | None:
    """The inverse of ``to_plain`` for a site."""
    return None if data is None else Site(**data)


def query_from(data: dict) -> Query:
    """The inverse of ``to_plain`` for a query."""
    return Query(
        **{
            **data,
            "site": site_from(data["site"]),
            "template": site_from(data["template"]),
            "stack": [Site(**site) for site in data["stack"]],
        }
    )


def eager_from(data: dict) -> EagerLoad:
    """The inverse of ``to_plain`` for an eager load."""
    return EagerLoad(**{**data, "site": site_from(data["site"])})


def cache_call_from(data: dict) -> CacheCall:
    """The inverse of ``to_plain`` for a cache call."""
    return CacheCall(**{**data, "site": site_from(data["site"]), "template": site_from(data["template"])})
