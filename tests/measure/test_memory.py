import tracemalloc

import pytest

from labapp.measure.memory import peak_kib


def test_peak_not_what_is_left():
    assert 3900 < peak_kib(lambda: len(bytearray(4_000_000))) < 4100
    assert peak_kib(lambda: None) < 20
    assert not tracemalloc.is_tracing()


def test_tracing_ends_when_the_call_raises():
    with pytest.raises(ZeroDivisionError):
        peak_kib(lambda: 1 / 0)
    assert not tracemalloc.is_tracing()


def test_tracing_that_was_on_stays_on():
    tracemalloc.start()
    try:
        kept = bytearray(8_000_000)
        assert peak_kib(lambda: len(bytearray(1_000_000))) < 1100
        assert tracemalloc.is_tracing()
        assert kept is not None
    finally:
        tracemalloc.stop()
