"""The two clocks that everything here is measured by; tests put another in their place."""

import time


class Clock:
    """Wall time and the CPU time of the calling thread, both in ms from an unspecified start."""

    def wall_ms(self) -> float:
        """Time that passed for whoever waits."""
        return time.perf_counter_ns() / 1e6

    def cpu_ms(self) -> float:
        """Time that this thread kept a processor busy (waiting and other threads not included)."""
        return time.thread_time_ns() / 1e6


CLOCK = Clock()
