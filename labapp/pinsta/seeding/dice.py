"""Chance that falls the same way on every Python: built on `random()` alone, which never changes."""

from bisect import bisect
from itertools import accumulate
from random import Random
from zlib import crc32


def zipf(number, offset):
    """
    Running totals of weights 1 / (rank + offset) for ranks 1 to `number`, in whole numbers.

    A few ranks get much, most get little; the larger the offset, the less the very first ones get.
    """
    return list(accumulate(10**12 // (rank + offset) for rank in range(1, number + 1)))


class Dice:
    """The dice for one table: the same seed and table, the same throws."""

    def __init__(self, seed, table):
        self.random = Random(seed << 32 | crc32(table.encode())).random

    def below(self, number):
        """A whole number from 0 to number - 1, each as likely as any other."""
        return int(self.random() * number)

    def of(self, things):
        """One of the things."""
        return things[int(self.random() * len(things))]

    def rank(self, totals):
        """An index into `totals` (see `zipf`), the early ones more often."""
        return bisect(totals, int(self.random() * totals[-1]))

    def shuffled(self, things):
        """The things in another order."""
        things = list(things)
        for last in range(len(things) - 1, 0, -1):
            other = int(self.random() * (last + 1))
            things[last], things[other] = things[other], things[last]
        return things

    def hex(self, digits):
        """That many hexadecimal digits."""
        text = ""
        while len(text) < digits:
            text += f"{int(self.random() * 16**12):012x}"
        return text[:digits]
