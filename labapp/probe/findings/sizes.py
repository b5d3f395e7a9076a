"""Work that nobody needs: eager loads nobody used, and results without a bound."""

from labapp.probe.cures import eager_cure, unbounded_cure
from labapp.probe.findings.finding import Finding
from labapp.probe.fingerprint import fingerprint

UNBOUNDED_ROWS = 5_000
LEAST_INSTANCES = 2


def unused_eager_loads(recording) -> list[Finding]:
    """Return a finding for each relation that was loaded ahead and never read.

    Silent while every instance is still alive: whoever holds them may read the relation after the recording.
    """
    found = []
    for load in recording.eager:
        if load.used or load.instances < LEAST_INSTANCES or load.alive >= load.instances:
            continue
        call = f'{load.kind}("{load.relation}")'
        found.append(
            Finding(
                kind="unused eager load",
                times=load.instances,
                site=load.site,
                template=None,
                sql="",
                cure=eager_cure(load),
                message=f"{call} loaded it for {load.instances} × {load.model}, and nothing read it.",
            )
        )
    return found


def unbounded_results(recording) -> list[Finding]:
    """Return a finding for each SELECT without LIMIT that brought thousands of rows at once."""
    found = []
    for position, query in enumerate(recording.queries):
        if query.kind != "select" or query.rows < UNBOUNDED_ROWS or "iterator" in query.via:
            continue
        shape = fingerprint(query.sql)
        if " LIMIT " in shape.upper():
            continue
        found.append(
            Finding(
                kind="unbounded result",
                times=1,
                site=query.site,
                template=query.template,
                sql=shape,
                cure=unbounded_cure(),
                message=f"{query.rows:,} rows at once from {shape}: it grows with the table.",
                cost_ms=query.execute_ms + query.fetch_ms,
                wait_ms=query.wait_ms,
                queries=[position],
            )
        )
    return found
