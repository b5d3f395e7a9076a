"""Duplicates: the same question with the same values, though nothing was written in between."""

from labapp.probe.cures import duplicate_cure
from labapp.probe.findings.evidence import Evidence
from labapp.probe.findings.finding import Finding
from labapp.probe.findings.repeat import call
from labapp.probe.findings.source import constant_turns
from labapp.probe.fingerprint import fingerprint, tables

_UNSEEN = {"session", "auth_user", "refresh"}
_CHANGES_BY_ITSELF = ("RANDOM()", "RAND()", "NEXTVAL", "FOR UPDATE", "CURRENT_TIMESTAMP", "NOW()")


def duplicates(recording, evidence: Evidence, taken: set[int]) -> list[Finding]:
    """Return a finding for each statement asked twice; `taken` are positions that other findings explain."""
    asked: dict[tuple, list[int]] = {}
    for position, query in enumerate(recording.queries):
        if position in taken or not _counts(query):
            continue
        identity = (query.request, query.alias, query.thread, query.sql, repr(query.params))
        asked.setdefault(identity, []).append(position)
    found = []
    for positions in asked.values():
        if len(positions) > 1:
            runs = _runs(recording, positions, evidence)
            found += [
                _finding(recording, run) for run in runs if len(run) > 1 and not _is_meant(recording, run)
            ]
    return found


def _counts(query) -> bool:
    if query.kind != "select" or query.error or not _UNSEEN.isdisjoint(query.via) or not tables(query.sql):
        return False
    upper = query.sql.upper()
    return not any(word in upper for word in _CHANGES_BY_ITSELF)


def _runs(recording, positions: list[int], evidence: Evidence) -> list[list[int]]:
    """Split where one of the tables was written."""
    names = tables(recording.queries[positions[0]].sql)
    runs = [[positions[0]]]
    for before, after in zip(positions, positions[1:], strict=False):
        start, end = recording.queries[before].started_ms, recording.queries[after].started_ms
        if evidence.was_written(names, start, end):
            runs.append([])
        runs[-1].append(after)
    return runs


def _is_meant(recording, run: list[int]) -> bool:
    """Whether nobody wrote it twice: Django asked twice for one call, or a loop makes so many attempts."""
    queries = [recording.queries[position] for position in run]
    if len({query.key for query in queries}) > 1:
        return len({call(query) for query in queries}) == 1 and queries[0].site is not None
    return "prefetch" in queries[0].via or constant_turns(queries[0].stack) >= len(run)


def _finding(recording, run: list[int]) -> Finding:
    queries = [recording.queries[position] for position in run]
    first, again = queries[0], queries[1:]
    last = queries[-1]
    places = dict.fromkeys(
        query.template.label if query.template else query.site.label if query.site else "an unknown place"
        for query in queries
    )
    shape = fingerprint(first.sql)
    return Finding(
        kind="duplicate",
        times=len(run),
        site=last.site,
        template=last.template,
        sql=shape,
        cure=duplicate_cure(),
        message=f"{len(run)} × {shape} with the same values, from {' and '.join(filter(None, places))}.",
        cost_ms=sum(query.execute_ms + query.fetch_ms for query in again),
        wait_ms=sum(query.wait_ms for query in again),
        queries=list(run),
    )
