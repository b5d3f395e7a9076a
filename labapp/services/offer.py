"""What can run on this machine, and how to get the rest."""

import importlib.metadata
from dataclasses import dataclass

from labapp.services import browser, executable, memcached, programs, rabbitmq, redis, varnish
from labapp.services.errors import ServiceError


@dataclass(frozen=True)
class Offer:
    """A service or a part of one: its version, or None where it is missing; where it is; how to get it."""

    name: str
    version: str | None
    where: str
    how: str


def offers():
    """An Offer for each service that the lab knows, and for each of its parts."""
    found, how = _found(programs)
    return [
        postgresql(found, how),
        *extensions(found),
        package("psycopg", "psycopg[binary]"),
        package("psycopg pool", "psycopg[pool]", "psycopg_pool"),
        program("Redis", redis),
        package("redis-py", "redis"),
        program("Memcached", memcached),
        package("pymemcache"),
        program("Varnish", varnish),
        program("RabbitMQ", rabbitmq),
        package("py-amqp", "amqp"),
        package("Celery", "celery[redis]"),
        package("django-tasks-db"),
        package("Pillow"),
        package("gunicorn"),
        package("Locust", "locust"),
        chromium(),
        package("Playwright", "playwright"),
    ]


def postgresql(found, how):
    """PostgreSQL's own programs."""
    if found is None:
        return Offer("PostgreSQL", None, "", how)
    return Offer("PostgreSQL", found.version, f"{found.origin}, {found.folder}", how)


def extensions(found):
    """The extensions that measure, as far as there is a PostgreSQL that could have them."""
    how = "It comes with the system's own PostgreSQL (Debian and Ubuntu: apt-get install postgresql)."
    for name in programs.EXTENSIONS if found else ():
        there = name in found.extensions
        yield Offer(name, found.version if there else None, "part of PostgreSQL" if there else "", how)


def program(name, service):
    """A server that is one program."""
    found, how = _found(service)
    if found is None:
        return Offer(name, None, "", how)
    return Offer(name, found.version, f"{found.origin}, {found.path}", how)


def chromium():
    """A browser that can be driven."""
    path = browser.find()
    version = path and executable.version(path, "--version")
    return Offer("Chromium", version, f"the machine's own, {path}" if version else "", browser.HOW)


def package(name, wanted=None, distribution=None):
    """A Python package; ``wanted`` is what to install, ``distribution`` the one that has the version."""
    wanted = wanted or name
    how = f"pip install '{wanted}'" if "[" in wanted else f"pip install {wanted}"
    try:
        version = importlib.metadata.version(distribution or wanted.split("[")[0])
    except importlib.metadata.PackageNotFoundError:
        return Offer(name, None, "", how)
    return Offer(name, version, "a Python package", how)


def _found(service):
    try:
        return service.find(), service.HOW
    except ServiceError as error:  # there is no user to run it
        return None, str(error)
