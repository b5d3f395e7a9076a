"""Two or three pieces of code in every order: each cache call and each statement is a step.

Whether a cache goes stale depends on who comes first, and under load that is luck. Here nothing is: the
pieces run as threads, one at a time, each as far as its next step, in an order that is given beforehand.
All orders are run one after the other, so that "it never happens" is something one can count.

    def scenario():
        cache.clear()
        Caption.objects.filter(pk=1).update(version=0)
        return {"reader": lambda: read(1), "writer": lambda: save(1)}

    stale = [run for run in interleavings(scenario) if read_after(run) == 0]

What lies between two steps is code of one thread alone. Locks and queues between the pieces are not known
here: a piece that waits for another without a step is said to be stuck.
"""

from dataclasses import dataclass
from itertools import takewhile

from labapp.experiments.interleaving_actors import Cast, Stuck

__all__ = ["Run", "Step", "Stuck", "TooManyOrders", "interleavings", "replay"]

LONGEST = 500  # steps of one run, after which it is said never to end
LOOP = 3  # steps of a loop, at most, that is seen to poll


class TooManyOrders(RuntimeError):
    """There are more orders than were allowed; the text says what to do."""


@dataclass(frozen=True)
class Step:
    """A cache call or a statement: ``who`` made it and ``what`` it was."""

    who: str
    what: str

    def __str__(self):
        return f"{self.who}: {self.what}"


@dataclass(frozen=True)
class Run:
    """One order. ``values`` and ``errors`` are what each piece returned or raised, by name."""

    steps: tuple
    values: dict
    errors: dict

    @property
    def order(self):
        """The names in the order of their steps: what ``replay()`` takes."""
        return tuple(step.who for step in self.steps)

    def follows(self, later, earlier):
        """Whether the first step of one piece came after the last step of another."""
        order = self.order
        if later not in order or earlier not in order:
            return False
        return order.index(later) > len(order) - 1 - order[::-1].index(earlier)

    def __str__(self):
        return "\n".join(map(str, self.steps))


def interleavings(scenario, *, most=10_000, switches=None):
    """Run every order once, and yield the Run of each.

    ``scenario()`` puts everything back and gives {name: function without arguments}; it is called before
    each order, and its own steps are none. What a run has left in the database and the cache is to be looked
    at before the next one is asked for. ``switches`` bounds how often a piece is left that could have gone
    on; without it all orders are run, and TooManyOrders is raised when they are more than ``most``.

    A piece that comes to another's lock in SQLite goes on once that is free; where each waits for another,
    the first of them gets the database's error. PostgreSQL's row locks are not known here: Stuck.
    """
    with Cast() as cast:
        waiting, done = [()], 0
        while waiting:
            given = waiting.pop()
            played = _play(cast, scenario(), given)
            if played is None:
                continue  # a piece had to wait for a lock just there: the same as another order
            run, choices = played
            waiting += _others(run.order, choices, len(given), switches)
            done += 1
            if done > most:
                raise TooManyOrders(
                    f"There are more than {most:,} orders of {len(run.steps)} steps: take fewer steps, allow "
                    "more with most=, or bound the switches, switches=2."
                )
            yield run


def replay(scenario, order):
    """Run one order, the names in the order of their steps; where it ends, each goes on to its own end.

    ValueError when the pieces cannot run in this order.
    """
    with Cast() as cast:
        played = _play(cast, scenario(), tuple(order))
    if played is None:
        raise ValueError(f"The pieces cannot run in the order {' '.join(order)}: one has ended or waits.")
    return played[0]


def _others(order, choices, given, switches):
    """The beginnings of orders that part from this one after what was given, the last to be run first."""
    found, left = [], 0
    for at, could in enumerate(choices):
        before = order[at - 1] if at else None
        for name in could if at >= given else ():
            wanted = left + (before in could and name != before)
            if name != order[at] and (switches is None or wanted <= switches):
                found.append((*order[:at], name))
        left += before in could and order[at] != before
    return found


def _play(cast, functions, given):
    """One run and, for each of its steps, who could have made it; None when that order is none."""
    cast.begin(functions)
    steps, choices, waits, change = [], [], set(), 0
    while ready := cast.ready():
        could = [name for name in ready if name not in waits and not _spins(name, cast, steps, change)]
        could = could or [name for name in ready if name not in waits]
        if not could:
            waits.clear()
            cast.refuse(ready[0])  # each waits for another: the database's own error is what happens
            continue
        at = len(steps)
        name = given[at] if at < len(given) else _next(could, steps)
        what = cast.what(name) if name in ready else ""
        if name not in could or not cast.go(name):
            if at < len(given):
                return cast.abandon()
            waits.add(name)
            continue
        steps.append(Step(name, what))
        choices.append(could)
        waits.clear()
        change = len(steps) if cast.changed(name) else change
        if len(steps) > LONGEST:
            cast.abandon()
            raise Stuck(f"After {LONGEST} steps it has not ended; the last one was {steps[-1]}.")
    if len(steps) < len(given):
        return None
    return Run(tuple(steps), *cast.outcome()), choices


def _next(could, steps):
    """Who goes on where nothing is given: the same, as long as it can."""
    return steps[-1].who if steps and steps[-1].who in could else could[0]


def _spins(name, cast, steps, change):
    """Whether it is about to do once more what it has just done, and nothing has happened since: it polls.

    Nothing: no step of another at all, or none since step number ``change`` that changed anything.
    """
    alone = [step.what for step in takewhile(lambda step: step.who == name, reversed(steps))]
    looking = [step.what for step in reversed(steps[change:]) if step.who == name]
    return any(map(_repeats, ([cast.what(name), *alone], [cast.what(name), *looking])))


def _repeats(tail):
    return any(tail[:turn] == tail[turn : 2 * turn] for turn in range(1, min(LOOP, len(tail) // 2) + 1))
