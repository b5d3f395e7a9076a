"""bench.services on starts and stops: a server of ours beside its own programs called by hand."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from labapp.services import cluster, memcached, postgresql, rabbitmq, redis, varnish, varnish_cli
from labapp.services.ports import free_port
from labapp.services.users import plain_user

SERVICES = {
    "PostgreSQL": postgresql, "Redis": redis, "Memcached": memcached, "Varnish": varnish,
    "RabbitMQ": rabbitmq,
}  # fmt: skip


def timed(work):
    """(milliseconds, what the work returns)"""
    began = time.perf_counter()
    outcome = work()
    return (time.perf_counter() - began) * 1000, outcome


def until(condition):
    """Wait for it."""
    while not condition():
        time.sleep(0.001)


def ours(service):
    """Milliseconds of a cold start, a restart after a kill, and a stop."""
    spent = {}
    spent["cold start"], server = timed(service.Server)
    server.kill()
    spent["restart after a kill"], _ = timed(server.revive)
    spent["stop and remove"], _ = timed(server.stop)
    return spent


class Bare:
    """
    A server by hand, in a folder: no guardian, no password but where it would be another server without.

    It is asked whether it is there in the way in which ours are.
    """

    def __init__(self, service, folder, options):
        self.service, self.folder, self.options = service, folder, options
        self.port, self.program = free_port(), service.find()

    def make(self):
        """What is done once."""

    def words(self):
        """The words that start it."""
        raise NotImplementedError

    def answers(self):
        """Whether it is there."""
        raise NotImplementedError

    def start(self):
        """Start it and wait until it answers."""
        words = [str(word) for word in self.words()]
        self.process = subprocess.Popen(words, **self.options)
        until(self._is_there)

    def end(self, number):
        """Send it this signal, and wait until it has ended."""
        self.process.send_signal(number)
        self.process.wait()

    def _is_there(self):
        try:
            return self.answers()
        except OSError:
            return False


class BarePostgreSQL(Bare):
    """initdb and postgres."""

    def make(self):
        """Make the data folder."""
        words = [self.program.folder / "initdb", "-D", self.folder / "data", "-U", "admin", "-A", "trust",
                 "-E", "UTF8", "--no-locale", "--no-sync"]  # fmt: skip
        subprocess.run(words, check=True, **self.options)

    def words(self):
        """The same settings, no extensions."""
        return cluster.invocation(self.program.folder, self.folder, self.port, ())

    def answers(self):
        """By its own file."""
        return cluster.ready(self.folder, self.process.pid)


class BareRedis(Bare):
    """redis-server with its settings on the command line."""

    def words(self):
        """Nothing on the disk, no password."""
        where = "--port", self.port, "--bind", "127.0.0.1", "--dir", self.folder
        return [self.program.path, *where, "--save", ""]

    def answers(self):
        """By a client."""
        import redis as driver

        with driver.Redis.from_url(f"redis://127.0.0.1:{self.port}/0") as client:
            try:
                return client.ping()
            except driver.RedisError:
                return False


class BareMemcached(Bare):
    """memcached."""

    def words(self):
        """No password."""
        return [self.program.path, "-l", "127.0.0.1", "-p", self.port, "-U", "0"]

    def answers(self):
        """By a client."""
        from pymemcache.client.base import Client

        client = Client(("127.0.0.1", self.port))
        try:
            return client.stats()
        finally:
            client.close()


class BareVarnish(Bare):
    """varnishd, which compiles the same VCL."""

    def make(self):
        """Write what it reads."""
        for name, text in (("secret", "secret"), ("edge.vcl", varnish.NOTHING)):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o644)
        self.commands_port = free_port()

    def words(self):
        """The same parameters."""
        return [self.program.path, "-F", "-j", "none", "-n", self.folder / "work",
                "-a", f"127.0.0.1:{self.port}", "-T", f"127.0.0.1:{self.commands_port}",
                "-S", self.folder / "secret", "-f", self.folder / "edge.vcl",
                *(word for each in varnish.PARAMETERS for word in ("-p", each))]  # fmt: skip

    def answers(self):
        """By its command line."""
        return "running" in varnish_cli.ask(self.commands_port, "secret", "status")


class BareRabbitMQ(Bare):
    """Erlang with RabbitMQ in it, as a node that talks to no other."""

    def make(self):
        """No plugins, no name servers, no settings of the machine's own."""
        nothing = {"plugins": "[].", "rabbitmq.config": "[]."}
        for name, text in {**nothing, "inetrc": rabbitmq.NO_NAME_SERVER}.items():
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o644)

    def words(self):
        """The same words and surroundings."""
        surroundings = rabbitmq.surroundings(self.program, self.folder, self.port)
        variables = [f"{name}={value}" for name, value in surroundings.items()]
        return ["env", *variables, *rabbitmq.words(self.program)]

    def answers(self):
        """By a client."""
        import amqp

        with amqp.Connection(f"127.0.0.1:{self.port}"):
            return True


BARE = {
    "PostgreSQL": BarePostgreSQL, "Redis": BareRedis, "Memcached": BareMemcached, "Varnish": BareVarnish,
    "RabbitMQ": BareRabbitMQ,
}  # fmt: skip


@contextmanager
def folder_of(user):
    """A folder for the plain user."""
    folder = Path(tempfile.mkdtemp(prefix="labapp-bench-"))
    if user:
        os.chown(folder, user.uid, user.gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def by_hand(name):
    """The same with the programs alone."""
    user, spent = plain_user(), {}
    options = {"cwd": "/", "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options |= user.options if user else {}
    with folder_of(user) as folder:
        server = BARE[name](SERVICES[name], folder, options)
        spent["cold start"], _ = timed(lambda: (server.make(), server.start()))
        server.end(signal.SIGKILL)
        spent["restart after a kill"], _ = timed(server.start)
        ending = SERVICES[name].Server.ending
        spent["stop and remove"], _ = timed(lambda: (server.end(ending), shutil.rmtree(folder)))
    return spent


def compare(rounds):
    """Each service beside its programs by hand."""
    for name, service in SERVICES.items():
        found = service.find()
        if found is None:
            print(f"no {name} here. {service.HOW}")
            continue
        pairs = [(ours(service), by_hand(name)) for _ in range(rounds)]
        print(f"{name} {found.version}, {found.origin}; beside it, times its programs by hand")
        for step in pairs[0][0]:
            ratio = median(mine[step] / theirs[step] for mine, theirs in pairs)
            print(f"  {step:22}{median(mine[step] for mine, _ in pairs):>8.0f} ms{ratio:>8.2f} x")
