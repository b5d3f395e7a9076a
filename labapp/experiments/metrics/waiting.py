"""Every query blocks: network, database, network (talk 4.2)."""

from labapp.experiments.conditions import round_trip as way
from labapp.experiments.databases import database
from labapp.experiments.experiment import Experiment
from labapp.experiments.parameters import Integer
from labapp.pinsta.models import Photo


def multiplied(growth):
    """What multiplying predicts along the round trip, in ms for each value.

    The latency of the first value, and from there on each query costs what the round trip has grown by.
    """
    if growth.parameter != "round_trip":
        return {}
    first = growth.results[0]
    return {
        each.variant: [
            each.median_ms + each.queries * (value - growth.values[0]) for value in growth.values
        ]
        for each in first.measurements
        if each.median_ms is not None
    }


round_trip = Experiment(
    "round_trip", question="How long does the page wait for the network?", claims=["4.2"],
    parameters=[Integer("photos", 30, low=1, high=100, help="photos looked up")],
    conditions=[database(), way(default=1.0)],
    predict=multiplied,
)


@round_trip.variant(baseline=True, name="one by one")
def one_by_one(photos):
    """A query for each photo."""
    return [Photo.objects.get(pk=pk).caption for pk in range(1, photos + 1)]


@round_trip.variant(name="ten at a time")
def ten_at_a_time(photos):
    """A query for each ten photos."""
    captions = []
    for first in range(1, photos + 1, 10):
        wanted = range(first, min(first + 10, photos + 1))
        found = Photo.objects.in_bulk(wanted)
        captions += [found[pk].caption for pk in wanted]
    return captions


@round_trip.variant(name="all at once")
def all_at_once(photos):
    """One query for all of them."""
    wanted = range(1, photos + 1)
    found = Photo.objects.in_bulk(wanted)
    return [found[pk].caption for pk in wanted]
