"""What recording adds to a query: CPU time as a ratio to the same query with nothing listening.

    .venv/bin/python -m bench.overhead            # about a minute
    .venv/bin/python -m bench.overhead --rounds 50

Every round runs each way to listen once, in a new order, in short batches; of many rounds the minimum counts,
since whatever else the machine does can only add.
"""

from __future__ import annotations

import argparse
import gc
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from pathlib import Path

FOLDER = tempfile.TemporaryDirectory(prefix="labapp-bench-")
USERS = 20


def configure() -> None:
    """A Django of its own with users and the toolbar, on an SQLite file."""
    import django
    from django.conf import settings

    name = str(Path(FOLDER.name) / "bench.sqlite3")
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": name}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "debug_toolbar"],
        STATIC_URL="static/",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    )
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    User.objects.bulk_create(User(username=f"user {i}") for i in range(USERS))


def subjects() -> dict[str, tuple[Callable[[], object], int]]:
    """name -> (work, queries in it)."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.template import Context, Engine

    page = "{% for key in keys %}{% with user=find %}{{ user.first }}{% endwith %}{% endfor %}"
    template = Engine().from_string(page)

    def orm():
        for key in range(1, USERS + 1):
            User.objects.get(pk=key)

    def raw():
        with connection.cursor() as cursor:
            for key in range(1, 10 * USERS + 1):
                cursor.execute("SELECT id FROM auth_user WHERE id = %s", [key % USERS])
                cursor.fetchone()

    def helpers(frames=20):
        return helpers(frames - 1) if frames else orm()

    def template_page():
        template.render(Context({"keys": range(USERS), "find": User.objects.filter(pk=1)}))

    return {
        "ORM get": (orm, USERS),
        "raw execute + fetchone": (raw, 10 * USERS),
        "ORM get, 20 calls deeper": (helpers, USERS),
        "ORM first, in a template": (template_page, USERS),
    }


@contextmanager
def nothing():
    """Django as it comes, without the probe's wrappers."""
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.template.base import Template

    wrapped = [(BaseDatabaseWrapper, "_prepare_cursor"), (Template, "render")]
    ours = [(owner, name, getattr(owner, name)) for owner, name in wrapped]
    for owner, name, method in ours:
        setattr(owner, name, method.__wrapped__)
    try:
        yield
    finally:
        for owner, name, method in ours:
            setattr(owner, name, method)


@contextmanager
def execute_wrapper():
    """The least that Django's own hook can do."""
    from django.db import connection

    seen = []

    def wrapper(execute, sql, params, many, context):
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            seen.append((sql, params, started, time.perf_counter()))

    with nothing(), connection.execute_wrapper(wrapper):
        yield


@contextmanager
def capture_queries_context():
    """Django's own recorder for tests."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with nothing(), CaptureQueriesContext(connection):
        yield
    connection.queries_log.clear()


def toolbar(stacks: bool):
    """django-debug-toolbar's SQL panel, with or without its stack traces."""

    @contextmanager
    def listening():
        from debug_toolbar import settings as toolbar_settings
        from debug_toolbar.panels.sql import SQLPanel
        from django.db import connection

        toolbar_settings.get_config()["ENABLE_STACKTRACES"] = stacks
        panel = SQLPanel(None, None)
        with nothing():
            panel.enable_instrumentation()
            try:
                yield
            finally:
                panel.disable_instrumentation()
                for name in ("cursor", "chunked_cursor", "_djdt_cursor", "_djdt_chunked_cursor"):
                    vars(connection).pop(name, None)

    return listening


def ways() -> dict[str, Callable]:
    """name -> context manager."""
    from labapp.probe import install, record

    install()
    return {
        "nothing": nothing,
        "probe installed, nobody listening": nullcontext,
        "execute_wrapper + tuple": execute_wrapper,
        "CaptureQueriesContext": capture_queries_context,
        "record(sites=False)": lambda: record(sites=False, eager=False),
        "record()": lambda: record(eager=False),
        "debug toolbar SQL panel": toolbar(stacks=True),
        "debug toolbar, no stacks": toolbar(stacks=False),
    }


def in_a_kernel(call: Callable[[], float], frames: int = 40) -> float:
    """Call it under as many frames as a notebook's cell has above it."""
    return in_a_kernel(call, frames - 1) if frames else call()


def timed(work: Callable[[], object], way: Callable) -> float:
    """CPU seconds of this thread for one batch, the making of the listener left out."""
    with way():
        work()  # caches, and a connection's first cursor
        started = time.thread_time()
        work()
        return time.thread_time() - started


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """subject -> way -> microseconds a query, the minimum of the rounds."""
    best: dict[str, dict[str, float]] = {name: {} for name in subjects()}
    order = list(ways().items())
    gc.disable()
    for _ in range(rounds):
        for subject, (work, queries) in subjects().items():
            random.shuffle(order)
            for name, way in order:
                spent = in_a_kernel(lambda: timed(work, way)) / queries * 1e6  # noqa: B023, called at once
                best[subject][name] = min(best[subject].get(name, spent), spent)
        gc.collect()
    gc.enable()
    return best


def table(best: dict[str, dict[str, float]]) -> str:
    """The ratios, and what one query costs without any listener."""
    names = list(best)
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for way in ways():
        cells = []
        for subject in names:
            bare, cost = best[subject]["nothing"], best[subject][way]
            cells.append(f"{bare:.1f} µs" if way == "nothing" else f"{cost / bare:.2f}x ({cost - bare:+.1f})")
        lines.append(f"| {way} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=150, help="rounds; the minimum of them counts")
    rounds = parser.parse_args().rounds
    configure()
    print(table(measure(rounds)))
    FOLDER.cleanup()


if __name__ == "__main__":
    main()
