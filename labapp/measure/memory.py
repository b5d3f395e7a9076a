"""How much memory one run needs at its peak."""

import gc
import tracemalloc
from collections.abc import Callable


def peak_kib(call: Callable[[], object]) -> float:
    """Peak KiB that Python allocated during one call, above what was there before it.

    Memory that C libraries take past Python's allocator (SQLite's page cache, say) is not seen. Tracing slows
    the call several times, so never time it together with this. When tracing was on already it stays on.
    """
    was_on = tracemalloc.is_tracing()
    gc.collect()
    if not was_on:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        call()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not was_on:
            tracemalloc.stop()
    return max(0, peak - before) / 1024
