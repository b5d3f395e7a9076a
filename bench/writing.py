"""What writing costs, by our own experiments, beside the figures that the project began with.

    .venv/bin/python -m bench.writing             # about three minutes; PostgreSQL where there is one
    .venv/bin/python -m bench.writing --budget 2  # quicker and less certain

Ratios are medians over interleaved rounds with 95 % intervals; times of a row are the quickest round's, since
whatever else the machine does can only add. What stands under "before" was measured with other rows, on
another day, and without interval: where a ratio is more than a third apart from it, with all of its interval,
the line is marked. Commits do not wait for the disk (durability "relaxed"), as each way makes one and its
price is the disk's; where F() is measured they do: of one short statement the commit is the larger part.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from labapp.measure.comparison import Comparison

ROWS = 1_000
DURABILITY = "relaxed"
APART = 4 / 3


@dataclass
class Line:
    """One claim on one database: what was measured before (low, high) and now."""

    claim: str
    database: str
    before: tuple[float, float]
    now: float
    interval: tuple[float, float] | None = None
    absolute: bool = False

    @property
    def far(self) -> bool:
        """Whether they are more than a third apart; times are not compared, only ratios."""
        if self.absolute:
            return False
        low, high = self.interval or (self.now, self.now)
        return low > self.before[1] * APART or high < self.before[0] / APART

    def __str__(self) -> str:
        """A line of the table."""
        before = "–".join(f"{each:.3g}" for each in sorted(set(self.before)))
        interval = "{:.3g} to {:.3g}".format(*self.interval) if self.interval else ""
        far = "more than a third apart" if self.far else ""
        return f"| {self.claim} | {self.database} | {before} | {self.now:.3g} | {interval} | {far} |"


def ratio(result, slow, fast) -> tuple[float, tuple[float, float] | None]:
    """How many times longer one variant takes than another, with its interval if the rounds suffice."""
    found = Comparison.of(result[slow].samples_ms, result[fast].samples_ms)
    interval = found.interval and (found.interval.low, found.interval.high)
    return found.ratio, interval


def saving(database: str, budget: float) -> list[Line]:
    """The figures on save() and update()."""
    from labapp.experiments.optimization import save_columns

    def run(durability=DURABILITY, **settings):
        return save_columns.run(database=database, budget_ms=budget, durability=durability, **settings)

    sqlite = database == "SQLite"
    narrow = run()
    lines = [
        Line("update() as a share of save()", database, (0.68,) * 2 if sqlite else (0.70,) * 2,
             *ratio(narrow, "update()", "save()")),
        Line(f"F() on {ROWS:,} rows, times faster than save()", database, (29, 53),
             *ratio(run("full", rows=ROWS), "save()", "F()")),
    ]  # fmt: skip
    if not sqlite:
        for width in ("long text", "many columns"):
            wide = run(width=width)
            lines.append(Line(
                f"update() as a share of save(), {width}", database, (0.29, 0.29),
                *ratio(wide, "update()", "save()"),
            ))
            wal = {each.variant: each.figures["WAL"] for each in wide}
            times = wal["save()"] / wal["update()"]
            lines.append(Line(f"WAL of save() to that of update(), {width}", database, (17, 17), times))
    return lines


BEFORE = {  # µs for one row
    "SQLite": {"save(), atomic()": 81, "bulk_create": 30, "executemany": 2.5},
    "PostgreSQL": {"save(), atomic()": 385, "bulk_create": 46, "COPY": 6},
}


def inserting(database: str, budget: float) -> list[Line]:
    """The figures on bulk inserts: µs for one row, then their ratios, which is what counts."""
    from labapp.experiments.optimization import bulk_insert

    lines = []
    for table in ("indexed", "bare"):
        result = bulk_insert.run(
            database=database, durability=DURABILITY, rows=ROWS, batch=ROWS, table=table, budget_ms=budget
        )
        slowest, *others = BEFORE[database]
        for name, before in BEFORE[database].items():
            now = min(result[name].samples_ms) / ROWS * 1000
            lines.append(Line(
                f"{name}, µs a row, {table}", database, (before, before), now, absolute=True
            ))
        for name in others:
            before = BEFORE[database][slowest] / BEFORE[database][name]
            lines.append(Line(
                f"{slowest} to {name}, {table}", database, (before, before), *ratio(result, slowest, name)
            ))
    return lines


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", type=float, default=8, help="seconds for each measurement")
    budget = parser.parse_args().budget * 1000

    import labapp

    print(labapp.boot("workshop", quiet=True))
    from labapp.services import postgresql

    print("| claim | database | before | now | interval | |\n|---|---|---|---|---|---|")
    databases = ["SQLite", "PostgreSQL"] if postgresql.find() else ["SQLite"]
    for database in databases:
        for line in [*saving(database, budget), *inserting(database, budget)]:
            print(line, flush=True)
    if len(databases) == 1:
        print(f"PostgreSQL is missing. {postgresql.HOW}")


if __name__ == "__main__":
    main()
