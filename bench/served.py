"""What Reporting adds to a request: CPU and wall time as a ratio to the same site without it.

    .venv/bin/python -m bench.served                # about a minute
    .venv/bin/python -m bench.served --starts 10

Each way to serve has a process of its own, and the bare one never imports the probe. The processes take turns
in a new order in each round, some requests at a time, with no web server and no network, which would hide
what is added. Of all requests of a start the cheapest counts, since whatever else the machine does can only
add; where a process lies in memory differs from start to start, so the ratio is the median over several.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from wsgiref.util import setup_testing_defaults

WAYS = ("bare", "probe installed, nobody listens", "Reporting, header only", "Reporting with a ledger")
PAGES = {
    "a page with 20 queries": "/search/?q=a&photos=6",
    "a page with 20 cache hits": "/parts/",
    "a page out of the cache": "/cached/",
}
BATCH = 5


def site(database: str):
    """Pinsta as a WSGI application, on this database, with two pages more that use the cache."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "labapp.pinsta.settings"
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.ROOT_URLCONF = __name__
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def __getattr__(name):
    """This module is a URLconf, too, once Django is configured."""
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.core.cache import cache
    from django.http import HttpResponse
    from django.urls import path
    from django.views.decorators.cache import cache_page

    from labapp.pinsta import urls, views

    def parts(request):
        cache.add("part", "x" * 500, None)
        return HttpResponse(cache.get("part") for _ in range(20))

    more = [path("parts/", parts), path("cached/", cache_page(None)(views.feed))]
    return [*more, *urls.urlpatterns]


def served(way: str, database: str, ledger: str) -> Callable:
    """The application, served in one of the WAYS."""
    application = site(database)
    if way == WAYS[0]:
        assert not any(name.startswith("labapp.probe") for name in sys.modules)
        return application
    if way == WAYS[1]:
        from labapp.probe import install

        install()
        return application
    from labapp.probe.served import Reporting

    return Reporting(application, ledger=ledger if way == WAYS[3] else None)


def get(application: Callable, url: str) -> dict:
    """Ask for a page and read it to its end; the headers."""
    path, _, query = url.partition("?")
    environ = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "localhost"}
    setup_testing_defaults(environ)
    headers: dict = {}
    body = application(environ, lambda status, given, *_: headers.update(given))
    for _ in body:
        pass
    body.close()
    return headers


def child(way: str, database: str, ledger: str) -> None:
    """Serve one way: for each URL on standard input some requests, and the microseconds of the cheapest."""
    application = served(way, database, ledger)
    gc.disable()
    for line in sys.stdin:
        url = json.loads(line)
        gc.collect()
        headers = get(application, url)
        spent = [timed(application, url) for _ in range(BATCH)]
        cheapest = [min(each) * 1e6 for each in zip(*spent, strict=True)]
        print(json.dumps([*cheapest, headers.get("Server-Timing", "")]), flush=True)


def timed(application: Callable, url: str) -> tuple[float, float]:
    """Seconds of one request: CPU of this thread, and wall."""
    wall, cpu = time.perf_counter(), time.thread_time()
    get(application, url)
    return time.thread_time() - cpu, time.perf_counter() - wall


class Child:
    """A process that serves one way."""

    def __init__(self, way: str, database: str, folder: str):
        command = [sys.executable, "-m", "bench.served", "--child", way, database, f"{folder}/ledger"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def batch(self, url: str) -> list:
        """[CPU, wall] microseconds of the cheapest request, and what the page says of itself."""
        print(json.dumps(url), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *exception) -> None:
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def one_start(rounds: int, database: str, folder: str) -> dict:
    """(page, way) -> the smallest [CPU, wall] of all rounds, and what the page said of itself."""
    best: dict = {}
    with ExitStack() as stack:
        children = {way: stack.enter_context(Child(way, database, folder)) for way in WAYS}
        for number in range(rounds + 1):
            for page, url in PAGES.items():
                for way in random.sample(WAYS, len(WAYS)):
                    batch = children[way].batch(url)
                    if number:  # the first is to warm up
                        best[page, way] = [*map(min, batch[:2], best.get((page, way), batch)), batch[2]]
    return best


def table(starts: list[dict]) -> str:
    """The ratios to the bare site, the median over the starts."""
    lines = ["| | " + " | ".join(PAGES) + " |", "|---|" + "---|" * len(PAGES)]
    for way in WAYS:
        cells = []
        for page in PAGES:
            pairs = [(start[page, way], start[page, WAYS[0]]) for start in starts]
            cpu, wall = (median(ours[kind] / bare[kind] for ours, bare in pairs) for kind in (0, 1))
            added = median(ours[0] - bare[0] for ours, bare in pairs)
            bare = median(bare[0] for _, bare in pairs)
            ratio = f"{cpu:.3f}x, wall {wall:.3f}x ({added:+.0f} µs)"
            cells.append(f"{bare:,.0f} µs" if way == WAYS[0] else ratio)
        lines.append(f"| {way} | " + " | ".join(cells) + " |")
    told = [f"{page}: {starts[0][page, WAYS[3]][2]}" for page in PAGES]
    return "\n".join([*lines, "", *told])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=5, help="how often all processes are started anew")
    parser.add_argument("--rounds", type=int, default=40, help="rounds of each start")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(*arguments.child)
        return
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "labapp.pinsta.settings"
    django.setup()
    from labapp.pinsta import seeding

    with tempfile.TemporaryDirectory(prefix="labapp-bench-") as folder:
        database = Path(folder) / "pinsta.sqlite3"
        seeding.copy(seeding.ensure("small", 1), database)
        starts = [one_start(arguments.rounds, str(database), folder) for _ in range(arguments.starts)]
    print(table(starts))


if __name__ == "__main__":
    main()
