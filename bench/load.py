"""The load generator's ceiling and what it adds to a latency, beside Locust's own users and a raw socket.

    .venv/bin/python -m bench.load                  # about a minute and a half
    .venv/bin/python -m bench.load --rounds 5 --users 20

All ask the cheapest page that gunicorn can serve. Ceiling: every user asks again at once; requests a second,
and what the client's own process spends on one. The server works on the same machine, so that the rate is
what both reach together; what a client would reach with a processor to itself follows from what it spends.
Latency: users on a schedule, the same moments for both clients, from when a request was due until its last
byte. The raw client has a thread and a blocking socket for each user, and does nothing but send and receive.
The clients take turns; of all rounds the best counts, since whatever else the machine does can only add.
"""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time
from random import Random
from statistics import median
from typing import NamedTuple

RAW, OURS, FAST, PLAIN = "raw sockets", "the lab's generator", "Locust's FastHttpUser", "Locust's HttpUser"
APPLICATION = """
def application(environ, start):
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]
"""
LOCUSTFILE = """
import json, time
import locust

class Somebody(locust.{kind}):
    @locust.task
    def ask(self):
        self.client.get("/")

@locust.events.spawning_complete.add_listener
def begin(user_count, **_):
    global began
    began = time.process_time(), time.monotonic()

@locust.events.test_stopping.add_listener
def end(environment, **_):
    cpu, seconds = time.process_time() - began[0], time.monotonic() - began[1]
    print(json.dumps([environment.stats.total.num_requests, seconds, cpu]), flush=True)
"""
REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class Busy(NamedTuple):
    """What a client did that asked as fast as it could."""

    requests: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def us(self) -> float:
        """Processor time for one request, in microseconds."""
        return self.cpu / self.requests * 1e6


def connected(port: int) -> socket.socket:
    """A connection to the server."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def raw_busy(port: int, users: int, seconds: float) -> None:
    """Ask at once again on so many connections; print what a Busy has."""
    selector, count = selectors.DefaultSelector(), 0
    for _ in range(users):
        connection = connected(port)
        selector.register(connection, selectors.EVENT_READ)
        connection.sendall(REQUEST)
    cpu, began = time.process_time(), time.monotonic()
    while time.monotonic() < began + seconds:
        for key, _ in selector.select():
            if key.fileobj.recv(65536).endswith(b"hello"):  # gunicorn sends the headers by themselves
                count += 1
                key.fileobj.sendall(REQUEST)
    print(json.dumps([count, time.monotonic() - began, time.process_time() - cpu]))


def raw_latency(port: int, users: int, think_s: float, seconds: float) -> None:
    """Users on a schedule; print their latencies, in seconds."""
    from labapp.services.traffic.schedule import ON_SCHEDULE, Schedule

    latencies, began = [], time.monotonic()

    def user(number):
        connection = connected(port)
        schedule = Schedule(ON_SCHEDULE, think_s, Random(f"1 gaps {number}"), began)
        while (due := schedule.take()) < began + seconds:
            time.sleep(max(0, due - time.monotonic()))
            connection.sendall(REQUEST)
            while not connection.recv(65536).endswith(b"hello"):
                continue
            latencies.append(time.monotonic() - due)

    threads = [threading.Thread(target=user, args=(number,)) for number in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(latencies))


def in_a_process(*words: object) -> list:
    """What one of the functions above prints, in a process of its own."""
    command = [sys.executable, "-m", "bench.load", "--as", *map(str, words)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def locust_busy(kind: str, port: int, users: int, seconds: float) -> Busy:
    """Locust's own users, as fast as they can."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(LOCUSTFILE.format(kind=kind))
        file.flush()
        words = [
            "--headless",
            "-u",
            users,
            "-r",
            users,
            "-t",
            f"{seconds:g}s",
            "--only-summary",
            "-L",
            "ERROR",
        ]
        command = [sys.executable, "-m", "locust", "-f", file.name, "-H", f"http://127.0.0.1:{port}", *words]
        run = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    return Busy(*json.loads(next(line for line in run.stdout.splitlines() if line.startswith("["))))


def plan(site, turn: int, **more) -> dict:
    """A plan for the one page there is."""
    return {"turn": turn, "host": site.address, "asks": [{"name": "page", "path": "/"}], "seed": 1, **more}


def our_busy(load, site, users: int, seconds: float) -> Busy:
    """The lab's generator, as fast as it can."""
    import psutil

    process = psutil.Process(load.pid)
    load.steer(plan(site, 1, users=users, think_s=0, arrival="after each answer"))
    load.take()
    cpu, began = sum(process.cpu_times()[:2]), time.monotonic()
    time.sleep(seconds)
    ended, cpu = time.monotonic(), sum(process.cpu_times()[:2]) - cpu
    load.idle()
    requests = [each for each in load.take() if began <= each.done < ended]
    return Busy(len(requests), ended - began, cpu)


