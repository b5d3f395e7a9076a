"""A Recording: the queries of one run, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .query import CacheCall, EagerLoad, Query, Span, cache_call_from, eager_from, query_from, to_plain

if TYPE_CHECKING:
    import pandas

    from .findings import Finding
    from .groups import Group

FORMAT = 1


class Recording:
    """What a block of code asked of its databases and caches.

    ``label``, ``started_at`` (ISO, UTC), ``wall_ms``, ``cpu_ms`` (of the thread that recorded), ``queries``,
    ``spans``, ``eager`` and ``cache``. It can be read while the block still runs: it then says what happened
    so far. Survives ``Recording.from_dict(json.loads(json.dumps(recording.to_dict())))``.
    """

    def __init__(
        self,
        label="recording",
        started_at="",
        wall_ms=0.0,
        cpu_ms=0.0,
        queries=(),
        spans=(),
        eager=(),
        cache=(),
    ):
        self.label, self.started_at, self.cpu_ms = label, started_at, cpu_ms
        self.source = None  # the recorder, while it listens
        self._wall_ms = wall_ms
        self._queries, self._spans = list(queries), list(spans)
        self._eager, self._cache = list(eager), list(cache)

    @property
    def wall_ms(self) -> float:
        """From the beginning to the end of the block, or to now."""
        return self._wall_ms if self.source is None else self.source.elapsed_ms()

    @wall_ms.setter
    def wall_ms(self, value: float) -> None:
        self._wall_ms = value

    @property
    def queries(self) -> list[Query]:
        """The queries, in the order in which they started."""
        return self._queries if self.source is None else self.source.read().queries()

    @queries.setter
    def queries(self, value: list[Query]) -> None:
        self._queries = value

    @property
    def spans(self) -> list[Span]:
        """Templates, connections and requests."""
        return self._spans if self.source is None else self.source.read().spans()

    @spans.setter
    def spans(self, value: list[Span]) -> None:
        self._spans = value

    @property
    def eager(self) -> list[EagerLoad]:
        """Relations that were loaded ahead."""
        return self._eager if self.source is None else self.source.read().eager()

    @eager.setter
    def eager(self, value: list[EagerLoad]) -> None:
        self._eager = value

    @property
    def cache(self) -> list[CacheCall]:
        """The calls of caches, in the order in which they started."""
        return self._cache if self.source is None else self.source.read().cache()

    @cache.setter
    def cache(self, value: list[CacheCall]) -> None:
        self._cache = value

    @property
    def cache_hits(self) -> int:
        """Keys that were asked for and found; a stored None is found."""
        return sum(call.hits for call in self.cache)

    @property
    def cache_misses(self) -> int:
        """Keys that were asked for and not there."""
        return sum(call.misses for call in self.cache)

    @property
    def cache_ms(self) -> float:
        """Time in the caches' backends; what the database cache sends is part of ``db_ms`` as well."""
        return sum(call.ms for call in self.cache)

    @property
    def count(self) -> int:
        """Statements that reached a database, BEGIN and COMMIT included: the database's own count."""
        return sum(query.statements for query in self.queries)

    @property
    def rows(self) -> int:
        """Rows fetched."""
        return sum(query.rows for query in self.queries)

    @property
    def db_ms(self) -> float:
        """Time in the driver, execute and fetch; statements of several threads add up."""
        return sum(query.db_ms for query in self.queries)

    @property
    def wait_ms(self) -> float:
        """Injected delay, as it was really taken."""
        return sum(query.wait_ms for query in self.queries)

    @property
    def python_ms(self) -> float:
        """The part of ``wall_ms`` during which no statement was waiting, executing or being fetched."""
        return max(0.0, self.wall_ms - _covered(self.queries))

    def groups(self) -> list[Group]:
        """The queries grouped by what they ask."""
        from .groups import groups

        return groups(self)

    def findings(self) -> list[Finding]:
        """What is wrong, with where, how often and the cure."""
        from .findings import findings

        return findings(self)

    def to_frame(self) -> pandas.DataFrame:
        """One row for each query: started_ms, wait_ms, execute_ms, fetch_ms, rows, written, statements, kind,
        alias, sql, site, template (labels, None when unknown), via (words joined by spaces), thread, request,
        error."""
        import pandas

        columns = (
            "started_ms wait_ms execute_ms fetch_ms rows written statements kind alias sql site template via"
            " thread request error"
        ).split()
        rows = [
            {
                **{name: getattr(query, name) for name in columns},
                "site": query.site and query.site.label,
                "template": query.template and query.template.label,
                "via": " ".join(query.via),
            }
            for query in self.queries
        ]
        return pandas.DataFrame(rows, columns=columns)

    def to_dict(self) -> dict:
        """The recording as JSON types."""
        return {
            "format": FORMAT,
            "label": self.label,
            "started_at": self.started_at,
            "wall_ms": self.wall_ms,
            "cpu_ms": self.cpu_ms,
            "queries": [to_plain(query) for query in self.queries],
            "spans": [to_plain(span) for span in self.spans],
            "eager": [to_plain(load) for load in self.eager],
            "cache": [to_plain(call) for call in self.cache],
        }

    @classmethod
    def from_dict(cls, data: dict) -> Recording:
        """The inverse of to_dict(). Raises ValueError for anything else."""
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise ValueError(f"from_dict() needs what Recording.to_dict() gave (format {FORMAT}), not this.")
        return cls(
            data["label"],
            data["started_at"],
            data["wall_ms"],
            data["cpu_ms"],
            [query_from(query) for query in data["queries"]],
            [Span(**span) for span in data["spans"]],
            [eager_from(load) for load in data["eager"]],
            [cache_call_from(call) for call in data.get("cache", ())],
        )

    def __eq__(self, other) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, Recording) else NotImplemented

    def __repr__(self) -> str:
        return f"<Recording {self.label!r}: {self.count} statements in {self.wall_ms:.1f} ms>"

    def __str__(self) -> str:
        from .render_text import text

        return text(self)

    def _repr_html_(self) -> str:
        from .render_html import html

        return html(self)


def _covered(queries: list[Query]) -> float:
    """Milliseconds in which at least one query was under way.

    A thread does one thing at a time, so within a thread the parts of queries add up even when an outer one
    is fetched bit by bit between the inner ones; the union is taken over threads.
    """
    intervals, free = [], {}
    for query in queries:
        begin = max(query.started_ms, free.get(query.thread, 0.0))
        free[query.thread] = begin + query.wait_ms + query.db_ms
        intervals.append((begin, free[query.thread]))
    total = reached = 0.0
    for begin, end in sorted(intervals):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total
