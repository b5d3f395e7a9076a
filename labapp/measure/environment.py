"""Where a figure was measured: without it, it cannot be compared with another."""

import os
import platform
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path


def environment(using: str = "default") -> dict:
    """machine, cores, python, django, database (of this alias), labapp, date (UTC); all text but cores.

    No host name and no path. Asking a database server for its version may open its connection; no recording
    sees it.
    """
    return {
        "machine": machine(),
        "cores": cores(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "django": _version_of("Django"),
        "database": database(using),
        "labapp": _version_of("django-scale-lab"),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def cores() -> int:
    """The processors that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


@lru_cache(maxsize=1)
def machine() -> str:
    """System and processor: "Linux 6.1.0 x86_64, AMD EPYC 7763"."""
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    processor = _processor()
    return f"{system}, {processor}" if processor else system


def database(using: str = "default") -> str:
    """ "SQLite 3.40.1", "PostgreSQL 15.3"; says so when there is none or it does not answer."""
    try:
        from django.conf import settings
        from django.db import connections
    except ImportError:
        return "none"
    if not settings.configured:
        return "none"
    connection = connections[using]
    if connection.vendor == "sqlite":
        import sqlite3

        return f"SQLite {sqlite3.sqlite_version}"
    return f"{connection.display_name} {_server_version(connection)}"


def _server_version(connection) -> str:
    from django.db import Error

    from labapp.probe import unrecorded

    try:
        with unrecorded():
            return ".".join(map(str, connection.get_database_version()))
    except Error:
        return "(does not answer)"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("model name")]
    return names[0] if names else platform.processor()


def _version_of(distribution: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        if distribution == "django-scale-lab":
            import labapp

            return getattr(labapp, "__version__", "not installed")
        return "not installed"
