"""The axes of the picture: latency in decades, rates from zero, time in round seconds."""

import math
from dataclasses import dataclass

LEAST_MS, LEAST_DECADES = 0.1, 2
STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)  # seconds between two lines of the time axis
MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Latency:
    """A logarithmic axis from ``low`` to ``high`` ms (powers of ten) between two heights in pixels."""

    low: float
    high: float
    top: float
    bottom: float

    @classmethod
    def over(cls, times, top, bottom):
        """The axis for these times in ms: whole decades, so that it seldom changes."""
        low = 10 ** math.floor(math.log10(max(min(times, default=1.0), LEAST_MS)))
        high = 10 ** math.ceil(math.log10(max(max(times, default=1.0), LEAST_MS)))
        return cls(low, max(high, low * 10**LEAST_DECADES), top, bottom)

    def y(self, ms):
        """The height of a time; what is below the axis stands on its lower end."""
        share = math.log(max(ms, self.low) / self.low) / math.log(self.high / self.low)
        return self.bottom - share * (self.bottom - self.top)

    def ticks(self):
        """(ms, label) of each line; those between the decades have no label when there are many."""
        decades = round(math.log10(self.high / self.low))
        for power in range(decades + 1):
            whole = self.low * 10**power
            yield whole, duration(whole)
            for part in (2, 5):
                if power < decades:
                    yield whole * part, duration(whole * part) if decades <= LEAST_DECADES else ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A linear axis from 0 to ``high`` a second."""

    high: float
    top: float
    bottom: float

    @classmethod
    def over(cls, values, top, bottom):
        """The axis for these rates: up to the next 1, 2 or 5."""
        return cls(rounded_up(max(values, default=0.0)), top, bottom)

    def y(self, value):
        """The height of a rate."""
        return self.bottom - value / self.high * (self.bottom - self.top)


def rounded_up(value):
    """The next 1, 2 or 5 with its zeros; 1 for nothing."""
    if value <= 1:
        return 1.0
    power = 10 ** math.floor(math.log10(value))
    return next(float(power * step) for step in (1, 2, 5, 10) if power * step >= value)


def seconds_between_lines(length):
    """How far apart the lines of a time axis of so many seconds are."""
    return next((step for step in STEPS if length / step <= MOST_LINES), STEPS[-1])


def duration(ms):
    """ "0.1 ms", "20 ms", "1 s"."""
    return f"{ms / 1000:g} s" if ms >= 1000 else f"{ms:g} ms"
