import math

import pytest

from labapp.measure.figures import around, count, milliseconds
from labapp.measure.interval import Interval


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0512, "0.051 ms"),
        (5.034, "5.03 ms"),
        (13.64, "13.6 ms"),
        (139.62, "139.6 ms"),
        (3012.4, "3,012 ms"),
    ],
)
def test_milliseconds(value, text):
    assert milliseconds(value) == text


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(135.0, 139.6, 143.7), "±4.6"),
        (Interval(4.9, 5.0, 5.21), "±0.21"),
        (Interval(0.0511, 0.0512, 0.0513), "±<0.001"),
        (Interval(4.806, 5.0, 9.2), "4.81–9.20"),
        (Interval(2.0, 5.0, math.inf), "over 2.00"),
        (Interval(2000.0, 3000.0, 4000.0), "±1,000"),
    ],
)
def test_around(interval, text):
    assert around(interval) == text


def test_count():
    assert (count(1830), count(None)) == ("1,830", "–")
