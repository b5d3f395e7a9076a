"""Tables as large as wanted: the seeded rows again and again, under new keys, in a scratch database.

A table that has been prepared has its primary key and no other index, so that an experiment adds those it
asks about. The copies of a row share its date; keys follow the dates, as in a table that grew by itself.
"""

from django.core.management.color import no_style
from django.db import connection

_states = {}


def prepare(model):
    """Keep the seeded rows aside, and take from the table its indexes and its foreign keys' checks."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {_aside(model)} AS SELECT * FROM {table}")
        for name, parts in connection.introspection.get_constraints(cursor, table).items():
            if parts["index"] and not parts["primary_key"] and not parts["unique"]:
                cursor.execute(f'DROP INDEX "{name}"')
            elif parts["foreign_key"] and connection.vendor == "postgresql":
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def resize(model, rows, indexes=()):
    """Make the table hold so many rows, the newest seeded ones first, and these indexes; then analyze it.

    Does nothing where it is so already.
    """

    def build():
        refill(model, rows, indexes)
        analyze(model)

    bring(model, (rows, *(index.name for index in indexes)), build)


def bring(model, state, build):
    """Run ``build()`` unless the table is in this state, which is any value that can be compared."""
    key = str(connection.settings_dict["NAME"]), model._meta.db_table
    if _states.get(key) != state:
        _states.pop(key, None)
        build()
        _states[key] = state


def refill(model, rows, indexes=()):
    """Empty the table and fill it anew with so many rows; these indexes are built last."""
    for index in indexes:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP INDEX IF EXISTS "{index.name}"')
    _fill(model, rows)
    for index in indexes:
        with connection.schema_editor() as editor:
            editor.add_index(model, index)


def _fill(model, rows):
    table, seeds = model._meta.db_table, _aside(model)
    names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{name}"' for name in names)
    # On SQLite a table is emptied row by row as long as foreign keys are checked.
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        flush = connection.ops.sql_flush(no_style(), [table], allow_cascade=True)
        connection.ops.execute_sql_flush(flush)
        cursor.execute(f"SELECT max(id) FROM {seeds}")
        seeded = cursor.fetchone()[0]
        cursor.execute(FILL.format(table=table, seeds=seeds, columns=columns), {
            "copies": (rows - 1) // seeded, "seeded": seeded, "rows": rows,
        })


FILL = """
    INSERT INTO {table} (id, {columns})
    WITH RECURSIVE copies (copy) AS (SELECT 0 UNION ALL SELECT copy + 1 FROM copies WHERE copy < %(copies)s)
    SELECT row_number() OVER (ORDER BY created, id, copy), {columns} FROM {seeds} CROSS JOIN copies
    WHERE %(seeded)s - id + copy * %(seeded)s < %(rows)s
    ORDER BY 1
"""


def analyze(model):
    """Statistics for the planner; on PostgreSQL also what an index-only scan needs to know of the pages."""
    command = "VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE"
    with connection.cursor() as cursor:
        cursor.execute(f"{command} {model._meta.db_table}")


def _aside(model):
    return f"seeded_{model._meta.model_name}"
