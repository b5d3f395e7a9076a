"""What is worth changing in a recording."""

from labapp.probe.findings.duplicates import duplicates
from labapp.probe.findings.evidence import Evidence
from labapp.probe.findings.finding import KINDS, Finding
from labapp.probe.findings.loops import loops
from labapp.probe.findings.repeat import repeats
from labapp.probe.findings.sizes import unbounded_results, unused_eager_loads
from labapp.probe.relations import Schema

__all__ = ["KINDS", "Finding", "findings"]


def findings(recording) -> list[Finding]:
    """Return the findings of a recording: loops, duplicates, unused eager loads, unbounded results.

    The most expensive come first within each kind. Each request is judged by itself.
    """
    all_repeats = repeats(recording)
    evidence = Evidence(recording, all_repeats)
    found = loops(all_repeats, evidence, Schema())
    taken = {position for finding in found for position in finding.queries}
    found += duplicates(recording, evidence, taken)
    found += unused_eager_loads(recording)
    found += unbounded_results(recording)
    return sorted(found, key=lambda one: (KINDS.index(one.kind), -(one.cost_ms + one.wait_ms), -one.times))
