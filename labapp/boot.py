"""Starts Pinsta inside this process, on a seeded database of its own."""

import asyncio
import os
import platform
import sqlite3
import sys
import time
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from types import ModuleType

SETTINGS = "labapp.settings"
_running = None


class BootError(Exception):
    """Pinsta cannot be started here; the message is one sentence for people."""


@dataclass(eq=False)
class Lab:
    """
    What is running, measured: shows itself as one line, in a notebook with the notes below it.

    `rows` is the number of seeded rows, `overhead` what recording adds to a query in µs, `seconds` how long
    booting took; `path` is this process's own copy of the database; `notes` are sentences worth knowing.
    """

    scale: str
    seed: int
    path: Path
    rows: int
    overhead: float
    seconds: float
    notes: list[str] = field(default_factory=list)

    def __repr__(self):
        return " · ".join(self._facts())

    def _repr_html_(self):
        notes = "".join(f"<br><small>{escape(note)}</small>" for note in self.notes)
        return f"<div>{escape(repr(self))}{notes}</div>"

    def _facts(self):
        import django

        return (
            f"Pinsta on {self.database}",
            f"Django {django.get_version()}",
            f"Python {platform.python_version()}",
            f"the recorder costs {self.overhead:.1f} µs a query (measured now)",
            f"ready in {self.seconds:.2f} s",
        )

    @property
    def database(self):
        """The database in a few words."""
        return f"SQLite {sqlite3.sqlite_version}, {self.rows:,} rows, your own copy"


def boot(scale="workshop", seed=1, quiet=False):
    """
    Start Django with Pinsta on a database of your own; returns the Lab that is now running.

    scale: "small" (3,000 rows), "workshop" (50,000) or "large" (1,000,000); seed: another number, other data.
    The data is made once and kept; every boot gets a fresh copy, which goes when the process ends. Booting
    again with the same scale and seed changes nothing, with others it gives a new copy. Models can be used in
    cells, threads and panels at once. Raises BootError, in one sentence, when that is not possible here.
    """
    global _running
    started = time.perf_counter()
    say = (lambda sentence: None) if quiet else print
    notes = []
    _configure(notes)
    if _running and (_running.scale, _running.seed) == (scale, seed):
        say(f"Already running: {scale}, seed {seed}. What you changed in it is still there.")
        return _running
    path = _open(scale, seed, quiet, say, notes)

    from labapp import panel, probe
    from labapp.pinsta import seeding

    probe.install()
    overhead = probe.overhead()
    _running = Lab(scale, seed, path, seeding.rows(path), overhead, time.perf_counter() - started, notes)
    panel.attach(_running.database)
    return _running


def _configure(notes):
    """Set Django up with our settings, unless it is; refuse to move into another project."""
    import django
    from django.apps import apps
    from django.conf import settings

    if not settings.configured:
        other = os.environ.get("DJANGO_SETTINGS_MODULE", SETTINGS)
        if other != SETTINGS:
            notes.append(f"DJANGO_SETTINGS_MODULE was {other}; in this process it is {SETTINGS} now.")
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    elif "labapp.pinsta" not in settings.INSTALLED_APPS:
        name = getattr(settings, "SETTINGS_MODULE", None) or "settings.configure()"
        raise BootError(
            f"This process runs another Django project already ({name}): use labapp.record() on it, "
            "or boot() in a kernel of its own."
        )
    if not apps.ready:
        django.setup()
    if _in_event_loop() and not os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE"):
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        notes.append(
            "DJANGO_ALLOW_ASYNC_UNSAFE is set: cells run in an event loop, where Django refuses queries."
        )


def _in_event_loop():
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _open(scale, seed, quiet, say, notes):
    """Point "default" at a fresh copy of the data in every thread; returns its path."""
    from django.conf import settings

    from labapp import databases
    from labapp.copies import private_copy
    from labapp.pinsta.seeding import SeedingError
    from labapp.pinsta.seeding.progress import Bar

    def tell(sentence):
        notes.append(sentence)
        say(sentence)

    try:
        with Bar(quiet) as progress:
            path = private_copy(scale, seed, progress, tell)
    except (ValueError, SeedingError) as error:
        raise BootError(str(error)) from None
    except OSError as error:
        raise BootError(f"There is no place for a copy of the data: {error}.") from error
    settings.DATABASES["default"]["NAME"] = path
    databases.use(path)
    return path


class _Module(ModuleType):
    """`labapp.boot` is a function to those who boot and this module to those who import from it: be both."""

    def __call__(self, *args, **kwargs):
        return boot(*args, **kwargs)


sys.modules[__name__].__class__ = _Module
