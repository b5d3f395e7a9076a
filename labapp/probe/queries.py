"""Makes plain data of what a recorder heard."""

from __future__ import annotations

import re
from itertools import islice
from time import perf_counter_ns

import sqlparse

from .eager import summed_up
from .entry import RUNNING
from .query import CacheCall, EagerLoad, Query, Span
from .sites import Atlas

LONGEST = 2000  # characters of a parameter that are kept
COMMENTS = re.compile(r"^(?:\s|--[^\n]*\n|/\*.*?\*/|\()+", re.DOTALL)
KINDS = {
    "SELECT": "select", "VALUES": "select", "TABLE": "select", "INSERT": "insert", "REPLACE": "insert",
    "UPDATE": "update", "DELETE": "delete", "MERGE": "update", "COPY": "copy",
    "BEGIN": "transaction", "START": "transaction", "COMMIT": "transaction", "END": "transaction",
    "ROLLBACK": "transaction", "SAVEPOINT": "transaction", "RELEASE": "transaction", "ABORT": "transaction",
    "FETCH": "fetch", "CLOSE": "fetch", "MOVE": "fetch",
    "CREATE": "ddl", "ALTER": "ddl", "DROP": "ddl", "TRUNCATE": "ddl", "COMMENT": "ddl", "REINDEX": "ddl",
}  # fmt: skip
WRITES = ("insert", "update", "delete", "copy")
MAIN_VERB = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)


class Reader:
    """Reads one recorder, at its end or in between."""

    def __init__(self, recorder, now: int | None = None):
        self._recorder = recorder
        self._now = perf_counter_ns() if now is None else now
        self._atlas = Atlas()
        requests = (span for span in recorder.open_spans if span.kind == "request")
        self._requests = {id(span): number for number, span in enumerate(requests, start=1)}

    def queries(self) -> list[Query]:
        """The queries so far, in the order in which they started."""
        entries = list(self._recorder.entries)
        return [self._query(entry) for entry in sorted(entries, key=lambda entry: entry.started)]

    def _query(self, entry) -> Query:
        place = self._atlas.place(entry.trail)
        sql = as_text(entry.sql)
        kind = entry.kind or kind_of(sql)
        rows, written = _rows(entry, kind, sql)
        executed = entry.executed
        if executed == RUNNING:
            executed = max(0, self._now - entry.started - entry.waited)
        return Query(
            sql=sql,
            params=plain_params(entry.params),
            alias=entry.alias,
            vendor=entry.vendor,
            started_ms=self._since(entry.started),
            wait_ms=entry.waited / 1e6,
            execute_ms=executed / 1e6,
            fetch_ms=entry.fetched / 1e6,
            rows=rows,
            written=written,
            statements=statements_of(entry, sql),
            kind=kind,
            site=place.site,
            template=place.template,
            stack=list(place.stack),
            key=place.key,
            via=list(place.via),
            thread=entry.thread,
            request=self._requests.get(id(entry.request)),
            error=entry.error,
        )

    def _since(self, moment: int) -> float:
        return (moment - self._recorder.began) / 1e6

    def spans(self) -> list[Span]:
        """The spans so far; one that is still open lasts until now."""
        if not self._recorder.spans:
            return []
        return [
            Span(
                span.name,
                span.kind,
                self._since(span.started),
                ((span.ended or self._now) - span.started) / 1e6,
                span.thread,
                span.depth,
            )
            for span in self._recorder.open_spans
        ]

    def eager(self) -> list[EagerLoad]:
        """The eager loads so far."""
        return summed_up(self._recorder.eager_loads, self._atlas)

    def cache(self) -> list[CacheCall]:
        """The cache calls so far, in the order in which they started; one under way lasts until now."""
        return [self._cache_call(call) for call in list(self._recorder.cache_calls)]

    def _cache_call(self, call) -> CacheCall:
        place = self._atlas.place(call.trail)
        ended = self._now if call.ended is None else call.ended
        return CacheCall(
            op=call.op,
            alias=call.alias,
            keys=[str(plain(key)) for key in islice(call.keys, 1000)],
            hits=call.hits,
            misses=call.misses,
            started_ms=self._since(call.started),
            ms=max(0, ended - call.started - call.aside) / 1e6,
            sets=call.sets,
            deletes=call.deletes,
            site=place.site,
            template=place.template,
            thread=call.thread,
            request=self._requests.get(id(call.request)),
            error=call.error,
        )


def as_text(sql) -> str:
    """SQL as text: psycopg also takes bytes and composed objects."""
    if isinstance(sql, str):
        return str(sql)
    if isinstance(sql, bytes):
        return sql.decode(errors="replace")
    compose = getattr(sql, "as_string", None)
    return compose(None) if compose else str(sql)


def kind_of(sql: str) -> str:
    """What sort of statement this is, from its first word; WITH by the verb after its definitions."""
    code = COMMENTS.sub("", sql)
    word = next(iter(re.findall(r"^[A-Za-z]+", code)), "").upper()
    if word == "WITH":
        word = _verb_after_with(code)
    return KINDS.get(word, "other")


def _verb_after_with(code: str) -> str:
    depth, outer = 0, []
    for character in code:
        depth += (character == "(") - (character == ")")
        outer.append(" " if depth or character == ")" else character)
    return next(iter(MAIN_VERB.findall("".join(outer))), "SELECT").upper()


def _rows(entry, kind: str, sql: str) -> tuple[int, int]:
    """(rows read, rows written)."""
    count = max(0, entry.written or 0)
    if kind == "copy" and re.search(r"\bTO\s+(STDOUT|PROGRAM|')", sql, re.IGNORECASE):
        return count, 0
    if kind not in WRITES:
        return entry.rows, 0
    # with RETURNING, SQLite knows the count only once the rows are fetched
    return entry.rows, max(count, entry.rows)


def statements_of(entry, sql: str) -> int:
    """How many statements it was: PostgreSQL takes several in one text."""
    if entry.vendor == "postgresql" and entry.statements == 1 and ";" in sql.rstrip("; \n"):
        return max(1, len([part for part in sqlparse.split(sql) if part.strip(" ;\n")]))
    return entry.statements


def plain_params(params) -> list | dict | None:
    """Parameters as JSON types; what is not one is shown as text."""
    if params is None:
        return None
    if isinstance(params, dict):
        return {str(name): plain(value) for name, value in params.items()}
    try:
        return [plain(value) for value in params]
    except TypeError:
        return [plain(params)]


def plain(value):
    """One value as a JSON type."""
    if value is None or type(value) in (bool, int):
        return value
    if type(value) is float:
        return value if value - value == 0 else str(value)  # JSON has neither inf nor nan
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"<{len(bytes(value))} bytes>"
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in islice(value.items(), 1000)}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in islice(value, 1000)]
    try:
        text = str(value)
    except Exception as error:  # noqa: BLE001, anyone's __str__
        return f"<{type(value).__name__}, {type(error).__name__} when shown>"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
