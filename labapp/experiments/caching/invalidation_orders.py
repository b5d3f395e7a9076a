"""Stale answers in every order: for judging a read() and a save() without any luck.

One order is enough to show that an invalidation is wrong, and only all of them show that it is right. The
reader and the writer meet with an empty cache, and with one that has the entry already; when both have ended,
it is read once more.
"""

from dataclasses import dataclass, field
from itertools import count

from django.core.cache import caches

from labapp import probe
from labapp.experiments.interleaving import interleavings

AFTERWARDS = "afterwards"


@dataclass(frozen=True)
class StaleOrder:
    """An order in which ``who`` was shown something else than the ``truth``.

    ``who`` has asked when the change was saved already; "afterwards" is whoever reads when all have ended.
    """

    run: object
    warm: bool
    who: str
    shown: object
    truth: object

    def __str__(self):
        start = "The entry is in the cache." if self.warm else "The cache is empty."
        steps = "\n".join(f"  {step}" for step in self.run.steps)
        return f"{start}\n{steps}\n  {self.who}: is shown {self.shown!r}, and it is {self.truth!r}"


@dataclass
class Orders:
    """What came of all orders: how many there were, those that were stale, and those that raised."""

    count: int = 0
    stale: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    complete: bool = True

    @property
    def never_stale(self):
        """Whether no order has shown anything old, and none has failed."""
        return not self.stale and not self.failed

    @property
    def shortest(self):
        """The StaleOrder with the fewest steps: the one to show; None where there is none."""
        return min(self.stale, key=lambda each: len(each.run.steps), default=None)


def every_order(read, saves, truth, begin, *, readers=1, switches=None, most=10_000, enough=None):
    """Run ``readers`` who read() once and each of the functions ``saves`` in every order. The Orders.

    ``begin()`` puts the database back before each order; the caches are emptied. ``truth()`` is what read()
    should return when all is saved. ``switches`` and ``most`` are those of ``interleavings()``. Where
    ``enough()`` says so, no more of them are run; then the Orders are not ``complete``.
    """
    found = Orders()
    pieces = {f"reader {n}" if readers > 1 else "reader": read for n in range(1, readers + 1)}
    names = ("writer",) if len(saves) == 1 else (f"writer {n}" for n in count(1))
    writers = dict(zip(names, saves, strict=False))
    for warm in (False, True):
        scenario = _scenario({**pieces, **writers}, begin, read if warm else None)
        for run in interleavings(scenario, switches=switches, most=most):
            if enough is not None and enough():
                found.complete = False
                break
            found.count += 1
            if run.errors:
                found.failed.append(run)
                continue
            with probe.unrecorded():
                late = [name for name in pieces if all(run.follows(name, each) for each in writers)]
                shown = {**{name: run.values[name] for name in late}, AFTERWARDS: read()}
                right = truth()
            old = [name for name in shown if shown[name] != right]
            found.stale += [StaleOrder(run, warm, name, shown[name], right) for name in old[:1]]
    return found


def _scenario(pieces, begin, first):
    def scenario():
        with probe.unrecorded():
            begin()
            for alias in caches:
                caches[alias].clear()
            if first is not None:
                first()
        return pieces

    return scenario
