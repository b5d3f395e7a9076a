"""What a look at traffic costs: refresh() beside the live table, as a ratio to sorting the latencies once.

    .venv/bin/python -m bench.summing_up

Six variants have 5,000 requests each; before each look a fifth of a second's worth comes in for one of them.
CPU time of this thread, the minimum of the looks.
"""

import argparse
import time

from labapp.measure.traffic import Stream, TrafficResult
from tests.measure.served import entry, steady

VARIANTS, EACH_S, NEW = 6, 250, 50


def made(requests):
    """A result whose streams have so many requests each."""
    streams = []
    for number in range(VARIANTS):
        stream = Stream(f"variant {number}", baseline=number == 0)
        stream.begin(number, 0.0)
        sent = list(steady(requests, 20.0, EACH_S, turn=number, seed=number))
        stream.add(sent, [entry(each.due, label=str(number), queries=5) for each in sent])
        streams.append(stream)
    result = TrafficResult("levels", measurements=streams)
    result.refresh()
    return result


def spent(work):
    """CPU milliseconds of one call."""
    began = time.thread_time()
    work()
    return 1000 * (time.thread_time() - began)


def looks(requests, number):
    """(milliseconds of one look, of sorting the latencies of one stream), the minima of so many."""
    result, look, sort = made(requests), [], []
    began = requests / EACH_S
    for place in range(number):
        stream = result.measurements[place % VARIANTS]
        new = steady(NEW, 20.0, EACH_S, began + place, turn=place % VARIANTS, seed=f"new {place}")
        stream.add(list(new))
        look.append(spent(result.refresh))
        latencies = [1000 * (each.done - each.due) for each in stream.requests]
        sort.append(spent(lambda of=latencies: sorted(of)))
    return min(look), min(sort)


def main():
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--looks", type=int, default=30)
    given = parser.parse_args()
    for requests in (500, 5000, 20_000):
        look, sort = looks(requests, given.looks)
        print(f"{requests:6,} requests a variant: {look:.2f} ms a look, {look / sort:.1f}x sorting them once")


if __name__ == "__main__":
    main()
