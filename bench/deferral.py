"""Putting work off: what an empty task takes by each way to hand it over, beside a plain Redis list.

    .venv/bin/python -m bench.deferral              # some minutes
    .venv/bin/python -m bench.deferral --rounds 5

The floor is LPUSH in one process and BRPOP in another. Each way has a process that hands over and one worker;
the ways take turns in a new order in each round, and rest while another has its turn. Latency counts from the
moment when handing over begins until the task begins, with an idle worker. For the rate and the processor
time, tasks are handed over first, and then done by one worker. Server is Redis, RabbitMQ or PostgreSQL;
SQLite and files work inside of site and worker. Idle is the processor time of worker and server in a second
without tasks. Medians of the rounds, ratios within a round.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from statistics import median

from bench._deferred import FLOOR, SERVICES, THREAD, WAYS


class Child:
    """A process that puts off in one way; it stays quiet until it is asked."""

    def __init__(self, way: str, folder: str):
        command = [sys.executable, "-m", "bench._deferred", way, folder]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()

    def ask(self, order: str, argument: float):
        """What it measures."""
        print(json.dumps([order, argument]), file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self):
        if not (line := self._process.stdout.readline()):
            raise SystemExit("A process of the bench has ended.")
        return json.loads(line)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *exception) -> None:
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


def one_round(children: dict, options: argparse.Namespace) -> dict:
    """way -> figures of one turn."""
    found = {}
    for way in random.sample(list(children), len(children)):
        child = children[way]
        latencies = sorted(child.ask("latency", options.tasks))
        middle, high = (latencies[len(latencies) * q // 100] for q in (50, 95))
        drained = child.ask("drain", options.drained)
        cpu = sum(drained[kind] for kind in ("site", "worker", "server"))
        idle = child.ask("idle", options.seconds)
        found[way] = {"p50": middle, "p95": high, "cpu": cpu, "idle": idle, **drained}
    return found


def typical(rounds: list[dict], way: str, figure: str) -> float:
    """The median over the rounds."""
    return median(each[way][figure] for each in rounds)


def times(rounds: list[dict], way: str, figure: str) -> float:
    """How many times the floor's, the median of the ratios in a round."""
    return median(each[way][figure] / each[FLOOR][figure] for each in rounds)


def cell(rounds: list[dict], way: str, figure: str) -> str:
    """Milliseconds, and how many times the floor's."""
    ms = f"{typical(rounds, way, figure):.2f} ms"
    return ms if way == FLOOR else f"{ms} ({times(rounds, way, figure):.1f}x)"


def table(rounds: list[dict]) -> str:
    """What a task waits for, how many are done in a second, and what one costs."""
    heads = "begins after, p50", "p95", "handing over", "tasks a second", "processor, all"
    heads = *heads, "site + worker + server", "idle"
    lines = [f"| | {' | '.join(heads)} |", "|---|" + "---|" * len(heads)]
    for way in (way for way in WAYS if way in rounds[0]):
        rate = f"{typical(rounds, way, 'rate'):,.0f}"
        if way != FLOOR:
            rate += f" ({times(rounds, way, 'rate'):.3f}x)"
        parts = " + ".join(f"{typical(rounds, way, kind):.2f}" for kind in ("site", "worker", "server"))
        cells = [cell(rounds, way, figure) for figure in ("p50", "p95", "handing")]
        idle = "none" if way == THREAD else f"{typical(rounds, way, 'idle'):.0f} ms/s"
        cells += [rate, cell(rounds, way, "cpu"), f"{parts} ms", idle]
        lines.append(f"| {way} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=40, help="for the latency, one at a time")
    parser.add_argument("--drained", type=int, default=300, help="for the rate, all at once")
    parser.add_argument("--seconds", type=float, default=2.0, help="in which an idle worker is watched")
    options = parser.parse_args()
    there = [way for way in WAYS if way not in SERVICES or SERVICES[way].find()]
    if missing := set(WAYS) - set(there):
        print(f"without its server: {', '.join(sorted(missing))}")
    if FLOOR not in there:
        sys.exit(f"The floor needs Redis. {SERVICES[FLOOR].HOW}")
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="labapp-bench-") as folder, ExitStack() as stack:
        children = {way: stack.enter_context(Child(way, folder)) for way in there}
        rounds = [one_round(children, options) for _ in range(options.rounds)]
    processors = f"{os.cpu_count()} processors, load before {load:.1f}, after {os.getloadavg()[0]:.1f}"
    print(table(rounds), f"\n{options.rounds} rounds; {processors}", sep="\n")


if __name__ == "__main__":
    main()
