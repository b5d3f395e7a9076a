"""What a write costs beside a read, and what decides it: whether the commit waits for the disk (talk 3.1).

The talk said ten times as much. ``writes_elsewhere`` has what was measured on another machine.
"""

from django.db import connection
from django.db.transaction import atomic

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.parameters import Integer
from labapp.experiments.perceived.write_cost_commit import commit_ms
from labapp.experiments.perceived.write_cost_disk import durability_and_disk
from labapp.experiments.perceived.write_cost_rows import (
    INSERT,
    MOST,
    NEW,
    SELECT,
    UPDATE,
    absent,
    found,
    incoming,
    keys,
    now,
    other_texts,
    texts,
    there,
)
from labapp.pinsta.models import Comment
from labapp.reference import reference

writes_elsewhere = reference("write_cost")

FACTOR = "write : read"
TALK = 10  # "writes are ten times as expensive as reads"
READ = {
    "update()": "get()", "atomic update()": "get()", "create()": "get()",
    "UPDATE": "SELECT", "atomic UPDATE": "SELECT", "INSERT": "SELECT",
}  # fmt: skip


def said_in_the_talk(recording, value, **_):
    """The talk's factor, for what writes."""
    return TALK if value is None else None


def as_in_the_talk(growth):
    """For ``predict=``: the talk's factor, whatever changes."""
    growth.predicts = FACTOR
    return {"update()": [TALK] * len(growth.values)}


write_cost = Experiment(
    "write_cost", question="What does a write cost beside a read?", claims=["3.1"],
    parameters=[Integer("rows", 10, low=1, high=MOST, help="rows read or written")],
    conditions=[database(writes=True), durability_and_disk(), round_trip()],
    outcome=found, predict=as_in_the_talk,
    figures=[
        Figure(
            FACTOR, against=READ,
            help="A write's time by that of the read which goes the same way: get() for the ORM, SELECT at "
            "the driver. In pairs of rounds, with the 95 % interval.",
        ),
        Figure("the talk", "in 2012", "What the talk said the factor is.", of=said_in_the_talk),
        Figure(
            "a COMMIT", "ms", "What one COMMIT of rows that were updated takes, whose part a write without "
            "atomic() hides in its statement: the median of nine, after the recorded call.", of=commit_ms,
        ),
    ],
    includes=[
        "Times are of reading or writing the rows one by one, commits included; the rows are in memory, so "
        "that no read waits for the disk.",
        "Before each call, untimed, the rows that it changes get other texts: every write is a real one.",
        "Compared are the texts that a read returns with those that a write leaves in the database.",
    ],
)


@write_cost.variant(baseline=True, name="get()", around=there)
def get(rows):
    """A read, through the ORM."""
    return [Comment.objects.get(pk=pk).text for pk in keys(rows)]


@write_cost.variant(name="update()", around=other_texts)
def update(rows):
    """Writes; each of them commits."""
    for pk, text in zip(keys(rows), texts(rows), strict=True):
        Comment.objects.filter(pk=pk).update(text=text)


@write_cost.variant(name="atomic update()", around=other_texts)
def update_together(rows):
    """The same writes, one commit for all."""
    with atomic():
        for pk, text in zip(keys(rows), texts(rows), strict=True):
            Comment.objects.filter(pk=pk).update(text=text)


@write_cost.variant(name="create()", around=absent)
def create(rows):
    """New rows; each one commits."""
    for photo, author, text in incoming(rows):
        Comment.objects.create(photo_id=photo, author_id=author, text=text, created=NEW)


@write_cost.variant(name="SELECT", around=there)
def select(rows):
    """A read, at the driver."""
    said = []
    with connection.cursor() as cursor:
        for pk in keys(rows):
            cursor.execute(SELECT, [pk])
            said.append(cursor.fetchone()[4])
    return said


@write_cost.variant(name="UPDATE", around=other_texts)
def update_by_hand(rows):
    """Writes; each of them commits."""
    with connection.cursor() as cursor:
        for pk, text in zip(keys(rows), texts(rows), strict=True):
            cursor.execute(UPDATE, [text, pk])


@write_cost.variant(name="atomic UPDATE", around=other_texts)
def update_by_hand_together(rows):
    """The same writes, one commit for all."""
    with atomic(), connection.cursor() as cursor:
        for pk, text in zip(keys(rows), texts(rows), strict=True):
            cursor.execute(UPDATE, [text, pk])


@write_cost.variant(name="INSERT", around=absent)
def insert(rows):
    """New rows; each one commits."""
    with connection.cursor() as cursor:
        for photo, author, text in incoming(rows):
            cursor.execute(INSERT, [photo, author, text, now()])
