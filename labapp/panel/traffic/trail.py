"""What a panel has seen of the traffic: the newest result, and before it those of the settings before."""

import time

from labapp.measure.traffic.queue import last_known
from labapp.panel.traffic.scene import Mark, Scene, events, stretches

SPANS = (10, 20, 30)  # seconds on the axis: the first that is long enough, and the last moves on
LONGEST = SPANS[-1]
MOST_WORDS = 2  # changed settings that a mark names


class Trail:
    """Results in the order in which they were measured, as far back as the picture reaches.

    ``queues`` says that work may be put off: then its queue has room in the picture, from the beginning.
    """

    def __init__(self, clock=time.monotonic, queues=False):
        self.queues = queues
        self._clock = clock
        self._past = []  # (when it was seen first, result)
        self._since = 0.0
        self._result = None
        self._origin = 0.0
        self._frozen = None  # when the newest was final

    def follow(self, result):
        """A stage of a measurement; a new result moves the one before into the past."""
        now = self._clock()
        self.queues = self.queues or result.defers
        if result is not self._result:
            self._origin = self._zero(now)
            if self._result is not None and any(each.count for each in self._result.measurements):
                self._past.append((self._since, self._result))
            self._past = [each for each in self._past if last(each[1]) > now - LONGEST]
            self._result, self._since, self._frozen = result, now, None
        if result.final and self._frozen is None:
            self._frozen = last(result)

    def rest(self):
        """The measurement was stopped: the picture stands still."""
        if self._frozen is None:
            self._frozen = self._clock()

    def scene(self):
        """The Scene of now, or of the moment when all was over."""
        now = self._clock() if self._frozen is None else self._frozen
        origin = self._zero(now)
        begins, ends = self._extent(now, origin)
        results = [*((result, True) for _, result in self._past), (self._result, False)]
        drawn = [
            stretch for result, old in results for stream in result.measurements
            for stretch in stretches(stream, min(now, last(result)) if old else now, old, self.queues)
        ]
        drawn = [cut(each, begins) for each in drawn if each.until > begins]
        marks = [mark for result, _ in results for stream in result.measurements for mark in events(stream)]
        return Scene(begins, ends, origin, drawn, [*self._changes(), *marks], self.queues)

    def _zero(self, now):
        """Where the axis counts from: the first counted moment; until there is one, now: it stands."""
        if self._past or self._result is None:
            return self._origin
        first = began(self._result)
        return now if first is None else first

    def _extent(self, now, origin):
        """From when to when: filled from the left, then moving on; all of it when it is over."""
        seen = now - origin
        span = next((each for each in SPANS if seen <= each), LONGEST)
        ends = max(origin + span, now)
        first = began(self._result)
        whole = self._frozen is not None and first is not None
        return (min(ends - span, first) if whole else ends - span), ends

    def _changes(self):
        """A mark where a setting was followed by another."""
        seen = [*self._past, (self._since, self._result)]
        for (_, before), (at, after) in zip(seen, seen[1:], strict=False):
            if words := changed(before.settings, after.settings):
                yield Mark(at, words, setting=True)


def began(result):
    """When the first counted turn began, or None."""
    return min((turn[0] for stream in result.measurements for turn in stream.turns), default=None)


def last(result):
    """The last moment of which anything is known: the end of a turn or a drain, an answer, a task done."""
    return max(map(last_known, result.measurements), default=0.0)


def cut(stretch, begins):
    """The stretch without what lies left of the picture."""
    if stretch.began < begins:
        stretch.began = begins
        stretch.queue = shown(stretch.queue, begins)
        stretch.dots = [dot for dot in stretch.dots if dot[0] >= begins]
        stretch.windows = [each for each in stretch.windows if each.ended > begins]
    return stretch


def shown(steps, begins):
    """The steps of a queue from this moment on; the one before it reaches into the picture."""
    later = [step for step in steps if step.second > begins]
    before = steps[: len(steps) - len(later)]
    return [*(step._replace(second=begins) for step in before[-1:]), *later]


def changed(before, after):
    """ "users 20 → 40"."""
    names = [name for name in after if before.get(name) != after[name]]
    words = [f"{name.replace('_', ' ')} {before.get(name)} → {after[name]}" for name in names[:MOST_WORDS]]
    more = len(names) - MOST_WORDS
    return ", ".join([*words, f"and {more} more"] if more > 0 else words)
