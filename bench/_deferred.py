"""bench.deferral's ways to put work off: an empty task, its handing over, and the worker that does it.

Each way is a process of its own, with one worker. The task writes down when it began, and what processor time
its process had used until then; nothing else is recorded, and the probe does not listen.
"""

from __future__ import annotations

import json
import os
import random
import struct
import sys
import time
from pathlib import Path
from time import monotonic, process_time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labapp.settings")
if "LAB_BENCH_DATABASE" in os.environ:
    from django.conf import settings

    settings.DATABASES["default"] = json.loads(os.environ["LAB_BENCH_DATABASE"])
django.setup()

from labapp.experiments.deferral import after_response, kinds, shared_task, task  # noqa: E402
from labapp.experiments.deferral.brokers import FILES, RABBITMQ, REDIS, Queue, queue  # noqa: E402
from labapp.experiments.perceived.defer_writers import patient  # noqa: E402
from labapp.experiments.traffic.effort import seconds, tree  # noqa: E402
from labapp.services import postgresql, rabbitmq, redis  # noqa: E402
from labapp.services.crew import Crew  # noqa: E402

FLOOR = "LPUSH and BRPOP"
THREAD = "thread of the site"
CELERY = {f"Celery, {choice}": choice for choice in (REDIS, RABBITMQ, FILES)}
TASKS = ("Django Tasks, SQLite", "Django Tasks, PostgreSQL")
SERVICES = {
    FLOOR: redis, f"Celery, {REDIS}": redis, f"Celery, {RABBITMQ}": rabbitmq, TASKS[1]: postgresql,
}  # fmt: skip
WAYS = (FLOOR, THREAD, *CELERY, *TASKS)
STAMP = struct.Struct("<qdd")
WARM_UP = 5  # tasks
_pipe = None


def begun(number: int) -> None:
    """The empty task."""
    global _pipe
    if _pipe is None:
        _pipe = os.open(os.environ["LAB_BENCH_PIPE"], os.O_WRONLY)
    os.write(_pipe, STAMP.pack(number, monotonic(), process_time()))


@shared_task
def celery_task(number: int) -> None:
    """The same as a task of Celery's."""
    begun(number)


@task()
def django_task(number: int) -> None:
    """The same as one of Django's."""
    begun(number)


def work(what: dict, ready) -> None:
    """Be the worker of one way."""
    if what["way"] == FLOOR:
        return plain_work(what["url"], ready)
    if what["way"] in TASKS:
        return kinds.Tasks().work(None, ready)
    where = Queue("bench", kinds.Celery(), what["url"], what["options"])
    return where.kind.work(where, ready)


def plain_work(url: str, ready) -> None:
    """What a worker is at the least."""
    client = driver(url)
    ready()
    while True:
        begun(int(client.brpop("bench")[1]))


def driver(url: str):
    """A connection of redis-py."""
    import redis as package

    return package.Redis.from_url(url)


class Site:
    """The process that hands over, and its one worker."""

    def __init__(self, way: str, folder: str):
        self.way, self.what = way, {"way": way}
        pipe = os.environ["LAB_BENCH_PIPE"] = str(Path(folder, f"pipe-{os.getpid()}"))
        os.mkfifo(pipe)
        self._pipe = os.fdopen(os.open(pipe, os.O_RDWR), "rb", buffering=0)
        self.server, self.hand = None, lambda number: after_response(begun, number)
        if way == FLOOR:
            self.server = redis.broker()
            self.what["url"] = self.server.url
            client = driver(self.server.url)
            self.hand = lambda number: client.lpush("bench", number)
        elif way in CELERY:
            self._use_celery(CELERY[way], folder)
        elif way in TASKS:
            self._use_database(folder)
        self.crew = Crew("bench._deferred:work") if way != THREAD else None

    def _use_celery(self, choice: str, folder: str) -> None:
        from labapp.experiments.deferral import brokers, celery_app

        where = queue(choice, "bench", kinds.Celery(), Path(folder, "messages"))
        self.server = brokers.server(choice)
        self.what |= {"url": where.url, "options": where.options}
        celery_app.use(where)
        self.hand = celery_task.delay

    def _use_database(self, folder: str) -> None:
        from labapp import databases

        if self.way == TASKS[1]:
            self.server = postgresql.server()
            with self.server.admin() as connection:
                connection.execute(f"CREATE DATABASE bench OWNER {postgresql.ROLE}")
            entry = self.server.entry("bench")
        else:
            entry = patient({"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/tasks.sqlite3"})
        os.environ["LAB_BENCH_DATABASE"] = json.dumps(entry)
        databases.use(entry)
        kinds.Tasks().prepare()
        self.hand = django_task.enqueue

    def latency(self, count: int) -> list[float]:
        """Milliseconds from when handing over begins until the task begins, one at a time, worker idle."""
        found = []
        self._begin()
        for number in range(count + WARM_UP):
            time.sleep(random.uniform(0, 0.1))  # not in step with those that look now and then
            began = monotonic()
            self.hand(number)
            found.append((self._read()[1] - began) * 1000)
        self._end()
        return found[WARM_UP:]

    def drain(self, count: int) -> dict:
        """Hand over so many, then let one worker do them; figures for one of them, in milliseconds."""
        self.hand(0)
        server, cpu, began = self._server_s(), process_time(), monotonic()
        for number in range(count):
            self.hand(number)
        handed, handing = monotonic() - began, process_time() - cpu
        self._begin()
        stamps = [self._read() for _ in range(count + 1)]
        at, used = zip(*((at, used) for _, at, used in stamps), strict=True)
        if self.way == THREAD:  # which did the work meanwhile
            handing = process_time() - cpu
        self._end()
        worker = (max(used) - min(used)) if self.way != THREAD else 0.0
        spent = {"site": handing, "worker": worker, "server": self._server_s() - server}
        per = {name: seconds / count * 1000 for name, seconds in spent.items()}
        return {"handing": handed / count * 1000, "rate": count / (max(at) - min(at)), **per}

    def idle(self, while_s: float) -> float:
        """Milliseconds of processor time that worker and server take in a second in which nothing is done."""
        if self.crew is None:
            return 0.0
        self._begin()
        pids = [*self.crew.pids, *tree(self.server)]
        before = sum(map(seconds, pids))
        time.sleep(while_s)
        spent = sum(map(seconds, pids)) - before
        self._end()
        return spent / while_s * 1000

    def _begin(self) -> None:
        if self.crew:
            self.crew.begin(1, self.what)

    def _end(self) -> None:
        if self.crew:
            self.crew.end()

    def _read(self) -> tuple:
        return STAMP.unpack(self._pipe.read(STAMP.size))

    def _server_s(self) -> float:
        return sum(map(seconds, tree(self.server)))


def main(way: str, folder: str) -> None:
    """Obey orders of standard input, each [name, argument]."""
    site = Site(way, folder)
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        name, argument = json.loads(line)
        print(json.dumps(getattr(site, name)(argument)), flush=True)


if __name__ == "__main__":
    from bench._deferred import main as run  # the module that the worker imports, not __main__

    run(*sys.argv[1:])
