"""When a user asks for something, and for what: drawn by chance, but from a seed."""

from bisect import bisect_left
from itertools import accumulate
from math import inf

ON_SCHEDULE, AFTER_EACH_ANSWER = ARRIVALS = "on schedule", "after each answer"


class Schedule:
    """
    When the requests of one user are due, in seconds of the clock that ``now`` was read from.

    On schedule, they are due at exponential gaps of ``think_s`` in the mean, answered or not. After each
    answer, the next one is due when the user has thought for such a gap.
    """

    def __init__(self, arrival, think_s, random, now):
        self.arrival, self.think_s = arrival, think_s
        self._random, self._asking = random, False
        self.due = now + self._gap()

    def take(self):
        """The moment that was due; ``due`` is the next one, infinitely far while an answer decides on it."""
        due, self._asking = self.due, True
        self.due = due + self._gap() if self.arrival == ON_SCHEDULE else inf
        return due

    def answered(self, now):
        """The answer came, or was given up."""
        self._asking = False
        if self.arrival == AFTER_EACH_ANSWER:
            self.due = now + self._gap()

    def change(self, arrival, think_s, now):
        """
        Go on like this from now. What is due already stays due.

        A gap that has begun is drawn anew: exponential gaps do not remember how long they have lasted.
        """
        if (arrival, think_s) == (self.arrival, self.think_s):
            return
        self.arrival, self.think_s = arrival, think_s
        if arrival == AFTER_EACH_ANSWER and self._asking:
            self.due = inf
        elif self.due > now:
            self.due = now + self._gap()

    def _gap(self):
        return self._random.expovariate(1.0) * self.think_s


class Choice:
    """One of several things by chance, as often as its weight says."""

    def __init__(self, weights):
        self._edges = list(accumulate(weights))

    def pick(self, random):
        """The index of one."""
        return bisect_left(self._edges, random.random() * self._edges[-1])


def zipf(count, exponent):
    """The weights of so many keys, of which the one of rank n is asked for 1/n**exponent times as often."""
    return [rank**-exponent for rank in range(1, count + 1)]
