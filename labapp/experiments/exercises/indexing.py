"""An exercise whose answer is an index: judged by the plan, and by the work, on tables made for it."""

import re
import sqlite3
from contextlib import closing, contextmanager
from functools import cache

from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, connection
from django.db.models import Index

from labapp import databases, probe
from labapp.experiments import progress, seal
from labapp.experiments.checked import LIMIT, Hinted, changed_code, within
from labapp.experiments.databases import guarded
from labapp.experiments.exercise import SEEDS
from labapp.experiments.judging import UNEVEN
from labapp.experiments.question import named
from labapp.experiments.verdict import Verdict
from labapp.experiments.witness import Witness
from labapp.pinsta import seeding

SMALL, LARGE = 2_000, 20_000  # rows of the table that the query is tried on
SORT, REST = "USE TEMP B-TREE FOR ", ("LAST ", "RIGHT PART")
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows}) "


CREATE = re.compile(r"\s*CREATE\s+(UNIQUE\s+)?INDEX\b", re.IGNORECASE)
OWN = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?"


class BadIndex(ValueError):
    """An answer that is no index; its text is one sentence."""


class IndexExercise:
    """An index to find for ``query()``, a queryset of ``model``.

    ``fill`` is SQL that fills the table from ``numbers(n)``, 1 to the number of rows. An answer is right when
    the plan reads no table whole and sorts nothing, and the database's work does not grow with the table.
    """

    def __init__(self, name, model, query, *, fill, hints=()):
        self.name = name
        self._model, self._query, self._fill = model, query, fill
        self._hints = Hinted(hints)

    def __repr__(self):
        return f"<Exercise {self.name}: check(your_index), plan(), hint()>"

    def hint(self):
        """The next hint, one at a time; the last one stays."""
        return self._hints.next()

    def plan(self):
        """The plan of the query as the table is, without another index."""
        return within(LIMIT, lambda stop: self._measure(None, LARGE, stop)[0])

    def check(self, answer):
        """Make the index on tables of two sizes, ask for the plan, count the work. A Verdict."""
        verdict = Verdict(self.name)
        if changed := seal.replaced():
            verdict.say(False, changed_code(changed))
            return verdict
        try:
            index = the_one(answer)
            small, large = within(LIMIT, lambda stop: [self._measure(index, n, stop) for n in (SMALL, LARGE)])
        except (BadIndex, TimeoutError) as refusal:
            verdict.say(False, str(refusal) or f"It did not end within {LIMIT:g} seconds. Try again.")
        else:
            self._judge(verdict, *large, small[1])
        progress.note_try(self.name, verdict.passed)
        return verdict

    def _measure(self, index, rows, stop):
        """(plan, SQLite's steps) of the query on a table of so many rows with this index."""
        with table(self._model, self._fill, rows, index, stop) as witness:
            with witness.watching(), probe.record(spans=False, eager=False) as recording:
                list(self._query())
            return probe.explain(recording.queries[-1]), witness.steps

    def _judge(self, verdict, plan, steps, fewer):
        whole, sorts = plan.scans(), sorted_by(plan)
        verdict.say(not whole, f"It reads {whole[0]} whole." if whole else "No table is read whole.")
        verdict.say(not sorts, f"It sorts what it has found: {sorts[0]}." if sorts else "It need not sort.")
        flat = steps <= UNEVEN * fewer + 5
        verdict.say(
            flat, f"It works as hard with {LARGE:,} rows as with {SMALL:,}." if flat else _grows(steps, fewer)
        )
        if not verdict.passed:
            verdict.look = ["The plan:", *(node.text for _, node in plan.walk())]


def _grows(steps, fewer):
    return (
        f"SQLite takes {fewer * 100:,} steps with {SMALL:,} rows in the table and {steps * 100:,} with "
        f"{LARGE:,}: it passes many that are not wanted."
    )


def sorted_by(plan):
    """The steps of SQLite's plan that sort all rows (not: those that are equal so far)."""
    texts = [node.text for _, node in plan.walk() if node.text.startswith(SORT)]
    return [text for text in texts if not text.removeprefix(SORT).startswith(REST)]


def the_one(answer):
    """The Index or the SQL text that was answered; BadIndex says what is wrong with it."""
    given = list(answer) if isinstance(answer, list | tuple | set) else [answer]
    if not given or given[0] in (None, ..., "", "?"):
        raise BadIndex("There is no index yet: write yours in the cell above, then check again.")
    if len(given) > 1:
        raise BadIndex(f"These are {len(given)} indexes. Each costs at every write: one is enough here.")
    if not isinstance(given[0], Index | str):
        kind = type(given[0]).__name__
        raise BadIndex(f"An index is models.Index(…) or CREATE INDEX as text, and this is {kind}.")
    if isinstance(given[0], str) and not CREATE.match(given[0]):
        raise BadIndex("The text must be one CREATE INDEX … ON … (…).")
    return given[0]


@contextmanager
def table(model, fill, rows, index, stop, *, alone=False):
    """The alias "default" leads to a table with so many rows and this index; yields its Witness.

    Without ``alone`` Django's own indexes are there as well.
    """
    with closing(_copy(_filled(model, fill, rows, alone))) as source:
        witness = Witness(source, writes=True)
        with databases.database(witness.settings), guarded(stop):
            with probe.unrecorded():
                if index is not None:
                    _make(model, index)
                with connection.cursor() as cursor:
                    cursor.execute(f"ANALYZE {model._meta.db_table}")
            yield witness


def _make(model, index):
    """Make the index; BadIndex says what the database or Django says against it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(index if isinstance(index, str) else _statement(model, index))
    except (DatabaseError, FieldDoesNotExist, ValueError, sqlite3.Warning) as error:
        raise BadIndex(f"The index cannot be made: {error}.") from error


def _statement(model, index):
    index = index.clone()
    if not index.name:
        index.set_name_with_model(model)
    return str(index.create_sql(model, connection.schema_editor()))


@cache
def _filled(model, fill, rows, alone):
    """A connection to Pinsta's schema in memory, this one table filled; made once."""
    source = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(sqlite3.connect(f"{seeding.ensure('small', SEEDS[0]).as_uri()}?mode=ro", uri=True)) as file:
        file.backup(source)
    name = model._meta.db_table
    for (index,) in source.execute(OWN, [name]).fetchall() if alone else ():
        source.execute(f'DROP INDEX "{index}"')
    filled = fill.replace("SELECT", NUMBERS.format(rows=rows) + "SELECT", 1)
    source.executescript(f"BEGIN; DELETE FROM {name}; {filled}; COMMIT;")
    return source


def _copy(source):
    target = sqlite3.connect(":memory:", check_same_thread=False)
    source.backup(target)
    return target


def steps_with(model, fill, index, work, stop):
    """SQLite's steps for ``work()`` on a large table that has this index and no other."""
    with table(model, fill, LARGE, index, stop, alone=True) as witness:
        with witness.watching():
            work()
        return witness.steps * 100


def accept_least(answer, steps):
    """Whether the answer names the one of ``steps`` {name: number} with the fewest."""
    name = named(answer, steps)
    if name is None:
        return False, f"It is one of {', '.join(map(repr, steps))}, and {answer!r} is not."
    if name != min(steps, key=steps.get):
        return False, f"With {name!r} SQLite takes {steps[name]:,} steps, and with another it takes fewer."
    order = sorted(steps, key=steps.get)
    return True, f"Steps of SQLite, measured: {', '.join(f'{each!r} {steps[each]:,}' for each in order)}."
