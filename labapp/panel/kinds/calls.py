"""Variants that return: counts from one recorded run, then rounds."""

from functools import cache

from labapp import probe
from labapp.panel import status, text
from labapp.panel.kinds.kind import Kind
from labapp.panel.table import complete, table
from labapp.panel.tabs.code import Code
from labapp.panel.tabs.growth import Growth
from labapp.panel.tabs.plan import Plan
from labapp.panel.tabs.queries import Queries
from labapp.panel.tabs.timeline import Timeline

SWEEP_MS = 600


class Calls(Kind):
    """A result takes its place when all variants have been recorded."""

    tabs = (Timeline, Queries, Plan, Growth, Code)
    budgets = {"0.5 s": 500, "2 s": 2000, "10 s": 10_000}
    budget = 2
    budget_help = "How long the rounds may take at most"

    def cost(self):
        return recorder_cost()

    def ready(self, result):
        return complete(result)

    def table(self, result, before):
        return table(result, before)

    def status(self, result, budget_ms):
        return status.of(result, budget_ms)

    def sentence(self, result):
        return text.sentence(result)

    def sweep_ms(self, settings):
        return SWEEP_MS


@cache
def recorder_cost():
    """ "recorder costs 3.0 µs a query", measured once in this process."""
    return f"recorder costs {probe.overhead():.1f} µs a query"
