"""Three ways to ask "are there any", by how many there are (talk 4.1)."""

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Like

exists_count_len = Experiment(
    "exists_count_len", question="Are there any? What does it cost to ask?", claims=["4.1"],
    parameters=[Integer("rows", 1000, low=0, high=10_000, step=100, help="rows that match")],
    conditions=[database(), round_trip()],
)


def matching(rows):
    """A queryset with so many rows, in no order."""
    return Like.objects.filter(pk__lte=rows)


@exists_count_len.variant(baseline=True, name="len()")
def by_len(rows):
    """Fetch every row, make a model of each, count them in Python."""
    return len(matching(rows)) > 0


@exists_count_len.variant(name="if queryset")
def by_truth(rows):
    """The same fetch, hidden in an if."""
    return bool(matching(rows))


@exists_count_len.variant(name=".count()")
def by_count(rows):
    """The database counts all of them."""
    return matching(rows).count() > 0


@exists_count_len.variant(name=".exists()")
def by_exists(rows):
    """The database stops at the first."""
    return matching(rows).exists()
