"""N+1 and writes in a loop: statements sent once for each row of something."""

from labapp.probe.cures import loop_cure, write_cure
from labapp.probe.findings.batches import is_batch
from labapp.probe.findings.evidence import LEAST, READ_FROM_INSTANCE, Evidence
from labapp.probe.findings.finding import Finding
from labapp.probe.findings.repeat import Repeat
from labapp.probe.relations import Schema


def loops(repeats: list[Repeat], evidence: Evidence, schema: Schema) -> list[Finding]:
    """Return a finding for each place that sends its statements once for each row."""
    looped = _without_cascades([repeat for repeat in repeats if _is_loop(repeat, evidence)])
    _take_in_strays(looped, repeats, evidence)
    return [_finding(together, evidence, schema) for together in _by_cause(looped)]


def _is_loop(repeat: Repeat, evidence: Evidence) -> bool:
    if repeat.count < LEAST or _keeps_login(repeat):
        return False
    one_per_row = evidence.rows_match(repeat)
    if is_batch(repeat, one_per_row, not repeat.is_write and evidence.written_between_all(repeat)):
        return False
    if "prefetch" in repeat.via and max(map(len, repeat.lists)) > 1 and not one_per_row:
        return False  # several relations to one table, each fetched once
    return evidence.is_loop(repeat, one_per_row)


def _without_cascades(looped: list[Repeat]) -> list[Repeat]:
    """One delete() looks for what hangs on its rows, level by level; only many of them are a loop."""
    deleting = {repeat.call for repeat in looped if repeat.is_write}
    return [
        repeat
        for repeat in looped
        if repeat.is_write or "delete" not in repeat.via or repeat.call in deleting
    ]


def _take_in_strays(looped: list[Repeat], repeats: list[Repeat], evidence: Evidence) -> None:
    """A lazy loop may take its first step from another line: take in what makes it one for each row."""
    members = set(map(id, looped))
    for repeat in looped:
        if evidence.rows_match(repeat):
            continue
        strays = [
            other
            for other in repeats
            if id(other) not in members
            and other.fingerprint == repeat.fingerprint
            and other.spot == repeat.spot
        ]
        joined = repeat.joined(strays) if strays else repeat
        if strays and evidence.rows_match(joined):
            repeat.queries, repeat.positions = joined.queries, joined.positions


def _keeps_login(repeat: Repeat) -> bool:
    """login() notes the time of each login."""
    return repeat.fingerprint == f"UPDATE {repeat.table} SET last_login = ? WHERE id = ?"


def _by_cause(looped: list[Repeat]) -> list[list[Repeat]]:
    """Put together what one call sends each time: a look-up and its INSERT, a query and its prefetches.

    Relations read by a template tag such as {{ photo.author.profile }} stay apart: each has a cure of its
    own.
    """
    calls: dict[tuple, list[Repeat]] = {}
    found = []
    for repeat in looped:
        if repeat.via & READ_FROM_INSTANCE and not repeat.is_write:
            found.append([repeat])
        else:
            calls.setdefault(repeat.call, []).append(repeat)
    for together in calls.values():
        together.sort(key=lambda repeat: (not repeat.is_write, "prefetch" in repeat.via, -repeat.count))
        cause = next((one for one in found if one[0].call == together[0].call), None)
        if cause and all("prefetch" in repeat.via for repeat in together):
            cause += together
        else:
            found.append(together)
    return found


def _finding(together: list[Repeat], evidence: Evidence, schema: Schema) -> Finding:
    main, others = together[0], together[1:]
    outer = evidence.outer(main)
    also = [repeat.fingerprint for repeat in others]
    queries = [query for repeat in together for query in repeat.queries]
    return Finding(
        kind="write in a loop" if main.is_write else "N+1",
        times=main.count,
        site=main.first.site,
        template=main.first.template,
        sql=main.fingerprint,
        cure=write_cure(main) if main.is_write else loop_cure(main, outer, schema),
        message=_message(main, outer, also),
        cost_ms=sum(query.execute_ms + query.fetch_ms for query in queries),
        wait_ms=sum(query.wait_ms for query in queries),
        also=also,
        queries=sorted(position for repeat in together for position in repeat.positions),
    )


def _message(main: Repeat, outer: list[Repeat], also: list[str]) -> str:
    first = main.first
    site = first.template or first.site
    text = f"{main.count} × {main.fingerprint}"
    if also:
        text += f" and with it {'; '.join(also)}"
    if site is not None:
        text += f" from {site.label}" + (f" in {site.text}" if site.text else "")
    parent = next((one for one in outer if one.rows >= main.count), None)
    if parent is not None and parent.table:
        text += (
            f", once for each row of {parent.table}"
            if parent.rows == main.count
            else f", for rows of {parent.table}"
        )
    return text + "."
