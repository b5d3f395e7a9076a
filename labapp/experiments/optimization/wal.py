"""What PostgreSQL writes to its log (WAL): a figure beside the times of an experiment that writes.

The log is the server's, not a connection's; the lab's server has nobody else on it but autovacuum, which is
kept away meanwhile (`undisturbed`). The first change of a page after a checkpoint writes that page whole, up
to 8 kB: so an experiment rehearses its write when there has been one (`rehearsed`). The pages that were
written whole all the same are shown beside.
"""

import time
from contextlib import contextmanager

from django.db import connection

from labapp.experiments.figures import Figure
from labapp.experiments.optimization.sql import run, value
from labapp.services import postgresql

PATIENCE = 2.0  # seconds that a worker of autovacuum has to finish
WORKERS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
SING = "UPDATE canary SET sung = sung + 1"
_seen = {}


@contextmanager
def undisturbed():
    """A block in which PostgreSQL's autovacuum does not work, and so does not write to the log."""
    if connection.vendor != "postgresql":
        yield
        return
    server = postgresql.server()
    with server.admin() as admin:
        _reload(admin, "ALTER SYSTEM SET autovacuum = off")
        until = time.monotonic() + PATIENCE
        while admin.execute(WORKERS).fetchone()[0] and time.monotonic() < until:
            time.sleep(0.01)
    try:
        yield
    finally:
        if server.alive:
            with server.admin() as admin:
                _reload(admin, "ALTER SYSTEM RESET autovacuum")


def _reload(admin, order):
    admin.execute(order)
    admin.execute("SELECT pg_reload_conf()")


def rehearsed(what, rehearse):
    """
    Before a call: see to it that the pages it will change have been changed since the last checkpoint.

    ``rehearse()`` changes them and puts everything back; it is called when pages have been written whole
    since it was called for the same ``what``. That a checkpoint has been shows in a page of its own, the
    canary's, which is changed here each time.
    """
    if connection.vendor != "postgresql":
        return
    key = str(connection.settings_dict["NAME"]), what
    if key not in _seen:
        run("CREATE TABLE IF NOT EXISTS canary AS SELECT 0 AS sung")
    run(SING)
    if _seen.get(key) != whole_pages():
        rehearse()
        _seen[key] = whole_pages()


def written():
    """The end of the log, in bytes from its beginning; None on another database."""
    if connection.vendor != "postgresql":
        return None
    return int(value("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"))


def whole_pages():
    """Pages that were written whole so far; None on another database and before PostgreSQL 15."""
    if connection.vendor != "postgresql" or connection.pg_version < 150000:
        return None
    value("SELECT pg_stat_force_next_flush()")  # a session's counts are shared once a second otherwise
    return int(value("SELECT wal_fpi FROM pg_stat_wal"))


def wal_figures():
    """The two columns."""
    return [
        Figure(
            "WAL", "bytes", read=written,
            help="Written to PostgreSQL's log by the call and its commit: of a row that stays in its page"
            " only what differs, of a long text all, each time that it is sent.",
        ),
        Figure(
            "whole pages", help="Pages written whole in that log, as after a checkpoint; 0 is undisturbed.",
            read=whole_pages,
        ),
    ]
