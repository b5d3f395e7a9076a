"""Making model instances, and nothing else: no database, no rows (talk 5.2).

The talk said about 40,000 a second. ``instances_history`` has what old and new Djangos make, measured
elsewhere.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from labapp.experiments.conditions import garbage
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Photo
from labapp.reference import reference

instances_history = reference("instances")

NAMES = tuple(field.attname for field in Photo._meta.concrete_fields)
FIELDS = {
    "id": 1, "author_id": 1, "board_id": 1, "caption": "Dawn over the harbour", "image": "photos/1.jpg",
    "width": 1600, "height": 1200, "created": datetime(2012, 7, 19, tzinfo=UTC),
}
VALUES = tuple(FIELDS[name] for name in NAMES)


@dataclass(slots=True)
class PlainPhoto:
    """The same attributes without a model."""

    id: int
    author_id: int
    board_id: int
    caption: str
    image: str
    width: int
    height: int
    created: datetime


def contents(photos, **_):
    """What is compared: the fields of each."""
    return [tuple(getattr(photo, name) for name in NAMES) for photo in photos]


instantiation = Experiment(
    "instantiation", question="How many model instances can be made in a second?", claims=["5.2"],
    parameters=[Integer("instances", 1000, low=1, high=10_000, step=100, help="instances made")],
    conditions=[garbage()],
    outcome=contents,
    rate=("instances", lambda instances, **_: instances),
    memory=True,
    includes=[
        f"Times are of making instances of {len(NAMES)} fields and a list of them; no database takes part.",
    ],
)


@instantiation.variant(baseline=True)
def positional(instances):
    """Model(*values): as Django makes them of rows."""
    return [Photo(*VALUES) for _ in range(instances)]


@instantiation.variant
def keyword(instances):
    """Model(**values): as your code makes them."""
    return [Photo(**FIELDS) for _ in range(instances)]


@instantiation.variant(name="from_db()")
def from_db(instances):
    """What a queryset calls for each row: positional, and it notes the database."""
    return [Photo.from_db("default", NAMES, VALUES) for _ in range(instances)]


@instantiation.variant(name="dataclass")
def plain(instances):
    """Python's own, no model: what Django adds is the difference."""
    return [PlainPhoto(*VALUES) for _ in range(instances)]
