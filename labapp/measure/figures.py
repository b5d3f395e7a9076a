"""Figures as people read them: no more digits than mean something, as many for a ± as for its value."""

import math

from .interval import Interval

UNEVEN = 2


def decimals(value: float) -> int:
    """How many decimals a time in ms deserves: 0.051, 5.03, 13.6, 139.6, 3,012."""
    size = abs(value)
    if size >= 1000:
        return 0
    if size >= 10:
        return 1
    return 2 if size >= 1 else 3


def milliseconds(value: float) -> str:
    """ "5.03 ms"."""
    return f"{value:,.{decimals(value)}f} ms"


def around(interval: Interval) -> str:
    """ "±0.21", or the limits "4.81–9.20" where they lie unevenly; decimals are those of the middle."""
    places = decimals(interval.middle)
    if math.isinf(interval.high):
        return f"over {interval.low:,.{places}f}"
    nearer = min(interval.high - interval.middle, interval.middle - interval.low)
    if interval.half > UNEVEN * nearer and interval.relative > 0.1:
        return f"{interval.low:,.{places}f}–{interval.high:,.{places}f}"
    rounded = f"{interval.half:,.{places}f}"
    return f"±{rounded}" if float(rounded.replace(",", "")) else f"±<{10**-places:.{places}f}"


def count(value: int | None) -> str:
    """ "1,830"; a dash when it is not known."""
    return "–" if value is None else f"{value:,}"


def ratio_figure(ratio: float) -> str:
    """ "27.8×", "1.01×", "1,204×"; a ratio that rounds to 1.00 is said in percent."""
    if 0.995 < ratio < 1.005:
        return "under 1 %"
    return f"{ratio:,.{_ratio_decimals(ratio)}f}×"


def ratio_range(interval: Interval) -> str:
    """ "25.4–30.1", with as many decimals as it takes to tell the limits apart, and a limit from 1."""
    if math.isinf(interval.high):
        return f"more than {interval.low:,.1f}"
    for places in range(_ratio_decimals(interval.middle), 5):
        low, high = f"{interval.low:,.{places}f}", f"{interval.high:,.{places}f}"
        hidden = (interval.low > 1) != (float(low.replace(",", "")) > 1)
        if low != high and not hidden:
            break
    return f"{low}–{high}"


def _ratio_decimals(ratio: float) -> int:
    if ratio >= 100:
        return 0
    return 1 if ratio >= 1.1 or ratio < 0.9 else 2
