"""What can run on this machine, and how to get the rest."""

import importlib.metadata
from dataclasses import dataclass

from labapp.services import programs
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
    try:
        found, how = programs.find(), programs.HOW
    except ServiceError as error:
        found, how = None, str(error)
    return [postgresql(found, how), *extensions(found), driver(), pool()]


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


def driver():
    """Python's driver."""
    return _package("psycopg", "psycopg", "pip install 'psycopg[binary]'")


def pool():
    """The pool that Django can keep its connections in."""
    return _package("psycopg pool", "psycopg_pool", "pip install 'psycopg[pool]'")


def _package(name, distribution, how):
    try:
        return Offer(name, importlib.metadata.version(distribution), "a Python package", how)
    except importlib.metadata.PackageNotFoundError:
        return Offer(name, None, "", how)
