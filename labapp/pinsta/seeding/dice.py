"""Chance that falls the same way on every Python: built on `random()` alone, which never changes."""

from random import Random
from zlib import crc32


def lots(things, offset):
    """
    A list to draw from: the first things are in it often, the last ones once, after Zipf's law.

    The weights are 1 / (rank + offset): the larger the offset, the less the very first ones stand out.
    """
    weights = [10**9 // (rank + offset) for rank in range(1, len(things) + 1)]
    share = sum(weights) // (8 * len(things))
    drawn = []
    for thing, weight in zip(things, weights, strict=True):
        drawn += [thing] * max(1, weight // share)
    return drawn


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