def our_latency(load, site, users: int, think_s: float, seconds: float) -> tuple[list, float]:
    """(the latencies of the lab's generator in seconds, its lag in ms)."""
    load.idle()
    load.take()
    load.steer(plan(site, 2, users=users, think_s=think_s))
    time.sleep(seconds)
    lag = load.lag()
    load.idle()
    return [each.latency for each in load.take() if not each.error], lag


def ceilings(load, site, users: int, seconds: float, rounds: int) -> None:
    """Print the table of the ceilings."""
    ways = {
        RAW: lambda: Busy(*in_a_process("raw_busy", site.port, users, seconds)),
        OURS: lambda: our_busy(load, site, users, seconds),
        FAST: lambda: locust_busy("FastHttpUser", site.port, users, seconds),
        PLAIN: lambda: locust_busy("HttpUser", site.port, users, seconds),
    }
    runs = {name: [] for name in ways}
    for _ in range(rounds):
        for name, run in ways.items():
            runs[name].append(run())
    raw = min(each.us for each in runs[RAW])
    print(f"\n{users} users who ask again at once, best of {rounds} rounds")
    print(f"{'':24}requests/s  us/request  by raw sockets  requests/s of a whole processor")
    for name, each in runs.items():
        us = min(run.us for run in each)
        print(f"{name:24}{max(run.rate for run in each):>10.0f}{us:>12.0f}{us / raw:>16.1f}{1e6 / us:>33.0f}")


def latencies(load, site, users: int, rate: float, seconds: float, rounds: int) -> None:
    """Print what either client says of the same server at the same rate."""
    think_s, ratios, lags = users / rate, {50: [], 95: []}, []
    best = {(who, q): float("inf") for who in (RAW, OURS) for q in ratios}
    for _ in range(rounds):
        raw = in_a_process("raw_latency", site.port, users, think_s, seconds)
        ours, lag = our_latency(load, site, users, think_s, seconds)
        lags.append(lag)
        for q, kept in ratios.items():
            pair = [sorted(each)[len(each) * q // 100] * 1000 for each in (raw, ours)]
            kept.append(pair[1] / pair[0])
            for who, ms in zip((RAW, OURS), pair, strict=True):
                best[who, q] = min(best[who, q], ms)
    print(
        f"\n{users} users on a schedule, {rate:g} requests/s, best of {rounds} rounds; its own lag: ", end=""
    )
    print(f"p95 {min(lags):.2f} ms")
    for q, each in ratios.items():
        print(f"p{q}: {RAW} {best[RAW, q]:.2f} ms, {OURS} {best[OURS, q]:.2f} ms, ", end="")
        print(f"ratio {best[OURS, q] / best[RAW, q]:.2f}, median of the ratios in a round {median(each):.2f}")


def starts(rounds: int) -> None:
    """Print how long it takes until both are there, and what an order takes."""
    from labapp.services.gunicorn import Gunicorn
    from labapp.services.traffic import Generator

    generators, sites, orders, sizes = [], [], [], []
    for _ in range(rounds):
        load, site = Generator(), Gunicorn("page:application", workers=2, files={"page.py": APPLICATION})
        generators.append(load.started_ms), sites.append(site.started_ms)
        began = time.perf_counter()
        load.steer(plan(site, 1, users=20, think_s=1))
        orders.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        site.resize(4)
        sizes.append((time.perf_counter() - began) * 1000)
        load.stop(), site.stop()
    print(f"best of {rounds} starts: generator {min(generators):.0f} ms, gunicorn with 2 workers ", end="")
    print(f"{min(sites):.0f} ms; an order takes {min(orders):.1f} ms, 2 to 4 workers {min(sizes):.0f} ms")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--rate", type=float, default=100.0, help="requests a second for the latencies")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each client in each round")
    parser.add_argument("--as", nargs="+", dest="role", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role:
        name, *numbers = options.role
        port, users, *others = map(float, numbers)
        return globals()[name](int(port), int(users), *others)
    starts(options.rounds)

    from labapp.services.gunicorn import Gunicorn
    from labapp.services.traffic import Generator

    load, site = (
        Generator(),
        Gunicorn("page:application", threads=4, files={"page.py": APPLICATION}, ready="/"),
    )
    ceilings(load, site, options.users, options.seconds, options.rounds)
    latencies(load, site, options.users, options.rate, options.seconds, options.rounds)
    load.stop(), site.stop()


if __name__ == "__main__":
    main()
