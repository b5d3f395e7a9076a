"""The probe: records every statement and cache call of Django code, and tells what is wrong with them.

    from labapp.probe import record

    with record() as recording:          # any Django code, any project
        client.get("/feed/")
    recording.count, recording.findings()

Works in any configured Django project; needs nothing else of this lab. A site that is served reports by
``probe.served`` and ``probe.ledger``. Not seen: what is sent through the
driver's own connection (``connection.connection``), and what a driver sends while it connects (that is a
span).
"""

import sys
from importlib import import_module
from types import ModuleType

_HOMES = {
    "record": "recorder", "NotConfigured": "recorder",
    "Recording": "recording",
    "Query": "query", "Site": "query", "Span": "query", "EagerLoad": "query", "CacheCall": "query",
    "Finding": "findings", "Group": "groups",
    "install": "installation", "unrecorded": "scope", "before_statement": "scope",
    "overhead": "own_cost", "explain": "explain", "Plan": "plan", "PlanNode": "plan",
}  # fmt: skip

__all__ = sorted(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module 'labapp.probe' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"labapp.probe.{_HOMES[name]}"), name)
    return value


class _Probe(ModuleType):
    """Python sets a submodule on its package when it is imported; explain.py must not hide explain()."""

    def __setattr__(self, name, value):
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Probe
