"""How much traffic comes, in what manner, and how many there are to answer it."""

from contextlib import nullcontext

from labapp.experiments.parameters import Choice, Condition, Integer, Number

SCHEDULE, PATIENT = "on schedule", "after each answer"
DEFAULTS = {
    "users": 20, "think_time": 0.5, "arrival": SCHEDULE, "workers": 2, "threads": 1, "round_trip": 0.0,
    "task_workers": 2,
}


def users(default=20, high=100):
    """How many people use the site at the same time."""
    return _condition(Integer("users", default, help="users", low=1, high=high))


def think_time(default=0.5, high=5.0):
    """How long each of them thinks between two requests, on the average. In seconds."""
    return _condition(
        Number("think_time", default, help="think time", unit="s", low=0.05, high=high, step=0.05)
    )


def arrival(default=SCHEDULE):
    """Whether the next request is due whatever the site does, or only after it has answered."""
    return _condition(Choice("arrival", default, help="requests come", choices=(SCHEDULE, PATIENT)))


def workers(default=2, high=8):
    """gunicorn's worker processes."""
    return _condition(Integer("workers", default, help="workers", low=1, high=high))


def threads(default=1, high=8):
    """Threads in each of them."""
    return _condition(Integer("threads", default, help="threads each", low=1, high=high))


def _condition(parameter):
    """The method of traffic reads its value; there is nothing to enter."""
    return Condition(parameter, lambda value: nullcontext())
