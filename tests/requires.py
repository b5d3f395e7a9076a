"""The parts of the machine that some tests need, and what becomes of a test when one is missing.

``needs("chromium")`` in a test or a fixture returns where the part is, or skips the test by the part's name.
With ``CI=true`` it fails instead, and so does every other skip except one for a version ("needs Django 6.1").
"""

from __future__ import annotations

import glob
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from labapp.services import memcached, programs, rabbitmq, redis, varnish

VERSION_SKIPS = ("needs Django ", "needs Python ")


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome, or None. Playwright's own download is the last resort."""
    for name in ("chromium", "google-chrome", "google-chrome-stable"):
        path = shutil.which(name)
        # A snap cannot see the temporary folder of the tests.
        if path and not path.startswith("/snap/"):
            return path
    patterns = (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "~/.cache/ms-playwright/chromium-*/chrome-linux*/chrome",
        "~/Library/Caches/ms-playwright/chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
    )
    return newest(patterns)


def find_postgresql() -> str | None:
    """The folder of PostgreSQL's own programs (initdb, postgres), or None."""
    found = programs.find()
    return str(found.folder) if found else None


def find_counting() -> str | None:
    """The folder of a PostgreSQL that has pg_stat_statements to count with, or None."""
    found = programs.find()
    return str(found.folder) if found and "pg_stat_statements" in found.extensions else None


def finder(service) -> Callable[[], str | None]:
    """What gives the path of this service's program, or None."""

    def find() -> str | None:
        found = service.find()
        return str(found.path) if found else None

    return find


def newest(patterns: tuple[str, ...]) -> str | None:
    """The last path that matches, versions compared as numbers, or None."""
    paths = [path for pattern in patterns for path in glob.glob(os.path.expanduser(pattern))]
    return max(paths, key=lambda path: [int(number) for number in re.findall(r"\d+", path)], default=None)


@dataclass(frozen=True)
class Part:
    """A program that a test needs: how it is found, and the Debian package that brings it."""

    name: str
    find: Callable[[], str | None]
    package: str


PARTS = {part.name: part for part in (
    Part("postgresql", find_postgresql, "postgresql"),
    Part("pg_stat_statements", find_counting, "postgresql"),
    Part("redis", finder(redis), "redis-server"),
    Part("memcached", finder(memcached), "memcached"),
    Part("varnish", finder(varnish), "varnish"),
    Part("rabbitmq", finder(rabbitmq), "rabbitmq-server"),
    Part("chromium", find_chromium, "chromium"),
)}


def missing() -> list[Part]:
    """The parts that this machine does not have."""
    return [part for part in PARTS.values() if part.find() is None]


def in_ci() -> bool:
    """Whether nothing may be skipped."""
    return os.environ.get("CI", "").lower() == "true"


def needs(name: str) -> str:
    """Where the part is; without it the test (or module) is skipped by its name, and fails with CI=true."""
    import pytest

    part = PARTS[name]
    if (path := part.find()) is not None:
        return path
    reason = f"{name} is missing (Debian and Ubuntu: apt-get install {part.package})"
    if in_ci():
        pytest.fail(f"{reason}, and with CI=true nothing is skipped", pytrace=False)
    pytest.skip(reason, allow_module_level=True)


def refuse_skip(report):
    """With CI=true, the report of a skip becomes one of a failure, unless a version is the reason."""
    if not (report.skipped and in_ci()) or hasattr(report, "wasxfail"):
        return report
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(VERSION_SKIPS):
        report.outcome = "failed"
        report.longrepr = f"skipped ({reason}), and with CI=true nothing is skipped"
    return report
