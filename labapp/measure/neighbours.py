"""What neighbours have in common: how many independent values a row of values is worth.

One request that waited in a queue follows another that did. So the row is cut into blocks of 2, 4, 8 …
neighbours. If their sums vary D times as much as those of independent values would, n values are worth n / D.
Where D still grows with the blocks, it is extrapolated; a few values are not believed to be independent
before they have shown it.
"""

import math
from collections.abc import Iterator, Sequence
from operator import add, mul

BLOCKS = 4  # so many are needed to say how much blocks vary
FEW_BLOCKS = 32  # below these, the blocks are as long as they can be, and maybe not long enough
DOUBLING = 1.9  # variation that grows so much from one size to the next has no end in sight
ABOVE_CHANCE, ALONE = 1.0, 2.5  # standard errors: where smaller blocks vary too much already, and where not
STILL = 0.25  # standard errors by which variation must grow from size to size to be extrapolated
MOST_PRESUMED = 0.95
CAUTION = 1.28  # the normal quantile of 0.9: D is rather taken too large


def discount(values: Sequence[float], presumed: float = 0.0, excess: float = 0.0) -> float:
    """D, at least 1.

    `presumed` is how many standard errors of likeness are presumed of neighbours, so that D is larger as long
    as the values are too few to show their independence. `excess` is the kurtosis of one value beyond that of
    the normal distribution: it makes the variance of sums less sure.
    """
    count, total = len(values), sum(values)
    variance = sum(map(mul, values, values)) / count - (total / count) ** 2
    if variance <= 1e-12 * (total / count) ** 2:
        return 1.0
    found, before, suspicious, grows = 1.0, 1.0, True, True
    for size, blocks, variation in _variations(values, variance):
        error = math.sqrt((2 + excess / size) / blocks)
        if presumed and size == 2:
            found = _of_likeness(variation - 1 + presumed * math.sqrt(2 / blocks))
        suspicious = variation > _by_chance(error, ABOVE_CHANCE if suspicious else ALONE)
        grows = grows and suspicious and variation > before * (1 + STILL * error)
        if suspicious:
            whole = _whole(variation, before, blocks) if grows else variation
            found = max(found, _cautious(whole, blocks))
        before = variation
    return found


def _variations(values: Sequence[float], variance: float) -> Iterator[tuple[int, int, float]]:
    """(size, number of blocks, variance of sums over that of independent values) for the sizes 2, 4, 8 …"""
    sums, size = values, 1
    while len(sums) >= 2 * BLOCKS:
        sums, size = list(map(add, sums[::2], sums[1::2])), 2 * size
        blocks, total = len(sums), sum(sums)
        spread = sum(map(mul, sums, sums)) - total * total / blocks
        yield size, blocks, spread / ((blocks - 1) * size * variance)


def _of_likeness(likeness: float) -> float:
    """D of a row in which each value resembles the one before by so much."""
    likeness = min(MOST_PRESUMED, max(0.0, likeness))
    return (1 + likeness) / (1 - likeness)


def _whole(variation: float, before: float, blocks: int) -> float:
    """What the variation comes to with ever larger blocks, if each doubling adds less than the one before."""
    if blocks >= FEW_BLOCKS or variation <= before:
        return variation
    return variation / (2 - min(DOUBLING, variation / before))


def _by_chance(error: float, errors: float) -> float:
    """The variation that chance exceeds as rarely as so many standard errors (χ² by Wilson and Hilferty)."""
    return (1 - error * error / 9 + errors * error / 3) ** 3


def _cautious(variation: float, blocks: int) -> float:
    """An upper limit of a variance that so few blocks show."""
    spread = 2 / (9 * blocks)
    return variation / (1 - spread - CAUTION * math.sqrt(spread)) ** 3
