"""The simulated round trip against a real one: how long the feed's variants take with either, as a ratio.

    .venv/bin/python -m bench.round_trip            # about a minute
    .venv/bin/python -m bench.round_trip --rounds 40 --photos 30

Both run on the same PostgreSQL. Simulated sleeps before each statement; real is the proxy, a process of its
own that holds back what goes there and what comes back. Every round runs each variant both ways, one after
the other; of all rounds the fastest counts, since whatever else the machine does can only add. "slept" and
"adds" are the delays really taken: by a statement of that fastest run, and by a packet through the proxy,
there and back. "at equal delay" is the ratio less what the queries took longer or shorter for that
difference, "noise" the ratio of two halves of the simulated rounds, which ought to be 1.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

SIMULATED, REAL = "PostgreSQL", "PostgreSQL via proxy"
ALIKE = 0.15


@dataclass(order=True)
class Run:
    """One call: what it took and what it slept, in ms, and how often it asked."""

    ms: float
    slept: float
    queries: int


def call(variant: str, database: str, delay: float, photos: int) -> Run:
    """Run a variant of the feed once, as an experiment does in its rounds."""
    from labapp import probe
    from labapp.experiments.metrics import feed
    from labapp.experiments.world import parameters, world

    settings = feed.check({"database": database, "round_trip": delay, "photos": photos})
    given = parameters(feed, settings)
    with world(feed, settings):
        with probe.unrecorded():
            connect()
        with probe.record(sites=False, spans=False, eager=False) as recording:
            began = time.perf_counter()
            feed.finish(feed.variants[variant].call(given), **given)
            took = time.perf_counter() - began
    return Run(took * 1000, recording.wait_ms, recording.count)


def connect() -> None:
    """Connect before the clock starts."""
    from django.db import connection

    connection.ensure_connection()


def measure(variants: list[str], delay: float, photos: int, rounds: int) -> dict[str, tuple[list, list]]:
    """(simulated, real) of each variant: the runs of all rounds."""
    runs = {variant: ([], []) for variant in variants}
    for number in range(rounds + 1):
        for variant in variants:
            for database, kept in zip((SIMULATED, REAL), runs[variant], strict=True):
                run = call(variant, database, delay, photos)
                kept.extend([run] if number else [])  # the first one fills caches
    return runs


@dataclass
class Line:
    """What a table says of one variant at one delay."""

    variant: str
    delay: float
    simulated: Run
    real: Run
    added: float
    noise: float  # the fastest of the even simulated rounds by the fastest of the odd ones

    @property
    def ratio(self) -> float:
        """Real by simulated."""
        return self.real.ms / self.simulated.ms

    @property
    def equal(self) -> float:
        """The same, had the proxy added what was slept."""
        more = self.simulated.queries * self.added - self.simulated.slept
        return (self.real.ms - more) / self.simulated.ms

    def why(self) -> str:
        """Why the two do not agree, as far as that can be read from the figures."""
        said = f"{self.variant} at {self.delay:g} ms: {self.ratio:.2f}"
        if abs(self.equal - 1) <= ALIKE:
            return f"{said}, because the delays taken differ ({self.equal:.2f} without that)"
        if max(self.noise, 1 / self.noise) >= max(self.ratio, 1 / self.ratio):
            return f"{said}, no more than simulated rounds among themselves ({self.noise:.2f}): noise"
        return f"{said}; {self.equal:.2f} at equal delay, {self.noise:.2f} among simulated rounds themselves"


def table(delay: float, photos: int, rounds: int) -> list[Line]:
    """Print the lines for one delay, and return them."""
    from labapp.experiments.distance import achieved
    from labapp.experiments.metrics import feed

    variants = [each.name for each in feed.variants.values() if not each.why_not()]
    runs, lines = measure(variants, delay, photos, rounds), []
    print(f"\nasked for {delay:g} ms; the proxy adds {achieved(delay):.2f} ms")
    print("variant            queries  slept each  simulated       real  ratio  at equal delay  noise")
    for variant, (simulated, real) in runs.items():
        noise = min(simulated[::2]).ms / min(simulated[1::2]).ms
        line = Line(variant, delay, min(simulated), min(real), achieved(delay), noise)
        slept = line.simulated.slept / line.simulated.queries
        print(
            f"{variant:18}{line.simulated.queries:>8}{slept:>9.2f} ms{line.simulated.ms:>8.1f} ms"
            f"{line.real.ms:>8.1f} ms{line.ratio:>7.2f}{line.equal:>16.2f}{noise:>7.2f}"
        )
        lines.append(line)
    return lines


def main() -> None:
    """Print the tables, and where the two do not agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--delays", type=float, nargs="+", default=[0, 1, 2, 5], metavar="MS")
    parser.add_argument("--rounds", type=int, default=16, help="at least 2")
    parser.add_argument("--photos", type=int, default=15)
    options = parser.parse_args()

    import labapp

    print(labapp.boot(quiet=True))
    lines = [line for delay in options.delays for line in table(delay, options.photos, options.rounds)]
    apart = [line for line in lines if line.delay and abs(line.ratio - 1) > ALIKE]
    print(f"\n{len(apart)} not within {ALIKE:.0%}".replace("%", " %"))
    for line in apart:
        print(line.why())


if __name__ == "__main__":
    main()
