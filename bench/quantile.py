"""How often a percentile's interval is wrong, looked at after every batch: in a share of runs, at most 5 %.

    .venv/bin/python -m bench.quantile                  # some minutes
    .venv/bin/python -m bench.quantile --runs 2000 --requests 5000

A run is wrong when the true quantile lay outside of the interval at any of its looks. Beside it: the share of
runs that knew both limits by the end, and how wide the last interval was (median of high / low). Of "stalls"
p95 and p99 are wrong far more often: nobody knows of a stall before the first one.
"""

import argparse
import math
import random
from itertools import islice
from multiprocessing import Pool

from labapp.measure.quantile import quantile_interval
from tests.measure.queues import SOURCES

QUANTILES = (0.5, 0.95, 0.99)


def run(place, seed, requests, batch):
    """By quantile: (wrong at any look, the last interval) of one run."""
    source = SOURCES[place]
    stream = source.latencies(random.Random(seed))
    seen, wrong, last = [], dict.fromkeys(QUANTILES, False), {}
    while len(seen) < requests:
        seen += islice(stream, batch)
        for q in QUANTILES:
            last[q] = quantile_interval(seen, q)
            truth = source.quantile(q)
            wrong[q] |= last[q] is not None and not last[q].low <= truth <= last[q].high
    return [(wrong[q], last[q]) for q in QUANTILES]


def line(source, runs):
    """A row for each quantile."""
    for place, q in enumerate(QUANTILES):
        ends = [each[place][1] for each in runs]
        wrong = sum(each[place][0] for each in runs) / len(runs)
        claims = sum(end is not None and not math.isinf(end.high) for end in ends) / len(runs)
        widths = sorted(end.high / end.low if end and end.low else math.inf for end in ends)
        yield f"{source.name:12} p{100 * q:g}: wrong {wrong:6.1%}  both limits {claims:6.1%}  " \
              f"high/low {widths[len(widths) // 2]:.2f}"


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", default="", help="sources whose name contains this")
    given = parser.parse_args()
    with Pool(given.processes) as pool:
        for place, source in enumerate(SOURCES):
            if given.only in source.name:
                tasks = [(place, f"{place} {n}", given.requests, given.batch) for n in range(given.runs)]
                print(*line(source, pool.starmap(run, tasks, chunksize=8)), sep="\n", flush=True)


if __name__ == "__main__":
    main()
