"""The talk's claims about reading, measured by our own experiments and set beside older figures.

    .venv/bin/python -m bench.instances              # about two minutes; PostgreSQL where there is one
    .venv/bin/python -m bench.instances --budget 10  # seconds for each measurement

"Panel" is what the panel says: medians, with the recorder in the rounds. "Bare" is the variants' functions
alone, of all rounds the smallest: what the recorder adds counts where a call is short, and a busy machine
disturbs the smallest least. "Apart" is by what factor panel and bare lie outside of the older range; "!" is
more than a third.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field

from django.db.models import QuerySet

import labapp
from labapp.experiments.variant import wanted
from labapp.measure import sample
from labapp.measure.comparison import Comparison
from labapp.measure.interval import median_interval
from labapp.measure.worker import worker
from labapp.reference import reference

EVERY = {"rows": 1000, "columns": 8}
NO_DATE = {"rows": 1000, "columns": 7}


@dataclass
class Claim:
    """A ratio of two variants, or with one variant its rate: ``key`` is that of the older figure."""

    key: str
    experiment: str
    variants: tuple
    settings: dict = field(default_factory=dict)
    remark: str = ""


CLAIMS = [
    Claim("positional", "instantiation", ("positional",), remark="here eight"),
    Claim("keyword", "instantiation", ("keyword",), remark="here eight"),
    Claim("values_list", "instances", ("models", "values_list()"), EVERY, "all 8 columns"),
    Claim("values_list", "instances", ("models", "values_list()"), NO_DATE, "7 columns, no date"),
    Claim("values", "instances", ("models", "values()"), EVERY, "all 8 columns"),
    Claim("values", "instances", ("models", "values()"), NO_DATE, "7 columns, no date"),
    Claim("raw", "instances", ("raw()", "models"), EVERY, "all 8 columns"),
    Claim("by_key", "chaining", ("one filter()", "raw cursor"), {"filters": 1, "rows": 1}),
    Claim("chained", "chaining", ("chained", "one Q")),
]


class Bench:
    """Measures a claim in both ways; what was measured once serves all claims at that setting."""

    def __init__(self, budget_ms):
        from labapp.experiments import optimization

        self.experiments = optimization
        self.budget_ms = budget_ms
        self._results, self._bare = {}, {}

    def here(self, claim, database):
        """The Result of the claim's experiment."""
        key, experiment, settings = self._of(claim, database)
        if key not in self._results:
            self._results[key] = experiment.run(budget_ms=self.budget_ms, target=0.02, **settings)
        return self._results[key]

    def bare(self, claim, database):
        """{variant: ms of each round} with no recorder listening."""
        key, experiment, settings = self._of(claim, database)
        if key not in self._bare:
            self._bare[key] = worker.call(lambda stop: self._sample(experiment, experiment.check(settings)))
        return self._bare[key]

    def _of(self, claim, database):
        experiment = getattr(self.experiments, claim.experiment)
        settings = dict(claim.settings)
        if "database" in experiment.conditions:
            settings["database"] = database
        return (claim.experiment, *settings.items()), experiment, settings

    def _sample(self, experiment, settings):
        from labapp.experiments.world import parameters, world

        given = parameters(experiment, settings)
        with world(experiment, settings):
            calls = {each.name: call_of(each, given) for each in experiment.variants.values()}
            for samples in sample(calls, budget_ms=self.budget_ms, target=0.02):
                times = samples.wall_ms
        return times


def call_of(variant, given):
    """The variant's whole work, its rows read, and nothing of the lab's."""
    arguments = {name: given[name] for name in wanted(variant.function, given)}

    def call():
        value = variant.function(**arguments)
        return list(value) if isinstance(value, QuerySet) else value

    return call


def panel_figure(claim, result):
    """(text, figure): the ratio of the first variant to the second, or instances a second; with intervals."""
    times = [result[name].samples_ms for name in claim.variants]
    if len(times) == 2:
        interval = Comparison.of(*times).interval
        return f"{interval.middle:.2f} ({interval.low:.2f}–{interval.high:.2f})", interval.middle
    interval, amount = median_interval(times[0]), result.rate["amount"]
    rates = [amount / ms for ms in (interval.middle, interval.high, interval.low)]
    return "{:.0f}k ({:.0f}–{:.0f})".format(*rates), rates[0] * 1000


def bare_figure(claim, result, times):
    """The same of the smallest times, without an interval."""
    smallest = [min(times[name]) for name in claim.variants]
    if len(smallest) == 2:
        return f"{smallest[0] / smallest[1]:.2f}", smallest[0] / smallest[1]
    rate = result.rate["amount"] / smallest[0]
    return f"{rate:.0f}k", rate * 1000


def apart(old, figures):
    """By what factor each figure lies outside of the older range, marked where it is more than a third."""
    factors = [max(old["low"] / each, each / old["high"], 1.0) for each in figures]
    return ", ".join(f"{each:.2f}{' !' if each > 4 / 3 else ''}" for each in factors)


def row(*cells):
    """A line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def line(bench, claim, old, database):
    """What the table says of a claim."""
    result = bench.here(claim, database)
    panel, seen = panel_figure(claim, result)
    bare, alone = bare_figure(claim, result, bench.bare(claim, database))
    then = f"{old['low']:,}" if old["low"] == old["high"] else f"{old['low']:,}–{old['high']:,}"
    what = f"{old['claim']}{', ' if claim.remark else ''}{claim.remark}"
    where = database if "database" in result.settings else "–"
    return row(what, where, then, panel, bare, apart(old, (seen, alone)))


def collecting(bench, old, database):
    """What garbage collection adds to making models: the lowest medians with and without it, in turns."""
    medians = {"on": [], "off": []}
    for setting in ["on", "off"] * 3:
        result = bench.experiments.instances.run(
            rows=4500, columns=8, database=database, garbage_collection=setting, budget_ms=bench.budget_ms
        )
        medians[setting].append(result["models"].median_ms)
    seen = min(medians["on"]) / min(medians["off"])
    what = f"{old['claim']}, 4,500 rows"
    return row(what, database, f"{old['low']}", f"{seen:.2f}", "–", apart(old, (seen,)))


def main():
    """Print the table, and where the older figures are from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", type=float, default=4, help="seconds for each measurement")
    budget_ms = parser.parse_args().budget * 1000
    print(labapp.boot(quiet=True))
    bench, claims = Bench(budget_ms), reference("claims")
    print("\n| claim | database | older | panel | bare | apart |\n|---|---|---|---|---|---|")
    for database in bench.experiments.instances.conditions["database"].parameter.choices[:2]:
        for claim in CLAIMS:
            olds = [row for row in claims.rows if row["key"] == claim.key]
            old = next((row for row in olds if row["database"] in (database, "–")), None)
            if old is not None and (old["database"] == database or database == "SQLite"):
                print(line(bench, claim, old, database), flush=True)
        print(collecting(bench, claims.row(key="garbage"), database), flush=True)
    print(f"\nOlder figures. {claims.label} How: {claims.origin['how']}.")


if __name__ == "__main__":
    main()
