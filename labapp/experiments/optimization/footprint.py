"""What the database can tell besides its answer: how large an index is, and how many pages a query read."""

import json

from django.db import DatabaseError, connection, transaction

from labapp.experiments.figures import Figure

SIZES = {
    "postgresql": """
        SELECT coalesce(sum(pg_relation_size(indexrelid)), 0) FROM pg_index
        WHERE indrelid = %s::regclass AND NOT indisprimary
    """,
    "sqlite": """
        SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name IN (
            SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %s
        ) OR name GLOB 'fts_*'
    """,
}


def index_size(model):
    """The Figure of the size of a table's indexes, the primary key aside."""
    return Figure(
        "indexes", "KiB", "Size of the table's indexes after the call, the primary key's aside.",
        of=lambda recording, value, **_: _index_kib(model._meta.db_table),
    )


def _index_kib(table):
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            cursor.execute(SIZES[connection.vendor], [table])
        except DatabaseError:
            if connection.vendor != "sqlite":
                raise
            return None  # this SQLite was built without dbstat
        return float(cursor.fetchone()[0]) / 1024


def pages_read():
    """The Figure of the pages that a variant's queries read: PostgreSQL counts them, SQLite does not tell."""
    return Figure(
        "pages", "", "Pages of 8 KiB that PostgreSQL read for it, counted in one more run of the same query.",
        of=lambda recording, value, **_: _pages(recording),
    )


def _pages(recording):
    if connection.vendor != "postgresql" or any(query.kind == "fetch" for query in recording.queries):
        return None  # of a cursor, nobody knows how much of its query was run
    queries = [query for query in recording.queries if query.kind == "select"]
    return float(sum(_shared(query) for query in queries))


def _shared(query):
    """Shared buffers of one statement, found in memory or read into it."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {query.sql}", query.params)
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
